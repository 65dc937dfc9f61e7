"""What the networks of pix2pix, CycleGAN and CUT have in common."""

import enum
from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn

from jaxgan.core.context import Context
from jaxgan.models.dcgan import scale_init
from jaxgan.nn import BatchNorm, InstanceNorm

SLOPE = 0.2
ONE = ((1, 1), (1, 1))
"""A pixel of zeros on every side."""


class Norm(enum.Enum):
    """What follows a convolution: `--norm` of the official code."""

    BATCH = "batch"
    INSTANCE = "instance"
    NONE = "none"

    @property
    def biased(self) -> bool:
        """Whether convolutions in front of it have a bias: where it has no effect.

        That is how the official code has it, and files have those biases.
        """
        return self is Norm.INSTANCE


def normalised(
    norm: Norm,
    x: jax.Array,
    context: Context,
    name: str,
    *,
    own_at_use: bool = False,
    dtype: Any = jnp.float32,
) -> jax.Array:
    """Normalises maps, within the `nn.compact` method of a module.

    Args:
      norm: what is done.
      x: [B, H, W, C].
      context: of the pass.
      name: of the layer.
      own_at_use: see `nn.BatchNorm`.
      dtype: of the result.
    """
    if norm is Norm.NONE:
        return x
    if norm is Norm.INSTANCE:
        return InstanceNorm(dtype=dtype, name=name)(x)
    return BatchNorm(
        scale_init=scale_init, own_at_use=own_at_use, dtype=dtype, name=name
    )(x, context)


def leaky(x: jax.Array) -> jax.Array:
    """LeakyReLU 0.2."""
    return nn.leaky_relu(x, SLOPE)


def check_sides(x: jax.Array, multiple: int, least: int, why: str) -> None:
    """Checks that a network can make a picture of the size of its source.

    Raises:
      ValueError: if a side is not a multiple, or too short.
    """
    height, width = x.shape[1:3]
    short = any(side < least for side in (height, width))
    if height % multiple or width % multiple or short:
        raise ValueError(
            f"size: saw {height}x{width}, wanted multiples of {multiple} from {least} "
            f"on: {why}"
        )
