"""Layers with an equalised learning rate: unit weights, scaled when they are used.

Karras et al. 2018 (arXiv 1710.10196), section 4.1: a kernel is stored as N(0, 1) and
multiplied by 1/√fan-in at run time, so that Adam's steps, which do not feel the scale
of a weight, are equally large in all layers.
"""

import math
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn

from jaxgan.nn.activation import Activation, activate, linear
from jaxgan.nn.conv import dense
from jaxgan.nn.resampled import resampled_conv
from jaxgan.nn.upfirdn import resample_filter


class EqualizedDense(nn.Module):
    """activation(x @ kernel · m/√C + m · bias), m the learning rate's multiplier.

    Attributes:
      features: of the output.
      activation: with its gain.
      use_bias: whether to add a bias.
      bias_init: where biases start: one number, or one for each feature.
      multiplier: of the learning rate: the kernel is stored as N(0, 1) / m. StyleGAN's
        mapping uses 0.01.
      dtype: of the computation; parameters are float32.
      kernel_gain: a further factor of the kernel, not of the bias: √2 in ProGAN, whose
        activations have none.
      kernel_scale: of the kernel at its start, a factor.
    """

    features: int
    activation: Activation = linear
    use_bias: bool = True
    bias_init: float | Sequence[float] = 0.0
    multiplier: float = 1.0
    dtype: Any = jnp.float32
    kernel_gain: float = 1.0
    kernel_scale: float = 1.0

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """Maps [..., C] to [..., features]."""
        init = nn.initializers.normal(self.kernel_scale / self.multiplier)
        shape = (x.shape[-1], self.features)
        kernel = self.param("kernel", init, shape, jnp.float32)
        gain = self.kernel_gain * self.multiplier
        kernel = kernel * (gain / math.sqrt(x.shape[-1]))
        y = dense(x.astype(self.dtype), kernel.astype(self.dtype))
        bias = None
        if self.use_bias:
            init = nn.initializers.constant(jnp.asarray(self.bias_init))
            bias = self.param("bias", init, (self.features,), jnp.float32)
            bias = (bias * self.multiplier).astype(self.dtype)
        return activate(y, bias, self.activation)


class EqualizedConv(nn.Module):
    """activation(conv(x, kernel/√(size² C)) + bias), perhaps with a change of size.

    Attributes:
      features: of the output.
      size: of the square kernel, odd.
      up: the output is so many times as large.
      down: the output is so many times as small.
      activation: with its gain.
      use_bias: whether to add a bias.
      clamp: bound of the result, or None; it scales with `gain`.
      taps: the filter for changes of size, see `resample_filter`.
      dtype: of the computation; parameters are float32.
      kernel_gain: as for `EqualizedDense`.
    """

    features: int
    size: int = 3
    up: int = 1
    down: int = 1
    activation: Activation = linear
    use_bias: bool = True
    clamp: float | None = None
    taps: Sequence[float] = (1.0, 3.0, 3.0, 1.0)
    dtype: Any = jnp.float32
    kernel_gain: float = 1.0

    @nn.compact
    def __call__(self, x: jax.Array, gain: float = 1.0) -> jax.Array:
        """Maps [B, H, W, C]; `gain` multiplies the activation's."""
        fan_in = self.size**2 * x.shape[-1]
        shape = (self.size, self.size, x.shape[-1], self.features)
        init = nn.initializers.normal(1.0)
        kernel = self.param("kernel", init, shape, jnp.float32)
        kernel = kernel / (math.sqrt(fan_in) / self.kernel_gain)
        y = resampled_conv(
            x.astype(self.dtype),
            kernel.astype(self.dtype),
            resample_filter(self.taps),
            up=self.up,
            down=self.down,
        )
        bias = None
        if self.use_bias:
            zeros = nn.initializers.zeros_init()
            bias = self.param("bias", zeros, (self.features,), jnp.float32)
            bias = bias.astype(self.dtype)
        return activate(
            y,
            bias,
            self.activation,
            gain=gain * self.activation.gain,
            clamp=None if self.clamp is None else gain * self.clamp,
        )
