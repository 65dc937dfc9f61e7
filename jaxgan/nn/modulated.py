"""Convolutions whose input channels a style scales: StyleGAN2's."""

import jax
import jax.numpy as jnp
from jax import lax

from jaxgan.nn.resampled import resampled_conv
from jaxgan.nn.upfirdn import Filter

EPSILON = 1e-8


def modulated_conv(
    x: jax.Array,
    kernel: jax.Array,
    styles: jax.Array,
    *,
    demodulate: bool = True,
    noise: jax.Array | None = None,
    taps: Filter | None = None,
    up: int = 1,
    down: int = 1,
) -> jax.Array:
    """Convolves example i by the kernel w s_i, with unit norm per output feature.

    Karras et al. 2020 (arXiv 1912.04958), equations 1 and 3. The kernel of one example
    is never made: channels are scaled before the convolution and features after it,
    which is the same (appendix B) and one convolution for all examples.

    Args:
      x: [B, H, W, C].
      kernel: [size, size, C, features]; when up-sampling it is turned, see
        `resampled_conv`.
      styles: [B, C].
      demodulate: divide by √(Σ (w s_i)² + 10⁻⁸), the sum over the kernel and C.
      noise: added at the end, to broadcast against the output.
      taps: the filter for changes of size.
      up: as for `resampled_conv`.
      down: likewise.

    Raises:
      ValueError: if the styles do not fit.
    """
    if styles.shape != (x.shape[0], x.shape[-1]):
        raise ValueError(
            f"styles: saw {styles.shape}, wanted {(x.shape[0], x.shape[-1])}"
        )
    x = x * styles.astype(x.dtype)[:, None, None]
    y = resampled_conv(x, kernel.astype(x.dtype), taps, up=up, down=down)
    if demodulate:
        factors = demodulation(kernel, styles)
        y = y * factors.astype(y.dtype)[:, None, None]
    return y if noise is None else y + noise.astype(y.dtype)


def demodulation(kernel: jax.Array, styles: jax.Array) -> jax.Array:
    """Factors [B, features] that give modulated kernels unit norm, in float32."""
    squares = jnp.sum(jnp.square(kernel.astype(jnp.float32)), axis=(0, 1))
    return lax.rsqrt(jnp.square(styles.astype(jnp.float32)) @ squares + EPSILON)


def unit_second_moment(x: jax.Array, axis: int | tuple[int, ...] = -1) -> jax.Array:
    """x / √(mean(x²) + 10⁻⁸) along an axis, or several."""
    moment = jnp.mean(jnp.square(x), axis=axis, keepdims=True)
    return x * lax.rsqrt(moment + EPSILON)
