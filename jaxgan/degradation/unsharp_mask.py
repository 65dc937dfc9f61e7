"""Unsharp masking: what Real-ESRGAN sharpens its targets by."""

import functools

import jax
import jax.numpy as jnp
import numpy as np

from jaxgan.core.ranges import check_count
from jaxgan.degradation.resize import multiply

TABLES = {
    1: [1.0],
    3: [0.25, 0.5, 0.25],
    5: [0.0625, 0.25, 0.375, 0.25, 0.0625],
    7: [0.03125, 0.109375, 0.21875, 0.28125, 0.21875, 0.109375, 0.03125],
}
"""OpenCV's Gaussians of few pixels, when no deviation is given."""


def unsharp_mask(
    pictures: jax.Array, weight: float = 0.5, radius: int = 50, threshold: float = 10.0
) -> jax.Array:
    """Sharpens pictures [..., H, W, C] in [0, 1], where they differ from their blur.

    With r = x - blur(x), m = blur(|255 r| > threshold), the result is
    m · clip(x + weight · r) + (1 - m) x: Real-ESRGAN (arXiv 2107.10833), section 3.5.

    Args:
      pictures: in float32.
      weight: of what is added.
      radius: pixels of the Gaussian, which is one wider if that is even; its deviation
        is OpenCV's for that width.
      threshold: of 255, above which a pixel is sharpened.

    Raises:
      ValueError: if the radius is not a whole number from 1 on.
    """
    check_count("radius", radius)
    pictures = jnp.asarray(pictures)
    sides = [
        jnp.asarray(_blur(length, radius + 1 - radius % 2), pictures.dtype)
        for length in pictures.shape[-3:-1]
    ]
    residual = pictures - multiply(pictures, *sides)
    mask = (jnp.abs(residual) * 255.0 > threshold).astype(pictures.dtype)
    mask = multiply(mask, *sides)
    sharp = jnp.clip(pictures + weight * residual, 0.0, 1.0)
    return mask * sharp + (1.0 - mask) * pictures


def sharpen(pictures: jax.Array) -> jax.Array:
    """Sharpens pictures [..., H, W, C] in [-1, 1], as Real-ESRGAN does its targets."""
    return 2.0 * unsharp_mask(0.5 * (pictures + 1.0)) - 1.0


def gaussian_line(width: int) -> np.ndarray:
    """Computes OpenCV's Gaussian of a width: deviation 0.15 width + 0.35."""
    if width in TABLES:
        return np.array(TABLES[width])
    offsets = np.arange(width) - (width - 1) / 2.0
    weights = np.exp(-0.5 * (offsets / (0.15 * width + 0.35)) ** 2)
    return weights / weights.sum()


@functools.lru_cache(maxsize=16)
def _blur(length: int, width: int) -> np.ndarray:
    """The Gaussian as a matrix, [length, length], with reflected edges."""
    matrix = np.zeros((length, length))
    period = max(2 * (length - 1), 1)
    for offset, weight in enumerate(gaussian_line(width)):
        places = (np.arange(length) + offset - width // 2) % period
        places = np.minimum(places, np.minimum(period - places, length - 1))
        np.add.at(matrix, (np.arange(length), places), weight)
    matrix.flags.writeable = False
    return matrix
