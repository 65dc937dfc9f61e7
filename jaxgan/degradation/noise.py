"""Noise of sensors: Gaussian, and Poisson's."""

import math

import jax
import jax.numpy as jnp

from jaxgan.degradation.poisson import poisson_counts

GRAY = (0.2989, 0.587, 0.114)
"""Shares of R, G and B in torchvision's gray."""


def gaussian_noise(
    picture: jax.Array,
    normal: jax.Array,
    sigma: jax.Array | float,
    *,
    clip: bool = True,
    rounded: bool = False,
) -> jax.Array:
    """Adds σ · normal / 255 to a picture [H, W, C] in [0, 1].

    Args:
      picture: in float32.
      normal: standard normal numbers [H, W, C], or [H, W, 1] for gray noise.
      sigma: the deviation, of 255.
      clip: to [0, 1].
      rounded: to the 256 values of a byte.
    """
    return _finished(picture + normal * (sigma / 255.0), clip, rounded)


def poisson_noise(
    picture: jax.Array,
    bits: jax.Array,
    scale: jax.Array | float,
    gray: jax.Array | bool = False,
    valid: jax.Array | None = None,
    *,
    clip: bool = True,
    rounded: bool = False,
) -> jax.Array:
    """Adds the noise of counts of photons to a picture [H, W, 3] in [0, 1].

    scale · (n / v - x), n ~ Poisson(v x), where x are bytes over 255 and v is the
    number of different ones among them, or the next power of 2: BasicSR's.

    Args:
      picture: in float32.
      bits: uniform uint32 [H, W, 3]; gray noise takes the first of each pixel.
      scale: of the noise.
      gray: whether x is gray, and the noise that of all three colours.
      valid: the pixels that count, [H, W, 1]; all, if None.
      clip: to [0, 1].
      rounded: to the 256 values of a byte.
    """
    values = photons(picture, gray)
    power = level_power(values, valid)
    bits = jnp.where(gray, bits[..., :1], bits)
    counts = poisson_counts(bits, values, power)
    noise = poisson_error(counts, values, power)
    return _finished(picture + scale * noise, clip, rounded)


def normal_numbers(bits: jax.Array) -> jax.Array:
    """Makes standard normal numbers, up to 5.2, of uniform uint32."""
    places = jnp.right_shift(bits, 9).astype(jnp.float32) + 0.5
    return math.sqrt(2.0) * jax.lax.erf_inv(places * 2.0**-22 - 1.0)


def photons(picture: jax.Array, gray: jax.Array | bool = False) -> jax.Array:
    """Rounds a picture in [0, 1], or its gray, to bytes: int32 of the same shape."""
    red, green, blue = (picture[..., i : i + 1] * share for i, share in enumerate(GRAY))
    picture = jnp.where(gray, red + green + blue, picture)
    return jnp.round(jnp.clip(picture * 255.0, 0.0, 255.0)).astype(jnp.int32)


def level_power(values: jax.Array, valid: jax.Array | None = None) -> jax.Array:
    """Computes ⌈log₂ n⌉ for the number n of different bytes: an int32 scalar.

    Bytes that occur are set bits of eight words. Halves are laid over each other as
    long as they are alike, which on CPUs is faster than to reduce pixel by pixel.
    """
    if valid is None:
        valid = jnp.ones((*values.shape[:2], 1), bool)
    bit = jnp.left_shift(jnp.uint32(1), (values & 31).astype(jnp.uint32))
    count = jnp.int32(0)
    for word in range(8):
        here = jnp.where(valid & (values >> 5 == word), bit, jnp.uint32(0)).ravel()
        while here.size % 2 == 0:
            half = here.size // 2
            here = here[:half] | here[half:]
        occur = jax.lax.reduce(here, jnp.uint32(0), jax.lax.bitwise_or, (0,))
        count = count + jax.lax.population_count(occur).astype(jnp.int32)
    return 32 - jax.lax.clz(jnp.maximum(count - 1, 0))


def poisson_error(counts: jax.Array, values: jax.Array, power: jax.Array) -> jax.Array:
    """Computes counts / 2ᵖ - values / 255, the noise before it is scaled."""
    levels = jnp.left_shift(jnp.int32(1), power).astype(jnp.float32)
    return counts / levels - values.astype(jnp.float32) / 255.0


def _finished(picture: jax.Array, clip: bool, rounded: bool) -> jax.Array:
    if rounded:
        picture = jnp.round(picture * 255.0) / 255.0
    return jnp.clip(picture, 0.0, 1.0) if clip else picture
