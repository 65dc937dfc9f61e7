"""ProGAN's blocks, and what StyleGAN has in common with them."""

import math
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn

from jaxgan.nn import EqualizedConv, EqualizedDense, average_pool, repeat
from jaxgan.nn.activation import activate, leaky_relu
from jaxgan.nn.growth import faded
from jaxgan.nn.modulated import unit_second_moment
from jaxgan.nn.upfirdn import filter2d, resample_filter

LEAKY = leaky_relu._replace(gain=1.0)
"""ProGAN's gain of √2 is the kernel's, not the activation's."""
BOX = 1.0, 1.0
"""Nearest neighbours up, means of 2×2 pixels down."""
GAIN = math.sqrt(2.0)


class Start(nn.Module):
    """A dense layer to 4×4 places, and a convolution.

    Attributes:
      features: of the output.
      place_biases: whether every place has biases of its own.
      dtype: of the computation.
    """

    features: int
    place_biases: bool = False
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """Maps latents [B, Z] to [B, 4, 4, features]."""
        dense = EqualizedDense(
            16 * self.features,
            use_bias=False,
            dtype=self.dtype,
            kernel_gain=GAIN / 4,  # as in the Theano code, says the official one
            name="dense",
        )
        shape = (4, 4, self.features) if self.place_biases else (self.features,)
        bias = self.param("bias", nn.initializers.zeros_init(), shape, jnp.float32)
        x = dense(x)
        x = x.reshape(x.shape[0], 4, 4, self.features)
        bias = jnp.broadcast_to(bias, x.shape[1:])[None]
        x = activate(x + bias.astype(x.dtype), None, LEAKY)
        return _normed_conv(self.features, self.dtype, "conv")(unit_second_moment(x))


class GeneratorBlock(nn.Module):
    """Twice the size, and two convolutions, each with its pixels of unit length.

    Attributes:
      features: of the output.
      dtype: of the computation.
    """

    features: int
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """Maps [B, H, W, C] to [B, 2H, 2W, features]."""
        x = _normed_conv(self.features, self.dtype, "conv0", up=2)(x)
        return _normed_conv(self.features, self.dtype, "conv1")(x)


def _normed_conv(features, dtype, name, up=1):
    layer = convolution(features, up=up, dtype=dtype, name=name)
    return lambda x: unit_second_moment(layer(x))


def convolution(features: int, size: int = 3, **options: Any) -> EqualizedConv:
    """Makes a layer of ProGAN: leaky ReLUs, and √2 in the kernel."""
    defaults = {"activation": LEAKY, "taps": BOX, "kernel_gain": GAIN}
    return EqualizedConv(features, size, **{**defaults, **options})


class DiscriminatorBlock(nn.Module):
    """Two convolutions, of which the second halves the size.

    Attributes:
      features: of the input.
      features_out: of the output.
      blur: taps of a filter before the size is halved; () is none.
      late_pool: whether it is halved behind the activation.
      dtype: of the computation.
    """

    features: int
    features_out: int
    blur: Sequence[float] = ()
    late_pool: bool = False
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """Maps [B, H, W, C] to [B, H/2, W/2, features_out]."""
        options = {"dtype": self.dtype}
        x = convolution(self.features, name="conv0", **options)(x)
        if self.blur:
            x = filter2d(x, resample_filter(self.blur))
        down = 1 if self.late_pool else 2
        x = convolution(self.features_out, down=down, name="conv1", **options)(x)
        return average_pool(x) if self.late_pool else x


def grown_image(colours, level: int, share: jax.Array | None, factor: int) -> jax.Array:
    """Fades the colours of a level into those before, and repeats pixels.

    Args:
      colours: f(level) -> image.
      level: the newest.
      share: see `Stage`.
      factor: of the final size and this.
    """
    image = colours(level).astype(jnp.float32)
    if level:
        image = faded(
            image, lambda: repeat(colours(level - 1).astype(jnp.float32)), share
        )
    return repeat(image, factor) if factor > 1 else image
