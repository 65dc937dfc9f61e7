"""Convolution and its two gradients, each by the formulation that suits its shape.

All three are linear in each of two arrays, and the derivatives of each are the other
two (`bilinear.py`), so that derivatives of every order stay within this file. On GPUs
and TPUs they are what `lax.conv_general_dilated` and its transposes lower to. On CPUs,
where XLA is slow at some of them, `choose` picks among equals.
"""

import functools
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from jaxgan.nn import bilinear, formulations, winograd
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


def choose(
    geometry: Geometry, channels: int, features: int, dtype: Any = jnp.float32
) -> Choice:
    """The fastest formulations on CPU.

    Measured by `experiments/benchmarks/speed/convolutions.py`, whose table shows each
    of them for the shapes of our models. Between many channels all three are
    Winograd's, but in float32 only: narrower types cannot spare the bits that it rounds
    off. Otherwise

    - forward: XLA's; where one number is the sum of few products, patches.
    - image gradient: phases; to few channels, or from small maps, shifts.
    - kernel gradient: XLA's with its operands turned; of few channels, patches.
    """
    narrowest, exact = min(channels, features), jnp.dtype(dtype) == jnp.float32
    if exact and narrowest >= MANY_CHANNELS and winograd.serves(geometry, 4):
        large = narrowest >= MORE_CHANNELS and min(geometry.maps) >= LARGE_MAPS
        return by_winograd(4 if large else 2)
    return choose_direct(geometry, channels)


def choose_direct(geometry: Geometry, channels: int) -> Choice:
    """The fastest formulations on CPU without Winograd's."""
    products = geometry.kernel[0] * geometry.kernel[1] * channels
    few = channels <= FEW_CHANNELS
    whole = geometry.stride == 1 or geometry.folds
    small = geometry.stride > 1 and max(geometry.maps) <= SMALL_MAPS
    return Choice(
        forward=formulations.forward_by_patches
        if products <= FEW_PRODUCTS
        else formulations.forward_by_xla,
        image_gradient=formulations.image_gradient_by_phases
        if whole and not few and not small
        else formulations.image_gradient_by_shifts,
        kernel_gradient=formulations.kernel_gradient_by_patches
        if few
        else formulations.kernel_gradient_by_turning,
    )


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
    choice = choose(geometry, channels, features, arrays[0].dtype)
    return _traced_once(getattr(choice, name), geometry)(*arrays)


@functools.cache
def _traced_once(formulation: Formulation, geometry: Geometry):
    """Jitted, so that layers and passes of one shape are traced and lowered once."""
    return jax.jit(functools.partial(formulation, geometry))


forward, image_gradient, kernel_gradient = bilinear.define(
    "convolution", (_forward, _image_gradient, _kernel_gradient), Choice()
)
"""Maps [B, H', W', features] of an image [B, H, W, C] and a kernel [height, width, C,
features], as f(geometry, image, kernel); and its two transposes, see `bilinear.Maps`.
"""
