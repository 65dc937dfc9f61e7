"""Convolution and its two gradients, each by the formulation that suits its shape.

All three are linear in each of two arrays, and the derivatives of each are the other
two (`bilinear.py`), so that derivatives of every order stay within this file. On GPUs
and TPUs they are what `lax.conv_general_dilated` and its transposes lower to. On CPUs,
where XLA is slow at some of them, `choose` picks among equals.
"""

import functools
import math
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from jaxgan.nn import bilinear, few_features, formulations, winograd
from jaxgan.nn.bilinear import Formulation
from jaxgan.nn.formulations import Geometry


class Choice(NamedTuple):
    """How to compute convolutions of one shape, and their gradients."""

    forward: Formulation = formulations.forward_by_xla
    image_gradient: Formulation = formulations.image_gradient_by_xla
    kernel_gradient: Formulation = formulations.kernel_gradient_by_xla


FEW_CHANNELS = 4
FEW_PRODUCTS = 32
SMALL_MAPS = 4
MANY_CHANNELS = 32
"""From which on Winograd's filtering pays, with tiles of 2 × 2."""
MORE_CHANNELS, LARGE_MAPS = 64, 8
"""From which on its tiles are 4 × 4."""
MANY_TILES = 64
"""From which on it pays to transform a kernel for the tiles of a batch."""
FEW_PLACES, FEWER_PLACES = 256, 64
"""Places of all maps up to which phases, and turning, do not pay: what is then read or
written is mostly the kernel."""
USUAL_BATCH = 64


def choose(
    geometry: Geometry,
    channels: int,
    features: int,
    dtype: Any = jnp.float32,
    batch: int = USUAL_BATCH,
) -> Choice:
    """The fastest formulations on CPU.

    Measured by `experiments/benchmarks/speed/convolutions.py`, whose table shows each
    of them for the shapes of our models. Between many channels all three are
    Winograd's, for batches of many tiles and in float32 only: narrower types cannot
    spare the bits that it rounds off. Otherwise

    - forward: XLA's; where one number is the sum of few products, patches; to few
      features of many channels, places; to few places of a single image, columns, also
      where its gradients are filtered.
    - image gradient: phases; to few channels, or from few or small maps, shifts; from
      a few places of a single image, columns.
    - kernel gradient: XLA's with its operands turned; of few channels, patches; of few
      maps, columns; of few features and many channels, places.
    """
    direct = choose_direct(geometry, channels, batch)
    narrowest, exact = min(channels, features), jnp.dtype(dtype) == jnp.float32
    # What is transformed is then more than what is multiplied.
    narrows = geometry.folds and channels >= 2 * features
    if (
        exact
        and not narrows
        and narrowest >= MANY_CHANNELS
        and winograd.serves(geometry, 4)
    ):
        large = narrowest >= MORE_CHANNELS and min(geometry.maps) >= LARGE_MAPS
        for tile in (4, 2) if large else (2,):
            tiles = (-(-side // tile) for side in geometry.maps)
            if batch * math.prod(tiles) >= MANY_TILES:
                filtered = by_winograd(tile)
                if _is_mostly_kernel(geometry, batch):
                    filtered = filtered._replace(forward=direct.forward)
                return filtered
    if features <= FEW_CHANNELS and channels >= MANY_CHANNELS:
        return direct._replace(
            forward=few_features.forward_by_places,
            kernel_gradient=few_features.kernel_gradient_by_places,
        )
    return direct


def choose_direct(
    geometry: Geometry, channels: int, batch: int = USUAL_BATCH
) -> Choice:
    """The fastest formulations on CPU without Winograd's, to many features."""
    products = geometry.kernel[0] * geometry.kernel[1] * channels
    places = batch * math.prod(geometry.maps)
    few = channels <= FEW_CHANNELS
    whole = geometry.stride == 1 or geometry.folds
    small = geometry.stride > 1 and max(geometry.maps) <= SMALL_MAPS
    if few:
        kernel_gradient = formulations.kernel_gradient_by_patches
    elif places <= FEWER_PLACES:
        kernel_gradient = formulations.kernel_gradient_by_columns
    else:
        kernel_gradient = formulations.kernel_gradient_by_turning
    if batch == 1 and places <= FEWER_PLACES and not few:
        image_gradient = formulations.image_gradient_by_columns
    elif whole and not few and not small and places > FEW_PLACES:
        image_gradient = formulations.image_gradient_by_phases
    else:
        image_gradient = formulations.image_gradient_by_shifts
    forward = formulations.forward_by_xla
    if products <= FEW_PRODUCTS:
        forward = formulations.forward_by_patches
    elif _is_mostly_kernel(geometry, batch):
        forward = formulations.forward_by_columns
    return Choice(forward, image_gradient, kernel_gradient)


def _is_mostly_kernel(geometry: Geometry, batch: int) -> bool:
    """Whether what is read for the maps of a single image is mostly the kernel."""
    return batch == 1 and math.prod(geometry.maps) <= FEW_PLACES


@functools.cache
def by_winograd(tile: int) -> Choice:
    """All three by Winograd's filtering."""
    return Choice(
        functools.partial(winograd.forward_by_winograd, tile),
        functools.partial(winograd.image_gradient_by_winograd, tile),
        functools.partial(winograd.kernel_gradient_by_winograd, tile),
    )


def leave_to_xla(*_: Any) -> Choice:
    """What a library does that does not choose: for comparisons."""
    return Choice()


def _forward(geometry: Geometry, image: jax.Array, kernel: jax.Array):
    return _compute("forward", geometry, kernel.shape[2:], image, kernel)


def _image_gradient(geometry: Geometry, maps: jax.Array, kernel: jax.Array):
    return _compute("image_gradient", geometry, kernel.shape[2:], maps, kernel)


def _kernel_gradient(geometry: Geometry, image: jax.Array, maps: jax.Array):
    sizes = image.shape[-1], maps.shape[-1]
    return _compute("kernel_gradient", geometry, sizes, image, maps)


def _compute(name, geometry, sizes, *arrays):
    channels, features = sizes
    # Larger batches are not told apart: what is chosen rounds differently, and a batch
    # in parts, or on several devices, is to round as the whole.
    batch = 1 if arrays[0].shape[0] == 1 else USUAL_BATCH
    choice = choose(geometry, channels, features, arrays[0].dtype, batch)
    return traced_once(getattr(choice, name), geometry)(*arrays)


@functools.cache
def traced_once(formulation: Formulation, geometry: Geometry):
    """Jitted, so that layers and passes of one shape are traced and lowered once."""
    return jax.jit(functools.partial(formulation, geometry))


forward, image_gradient, kernel_gradient = bilinear.define(
    "convolution", (_forward, _image_gradient, _kernel_gradient), Choice()
)
"""Maps [B, H', W', features] of an image [B, H, W, C] and a kernel [height, width, C,
features], as f(geometry, image, kernel); and its two transposes, see `bilinear.Maps`.
"""
