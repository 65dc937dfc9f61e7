"""StyleGAN2's blocks, and how they are connected."""

import enum
import math
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn

from jaxgan.core.context import Context
from jaxgan.nn.activation import leaky_relu
from jaxgan.nn.equalized import EqualizedConv
from jaxgan.nn.style import TAPS, Noise, SynthesisLayer, ToRGB, training_noise
from jaxgan.nn.upfirdn import downsample2d, resample_filter, upsample2d

HALF = math.sqrt(0.5)
"""The gain of both branches of a residual block: their sum keeps unit variance."""


class Architecture(enum.Enum):
    """How blocks are connected: arXiv 1912.04958, figure 7."""

    ORIGINAL = enum.auto()
    """One after the other, as in ProGAN."""
    SKIP = enum.auto()
    """Every block writes, or reads, the image at its own size."""
    RESIDUAL = enum.auto()
    """Around every block goes a 1×1 convolution."""


def sides(size: int) -> list[int]:
    """[4, 8, ..., size].

    Raises:
      ValueError: if the size is no power of two, or less than 4.
    """
    if size < 4 or size & (size - 1):
        raise ValueError(f"size: saw {size}, wanted a power of two of at least 4")
    return [2**place for place in range(2, size.bit_length())]


def features(side: int, base: int, most: int) -> int:
    """The channels of a map: base // side, or `most` if that is less.

    Raises:
      ValueError: if there are none.
    """
    if base < side:
        raise ValueError(
            f"channel_base: saw {base}, wanted at least {side}: a map of {side} pixels "
            f"per side has channel_base // {side} channels"
        )
    return min(base // side, most)


class SynthesisBlock(nn.Module):
    """Two layers at one size (one at the first) and, if it writes the image, colours.

    Attributes:
      features: of the output.
      colors: of the image.
      writes: whether there are colours.
      residual: whether a 1×1 convolution goes around.
      noise: as for `SynthesisLayer`.
      clamp: of all layers.
      dtype: of the computation.
      taps: the filter for changes of size.
    """

    features: int
    colors: int = 3
    writes: bool = True
    residual: bool = False
    noise: Noise = training_noise
    clamp: float | None = None
    dtype: Any = jnp.float32
    taps: Sequence[float] = TAPS

    @nn.compact
    def __call__(
        self,
        x: jax.Array | None,
        image: jax.Array | None,
        w: jax.Array,
        context: Context,
    ) -> tuple[jax.Array, jax.Array | None]:
        """Maps [B, H, W, C] to [B, 2H, 2W, features], and the image likewise.

        Args:
          x: None for the first block.
          image: what was written so far, or None.
          w: [B, 3, W], or [B, 2, W] for the first: for its layers and its colours.
          context: of this pass.
        """
        options = {
            "noise": self.noise,
            "clamp": self.clamp,
            "dtype": self.dtype,
            "taps": self.taps,
        }
        layer = SynthesisLayer(self.features, name="conv1", **options)
        if x is None:
            shape = (4, 4, self.features)
            start = self.param("constant", nn.initializers.normal(1.0), shape)
            x = jnp.broadcast_to(start, (w.shape[0], *shape)).astype(self.dtype)
            x = layer(x, w[:, 0], context)
        else:
            wide = SynthesisLayer(self.features, up=2, name="conv0", **options)
            gain = HALF if self.residual else 1.0
            y = layer(wide(x, w[:, 0], context), w[:, 1], context, gain)
            if self.residual:
                around = EqualizedConv(
                    self.features,
                    1,
                    up=2,
                    use_bias=False,
                    taps=self.taps,
                    dtype=self.dtype,
                    name="skip",
                )
                y = around(x, HALF) + y
            x = y
            if image is not None:
                image = upsample2d(image, resample_filter(self.taps))
        if self.writes:
            colours = ToRGB(self.colors, self.clamp, self.dtype, name="to_rgb")
            drawn = colours(x, w[:, -1])
            image = drawn if image is None else image + drawn
        return x, image


class DiscriminatorBlock(nn.Module):
    """Two layers, of which the second halves the size.

    Attributes:
      features: of the input.
      features_out: of the output.
      architecture: of the connections.
      clamp: of all layers.
      dtype: of the computation.
      taps: the filter for changes of size.
    """

    features: int
    features_out: int
    architecture: Architecture = Architecture.RESIDUAL
    clamp: float | None = None
    dtype: Any = jnp.float32
    taps: Sequence[float] = TAPS

    @nn.compact
    def __call__(
        self, x: jax.Array | None, image: jax.Array
    ) -> tuple[jax.Array, jax.Array]:
        """Maps [B, H, W, C] (None at first) to half the size; so the image."""
        options = {
            "activation": leaky_relu,
            "clamp": self.clamp,
            "dtype": self.dtype,
            "taps": self.taps,
        }
        skip = self.architecture is Architecture.SKIP
        residual = self.architecture is Architecture.RESIDUAL
        if x is None or skip:
            seen = EqualizedConv(self.features, 1, name="from_rgb", **options)(image)
            x = seen if x is None else x + seen
        if skip:
            image = downsample2d(image, resample_filter(self.taps))
        y = EqualizedConv(self.features, name="conv0", **options)(x)
        halving = EqualizedConv(self.features_out, down=2, name="conv1", **options)
        y = halving(y, HALF if residual else 1.0)
        if residual:
            around = EqualizedConv(
                self.features_out,
                1,
                down=2,
                use_bias=False,
                taps=self.taps,
                dtype=self.dtype,
                name="skip",
            )
            y = around(x, HALF) + y
        return y, image
