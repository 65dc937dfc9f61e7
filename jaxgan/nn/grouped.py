"""Convolutions whose channels form groups that do not see each other.

As in `jaxgan.nn.convolution`, convolution, image gradient and kernel gradient are three
maps whose derivatives are each other. On GPUs and TPUs they are XLA's grouped
convolution and its transposes. XLA's CPU backend has no quick form of these, and its
kernel gradient takes twenty to a hundred times as long; there it is a plain convolution
per block of groups, with zeros between the groups of a block.
"""

import functools
from collections.abc import Callable, Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from jaxgan.nn import bilinear, convolution, formulations
from jaxgan.nn.formulations import Geometry
from jaxgan.nn.varying import vary_alike

WIDE = 16
"""Channels from which on a plain convolution is quick: narrower groups are joined."""
MANY = 32
"""Blocks above which more compiling costs more than fewer products save."""


class Grouping(NamedTuple):
    """The sizes of a grouped convolution.

    Attributes:
      geometry: of every group.
      groups: of contiguous channels and features.
    """

    geometry: Geometry
    groups: int

    @property
    def image(self) -> tuple[int, ...]:
        """(H, W)."""
        return self.geometry.image

    @property
    def maps(self) -> tuple[int, ...]:
        """(H', W')."""
        return self.geometry.maps

    @property
    def kernel(self) -> tuple[int, ...]:
        """(height, width)."""
        return self.geometry.kernel


def _forward(plan: Grouping, image: jax.Array, kernel: jax.Array):
    joined = _joined(plan.groups, *_features_of_groups(plan, kernel))
    images = jnp.split(image, plan.groups // joined, -1)
    kernels = _blocks(plan.groups, joined, kernel)
    choice = _choose(plan, kernels[0].shape)
    parts = map(functools.partial(choice.forward, plan.geometry), images, kernels)
    return jnp.concatenate([*parts], -1)


def _image_gradient(plan: Grouping, maps: jax.Array, kernel: jax.Array):
    joined = _joined(plan.groups, *_features_of_groups(plan, kernel))
    pieces = jnp.split(maps, plan.groups // joined, -1)
    kernels = _blocks(plan.groups, joined, kernel)
    choice = _choose(plan, kernels[0].shape)
    one = functools.partial(choice.image_gradient, plan.geometry)
    return jnp.concatenate([*map(one, pieces, kernels)], -1)


def _kernel_gradient(plan: Grouping, image: jax.Array, maps: jax.Array):
    sizes = image.shape[-1] // plan.groups, maps.shape[-1] // plan.groups
    joined = _joined(plan.groups, *sizes)
    pieces = [jnp.split(x, plan.groups // joined, -1) for x in (image, maps)]
    shape = (*plan.kernel, *(joined * size for size in sizes))
    choice = _choose(plan, shape)
    one = functools.partial(choice.kernel_gradient, plan.geometry)
    return _unblocked(joined, [*map(one, *pieces)])


def _by_xla(plan, image, kernel):
    geometry, groups = plan
    return lax.conv_general_dilated(
        image,
        kernel,
        (geometry.stride, geometry.stride),
        [(before, after) for before, after in geometry.pads],
        dimension_numbers=formulations.LAYOUT,
        feature_group_count=groups,
    )


def _image_gradient_by_xla(plan, maps, kernel):
    shape = (maps.shape[0], *plan.image, plan.groups * kernel.shape[2])
    return _transpose(lambda image: _by_xla(plan, image, kernel), shape, maps)


def _kernel_gradient_by_xla(plan, image, maps):
    shape = (*plan.kernel, image.shape[-1] // plan.groups, maps.shape[-1])
    return _transpose(lambda kernel: _by_xla(plan, image, kernel), shape, maps)


def _transpose(linear: Callable, shape: tuple[int, ...], maps: jax.Array) -> jax.Array:
    """The transpose of a linear function of an array of a shape."""
    like, _ = vary_alike(jnp.zeros(shape, maps.dtype), maps)
    return jax.linear_transpose(linear, like)(maps)[0]


def _choose(plan: Grouping, kernel: tuple[int, ...]) -> convolution.Choice:
    return convolution.choose_direct(plan.geometry, kernel[2])


def _features_of_groups(plan: Grouping, kernel: jax.Array) -> tuple[int, int]:
    """Channels and features of a group."""
    return kernel.shape[2], kernel.shape[3] // plan.groups


def _joined(groups: int, channels: int, features: int) -> int:
    """How many groups make a block."""
    return next(
        count
        for count in range(1, groups + 1)
        if not groups % count
        and (count * min(channels, features) >= WIDE or count == groups)
        and groups <= count * MANY
    )


def _blocks(groups: int, joined: int, kernel: jax.Array) -> list[jax.Array]:
    """A kernel [height, width, joined · C, joined · features] for each block."""
    if joined == 1:
        return jnp.split(kernel, groups, -1)
    *size, channels, features = kernel.shape
    each = features // groups
    apart = kernel.reshape(*size, 1, channels, groups // joined, joined, each)
    ones = [1] * len(size)
    same = jnp.eye(joined, dtype=kernel.dtype).reshape(*ones, joined, 1, 1, joined, 1)
    whole = (apart * same).reshape(*size, joined * channels, -1)
    return jnp.split(whole, groups // joined, -1)


def _unblocked(joined: int, kernels: Sequence[jax.Array]) -> jax.Array:
    """What `_blocks` took apart; what lies between the groups is dropped."""
    *size, channels, features = kernels[0].shape
    shape = (*size, joined, channels // joined, joined, features // joined)
    parts = [
        kernel.reshape(shape)[..., place, :, place, :]
        for kernel in kernels
        for place in range(joined)
    ]
    return jnp.concatenate(parts, -1)


forward, image_gradient, kernel_gradient = bilinear.define(
    "grouped_convolution",
    (_forward, _image_gradient, _kernel_gradient),
    (_by_xla, _image_gradient_by_xla, _kernel_gradient_by_xla),
)
"""Maps [B, H', W', features] of an image [B, H, W, C] and a kernel [height, width, C /
groups, features], as f(grouping, image, kernel); and its two transposes, see
`bilinear.Maps`. Output group i is a function of input group i; groups are contiguous.
"""
