"""ESRGAN's and Real-ESRGAN's generator: residual in residual dense blocks."""

import functools
from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn

from jaxgan.core.context import Context
from jaxgan.models.attributes import check_attributes
from jaxgan.models.restoration.layers import (
    doubled,
    from_unit,
    he_init,
    to_unit,
)
from jaxgan.nn import Conv, Network, pixel_unshuffle, repeated
from jaxgan.nn.conv import torch_init

RESIDUAL = 0.2
"""By which what a block adds is scaled."""
SQUEEZE = {4: 1, 2: 2, 1: 4}
"""By the scale: how large squares of pixels are that first become channels."""


class DenseBlock(nn.Module):
    """x + .2 conv5(x, x1, ..., x4), each xi of a convolution of all before it.

    Attributes:
      growth: features of each of the four.
      dtype: of the computation.
    """

    growth: int
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, x: jax.Array) -> tuple[jax.Array, None]:
        """Maps [B, H, W, C]."""
        conv = functools.partial(Conv, kernel_init=he_init(0.1), dtype=self.dtype)
        seen = x
        for place in range(1, 5):
            y = nn.leaky_relu(conv(self.growth, name=f"conv{place}")(seen), 0.2)
            seen = jnp.concatenate([seen, y], axis=-1)
        return x + RESIDUAL * conv(x.shape[-1], name="conv5")(seen), None


class ResidualBlock(nn.Module):
    """x + .2 f(x), f three dense blocks.

    Attributes:
      growth: see `DenseBlock`.
      dtype: of the computation.
    """

    growth: int
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, x: jax.Array) -> tuple[jax.Array, None]:
        """Maps [B, H, W, C]."""
        shared = {"growth": self.growth, "dtype": self.dtype}
        return x + RESIDUAL * repeated(DenseBlock, 3, name="rdb", **shared)(x), None


class RRDBNet(Network):
    """The generator of ESRGAN and of Real-ESRGAN.

    Wang et al. 2018 (arXiv 1809.00219), section 3.1; Wang et al. 2021 (arXiv
    2107.10833), section 3.4, where sources that are enlarged by less than 4 first
    become smaller ones with more channels. As in BasicSR it computes within [0, 1], to
    which images are brought at its entry, and back at its exit; nothing is clipped.

    Attributes:
      scale: by which sides grow: 4, 2 or 1. Sides of sources must be multiples of
        `multiple`.
      channels: of the output.
      width: features of the trunk.
      blocks: of three dense blocks each: 23 as published, 6 for drawings (anime_6B).
      growth: features that every convolution in a dense block adds.
      rematerialize: see `jaxgan.nn.repeated`.
      dtype: of the computation.
    """

    scale: int = 4
    channels: int = 3
    width: int = 64
    blocks: int = 23
    growth: int = 32
    rematerialize: bool = False
    dtype: Any = jnp.float32

    @property
    def multiple(self) -> int:
        """Of which sides of sources must be multiples.

        Raises:
          ValueError: for a scale that there is not.
        """
        if self.scale not in SQUEEZE:
            raise ValueError(f"scale: saw {self.scale!r}, wanted 4, 2 or 1")
        return SQUEEZE[self.scale]

    @nn.compact
    def __call__(self, value: jax.Array, given: Any, context: Context) -> jax.Array:
        """Maps images [B, H, W, C] to [B, scale · H, scale · W, channels].

        Raises:
          ValueError: if an attribute or the size is not as wanted.
        """
        del given, context
        check_attributes(self)
        conv = functools.partial(Conv, kernel_init=torch_init, dtype=self.dtype)
        x = pixel_unshuffle(to_unit(value.astype(self.dtype)), self.multiple)
        x = conv(self.width, name="conv_first")(x)
        body = repeated(
            *(ResidualBlock, self.blocks, self.rematerialize),
            **{"name": "body", "growth": self.growth, "dtype": self.dtype},
        )
        x = x + conv(self.width, name="conv_body")(body(x))
        x = doubled(x, conv(self.width, name="conv_up1"))
        x = doubled(x, conv(self.width, name="conv_up2"))
        x = nn.leaky_relu(conv(self.width, name="conv_hr")(x), 0.2)
        return from_unit(conv(self.channels, name="conv_last")(x))
