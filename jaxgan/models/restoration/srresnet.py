"""SRGAN's generator: as published, and BasicSR's without normalisation."""

import functools
from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn

from jaxgan.core.context import Context
from jaxgan.models.attributes import check_attributes
from jaxgan.models.restoration.layers import (
    from_unit,
    he_init,
    to_unit,
)
from jaxgan.nn import BatchNorm, Conv, Network, PReLU, enlarge, pixel_shuffle, repeated
from jaxgan.nn.conv import torch_init

SHUFFLES = {1: (), 2: (2,), 3: (3,), 4: (2, 2)}
"""By the scale: the factors of the pixel shuffles."""


def shuffles(scale: int) -> tuple[int, ...]:
    """Lists the factors of the pixel shuffles of a scale.

    Raises:
      ValueError: for a scale that there is not.
    """
    if scale not in SHUFFLES or not SHUFFLES[scale]:
        raise ValueError(f"scale: saw {scale!r}, wanted 2, 3 or 4")
    return SHUFFLES[scale]


class PlainBlock(nn.Module):
    """x + conv2(relu(conv1(x))).

    Attributes:
      dtype: of the computation.
    """

    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, x: jax.Array) -> tuple[jax.Array, None]:
        """Maps [B, H, W, C]."""
        conv = functools.partial(
            Conv, x.shape[-1], kernel_init=he_init(0.1), dtype=self.dtype
        )
        return x + conv(name="conv2")(nn.relu(conv(name="conv1")(x))), None


class NormalizedBlock(nn.Module):
    """x + norm2(conv2(prelu(norm1(conv1(x))))).

    Attributes:
      dtype: of the computation.
    """

    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, x: jax.Array, context: Context) -> tuple[jax.Array, None]:
        """Maps [B, H, W, C]."""
        conv = functools.partial(
            *(Conv, x.shape[-1], False), kernel_init=torch_init, dtype=self.dtype
        )
        y = BatchNorm(dtype=self.dtype, name="norm1")(conv(name="conv1")(x), context)
        y = conv(name="conv2")(PReLU(self.dtype, name="prelu")(y))
        return x + BatchNorm(dtype=self.dtype, name="norm2")(y, context), None


class MSRResNet(Network):
    """SRGAN's generator without batch normalisation, as BasicSR and ESRGAN have it.

    Ledig et al. 2017 (arXiv 1609.04802), changed as in Wang et al. 2018 (arXiv
    1809.00219). What it computes is added to the source, enlarged bilinearly. As in
    BasicSR it computes within [0, 1], to which images are brought at its entry, and
    back at its exit; nothing is clipped.

    Attributes:
      scale: by which sides grow: 2, 3 or 4.
      channels: of the output; a source has as many, or one.
      width: features of the trunk.
      blocks: of two convolutions each.
      rematerialize: see `jaxgan.nn.repeated`.
      dtype: of the computation.
    """

    scale: int = 4
    channels: int = 3
    width: int = 64
    blocks: int = 16
    rematerialize: bool = False
    dtype: Any = jnp.float32

    multiple = 1
    """Of which sides of sources must be multiples."""

    @nn.compact
    def __call__(self, value: jax.Array, given: Any, context: Context) -> jax.Array:
        """Maps images [B, H, W, C] to [B, scale · H, scale · W, channels].

        Raises:
          ValueError: if an attribute or the number of channels is not as wanted.
        """
        del given, context
        check_attributes(self)
        check_channels(value, self.channels)
        conv = functools.partial(Conv, kernel_init=he_init(0.1), dtype=self.dtype)
        rectified = functools.partial(nn.leaky_relu, negative_slope=0.1)
        source = to_unit(value.astype(self.dtype))
        x = rectified(conv(self.width, name="conv_first")(source))
        body = repeated(
            *(PlainBlock, self.blocks, self.rematerialize),
            **{"name": "body", "dtype": self.dtype},
        )
        x = body(x)
        for place, factor in enumerate(shuffles(self.scale), 1):
            x = conv(self.width * factor**2, name=f"upconv{place}")(x)
            x = rectified(pixel_shuffle(x, factor))
        x = rectified(conv(self.width, name="conv_hr")(x))
        x = conv(self.channels, name="conv_last")(x)
        return from_unit(x + enlarge(source, self.scale))


class SRResNet(Network):
    """SRGAN's generator as published: batch normalisation and learned slopes.

    Ledig et al. 2017 (arXiv 1609.04802), figure 4. Sources are brought to [0, 1] at its
    entry, and it makes images in [-1, 1], as in section 3.2; nothing is squashed or
    clipped. The paper's scale is 4.

    Attributes:
      scale: by which sides grow: 2, 3 or 4.
      channels: of the output.
      width: features of the trunk.
      blocks: of two convolutions each.
      rematerialize: see `jaxgan.nn.repeated`.
      dtype: of the computation.
    """

    scale: int = 4
    channels: int = 3
    width: int = 64
    blocks: int = 16
    rematerialize: bool = False
    dtype: Any = jnp.float32

    multiple = 1
    """Of which sides of sources must be multiples."""

    @nn.compact
    def __call__(self, value: jax.Array, given: Any, context: Context) -> jax.Array:
        """Maps images [B, H, W, C] to [B, scale · H, scale · W, channels].

        Raises:
          ValueError: if an attribute is not as wanted.
        """
        del given
        check_attributes(self)
        conv = functools.partial(Conv, kernel_init=torch_init, dtype=self.dtype)
        x = conv(self.width, size=9, name="conv_first")(to_unit(value))
        x = PReLU(self.dtype, name="prelu_first")(x)
        body = repeated(
            *(NormalizedBlock, self.blocks, self.rematerialize),
            **{"name": "body", "dtype": self.dtype},
        )
        y = conv(self.width, use_bias=False, name="conv_body")(body(x, context))
        x = x + BatchNorm(dtype=self.dtype, name="norm_body")(y, context)
        for place, factor in enumerate(shuffles(self.scale), 1):
            x = conv(self.width * factor**2, name=f"upconv{place}")(x)
            x = PReLU(self.dtype, name=f"prelu_up{place}")(pixel_shuffle(x, factor))
        return conv(self.channels, size=9, name="conv_last")(x)


def check_channels(value: jax.Array, channels: int) -> None:
    """Checks that an enlarged source can be added to an output.

    Raises:
      ValueError: if it has other channels.
    """
    if value.shape[-1] not in (1, channels):
        raise ValueError(
            f"channels: saw a source of {value.shape[-1]}, wanted {channels} as in "
            "the output, or 1"
        )
