"""Convolutions whose channels form groups that do not see each other."""

import functools

import jax
import jax.numpy as jnp
from jax import lax

from jaxgan.nn import formulations
from jaxgan.nn.formulations import Geometry
from jaxgan.nn.varying import vary_alike


def forward(
    geometry: Geometry, groups: int, image: jax.Array, kernel: jax.Array
) -> jax.Array:
    """Maps [B, H', W', features] of an image [B, H, W, C].

    Output group i is a function of input group i; groups are contiguous channels. The
    kernel is [height, width, C / groups, features].

    On CPUs it is one product per group of patches and kernel, whose derivatives are
    products too: XLA's own kernel gradient takes twenty to a hundred times as long.
    """
    return lax.platform_dependent(
        *vary_alike(image, kernel),
        cpu=functools.partial(_by_patches, geometry, groups),
        default=functools.partial(_by_xla, geometry, groups),
    )


def _by_xla(geometry, groups, image, kernel):
    return lax.conv_general_dilated(
        image,
        kernel,
        (geometry.stride, geometry.stride),
        [(before, after) for before, after in geometry.pads],
        dimension_numbers=formulations.LAYOUT,
        feature_group_count=groups,
    )


def _by_patches(geometry, groups, image, kernel):
    def apart(x):
        return jnp.moveaxis(x.reshape(*x.shape[:3], groups, -1), 3, 0)

    kernels = apart(kernel)
    images = apart(image)
    one = functools.partial(formulations.forward_by_patches, geometry)
    maps = jnp.moveaxis(jax.vmap(one)(images, kernels), 0, 3)
    return maps.reshape(*maps.shape[:3], -1)
