"""StyleGAN3's layers: its input of waves, and those around filtered activations."""

import functools
import math
from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn
from jax import lax

from jaxgan.core.context import Context
from jaxgan.models.stylegan3.design import Stage, resampling
from jaxgan.nn.activation import leaky_relu, linear
from jaxgan.nn.conv import conv
from jaxgan.nn.equalized import EqualizedDense
from jaxgan.nn.filtered_activation import filtered_activation
from jaxgan.nn.modulated import demodulation, unit_second_moment

EXACT = functools.partial(jnp.matmul, precision=lax.Precision.HIGHEST)
"""Of positions, whose rounding would move what is seen."""


def modulated_conv(
    x: jax.Array,
    kernel: jax.Array,
    styles: jax.Array,
    gain: jax.Array | None = None,
    demodulate: bool = True,
) -> jax.Array:
    """Convolves example i by the kernel w s_i with unit norm, and all of its margins.

    Kernel and styles are brought to unit second moment first, if they are demodulated:
    the official code does so with the styles of a batch together, which is the same but
    for the 10⁻⁸ of the demodulation.

    Args:
      x: [B, H, W, C].
      kernel: [size, size, C, features].
      styles: [B, C].
      gain: of the input, a scalar or [B, C], which demodulation does not take out.
      demodulate: divide by √(Σ (w s_i)² + 10⁻⁸).

    Returns:
      [B, H + size - 1, W + size - 1, features]: zeros are around the image.
    """
    factors = None
    if demodulate:
        kernel = unit_second_moment(kernel, (0, 1, 2))
        styles = unit_second_moment(styles)
        factors = demodulation(kernel, styles).astype(x.dtype)
    styles = styles if gain is None else styles * gain
    edge = kernel.shape[0] - 1
    x = x * styles.astype(x.dtype)[:, None, None]
    padding = ((edge, edge), (edge, edge)) if edge else "SAME"
    y = conv(x, kernel.astype(x.dtype), padding=padding)
    return y if factors is None else y * factors[:, None, None]


class FourierInput(nn.Module):
    """Waves sin 2π(f · x + φ) of random frequencies, moved as w says, and mixed.

    Karras et al. 2021 (arXiv 2106.12423), section 3.2 and appendix F. Frequencies are
    uniform on a disc of the cutoff's radius. The affine layer gives a rotation (c, s)
    and a translation (x, y), which are the identity at first. Waves beyond half of the
    rate fade out. The collection 'fourier' holds frequencies, phases and a matrix
    'transform' [3, 3], after which w's comes; see `networks.transformed`.

    Attributes:
      stage: of the waves.
      dtype: of the result; all is computed in float32.
    """

    stage: Stage
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, w: jax.Array) -> jax.Array:
        """Maps w [B, W] to [B, size, size, channels]."""
        count, size, rate = self.stage.channels, self.stage.size, self.stage.rate
        known = self.variable("fourier", "frequencies", self._frequencies)
        frequencies = known.value
        phases = self.variable("fourier", "phases", self._phases).value
        transform = self.variable("fourier", "transform", jnp.eye, 3).value
        affine = EqualizedDense(
            4, bias_init=(1.0, 0.0, 0.0, 0.0), kernel_scale=0.0, name="affine"
        )
        moved = EXACT(_motion(affine(w)), transform)
        phases = phases[None] + EXACT(moved[:, :2, 2], frequencies.T)
        waves = EXACT(frequencies, moved[:, :2, :2])
        lengths = jnp.sqrt(jnp.sum(jnp.square(waves), axis=-1))
        spare = rate / 2 - self.stage.cutoff
        strengths = jnp.clip(1.0 - (lengths - self.stage.cutoff) / spare, 0.0, 1.0)
        places = (jnp.arange(size, dtype=jnp.float32) + 0.5 - size / 2) / rate
        across, along = (
            2 * math.pi * places[None, :, None] * waves[:, None, :, axis]
            for axis in (0, 1)
        )
        across = across + 2 * math.pi * phases[:, None]
        across, along = across[:, None], along[:, :, None]
        # sin(x + y): of rows and of columns, not of every place.
        x = jnp.sin(across) * jnp.cos(along) + jnp.cos(across) * jnp.sin(along)
        shape, init = (count, count), nn.initializers.normal(1.0)
        kernel = self.param("kernel", init, shape, jnp.float32) / math.sqrt(count)
        x = conv(x * strengths[:, None, None], kernel[None, None])
        return x.astype(self.dtype)

    def _frequencies(self):
        """Of radius r = f exp(-|n|²/4) for normal n: uniform on the disc."""
        drawn = jax.random.normal(self.make_rng(), (self.stage.channels, 2))
        squares = jnp.sum(jnp.square(drawn), axis=1, keepdims=True)
        return self.stage.cutoff * drawn / jnp.sqrt(squares) * jnp.exp(-squares / 4)

    def _phases(self):
        return jax.random.uniform(self.make_rng(), (self.stage.channels,)) - 0.5


def _motion(given: jax.Array) -> jax.Array:
    """Matrices [B, 3, 3]: a translation by -(x, y), then a rotation, of (c, s, x, y).

    All four are divided by √(c² + s²).
    """
    length = jnp.sqrt(jnp.sum(jnp.square(given[:, :2]), axis=1, keepdims=True))
    c, s, x, y = jnp.moveaxis(given / length, 1, 0)
    none, one = jnp.zeros_like(c), jnp.ones_like(c)
    rows = [c, -s, s * y - c * x, s, c, -s * x - c * y, none, none, one]
    return jnp.stack(rows, axis=1).reshape(c.shape[0], 3, 3)


class SynthesisLayer(nn.Module):
    """down(lrelu(up(modulated_conv(x, style(w)) + bias))), or to colours.

    Karras et al. 2021 (arXiv 2106.12423), section 3.2, figure 4. The input is divided
    by the root of a running mean of its squares: the variable 'mean_square' of the
    collection 'magnitudes'. In training the mean moves first, and is used then, whether
    or not it is stored. The official code moves it on the discriminator's turns.

    Attributes:
      before, after: the signals that it reads and makes.
      to_colors: the last layer: a 1×1 convolution without demodulation or filters.
      kernel_size: of the convolution.
      radial: whether to down-sample by a radial filter, unless critically sampled.
      oversampling: of the activation.
      filter_size: taps per factor.
      clamp: bound of the activation, or None.
      decay: of the running mean.
      dtype: of the computation; parameters and styles are float32.
    """

    before: Stage
    after: Stage
    to_colors: bool = False
    kernel_size: int = 3
    radial: bool = False
    oversampling: int = 2
    filter_size: int = 6
    clamp: float | None = 256.0
    decay: float = 0.999
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, x: jax.Array, w: jax.Array, context: Context) -> jax.Array:
        """Maps [B, H, W, C] and w [B, W] to [B, H', W', features]."""
        channels, features = self.before.channels, self.after.channels
        size = 1 if self.to_colors else self.kernel_size
        shape, init = (size, size, channels, features), nn.initializers.normal(1.0)
        kernel = self.param("kernel", init, shape, jnp.float32)
        zeros = nn.initializers.zeros_init()
        bias = self.param("bias", zeros, (features,), jnp.float32)
        styles = EqualizedDense(channels, bias_init=1.0, name="affine")(w)
        if self.to_colors:
            styles = styles / math.sqrt(channels)
        x = x.astype(self.dtype)
        gain = lax.rsqrt(self._mean_square(x, context))
        x = modulated_conv(x, kernel, styles, gain, not self.to_colors)
        filters = resampling(
            self.before,
            self.after,
            size,
            1 if self.to_colors else self.oversampling,
            self.filter_size,
            self.radial,
        )
        return filtered_activation(
            x,
            bias.astype(x.dtype),
            linear if self.to_colors else leaky_relu,
            up_taps=filters.up_taps,
            down_taps=filters.down_taps,
            up=filters.up,
            down=filters.down,
            pads=filters.pads,
            clamp=self.clamp,
        )

    def _mean_square(self, x, context):
        stored = self.variable("magnitudes", "mean_square", jnp.ones, ())
        if not context.train or self.is_initializing():
            return stored.value
        squares = jnp.square(lax.stop_gradient(x).astype(jnp.float32))
        new = context.mean(jnp.mean(squares, axis=(1, 2, 3)))
        new = self.decay * stored.value + (1.0 - self.decay) * new
        if self.is_mutable_collection("magnitudes"):
            stored.value = new
        return new
