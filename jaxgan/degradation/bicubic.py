"""Small pictures as most papers on super-resolution make them."""

from collections.abc import Callable

import jax
import jax.numpy as jnp

from jaxgan.core.ranges import check_count
from jaxgan.degradation.checks import check_target
from jaxgan.degradation.imresize import imresize

Degrade = Callable[[jax.Array, jax.Array], jax.Array]
"""A function (keys [B], targets [B, H, W, C]) -> sources, both in [-1, 1]."""


def bicubic_degradation(scale: int = 4, *, rounded: bool = True) -> Degrade:
    """Makes a function that shrinks pictures by MATLAB's bicubic.

    f(keys [B], target [B, H, W, C]) -> [B, H / scale, W / scale, C], in [-1, 1]; keys
    are not used. Of pictures cropped to multiples of the scale this is the input of
    DIV2K's and most other tables.

    Args:
      scale: how many times smaller the pictures become.
      rounded: whether values are those that a file of bytes would hold, as in those
        tables; else they may leave [-1, 1] a little.

    Raises:
      ValueError: if the scale is not a whole number from 1 on, or, of f, if sides are
        not multiples of it.
    """
    check_count("scale", scale)

    def degrade(keys: jax.Array, target: jax.Array) -> jax.Array:
        del keys
        check_target(target, scale)
        small = imresize(target, 1.0 / scale)
        return to_bytes(small) if rounded else small

    return degrade


def to_bytes(images: jax.Array) -> jax.Array:
    """Clips pictures in [-1, 1] and rounds them to the 256 values of a file."""
    return jnp.round(jnp.clip(127.5 * (images + 1.0), 0.0, 255.0)) / 127.5 - 1.0
