"""JPEG's loss, without a file: colours, cosines, rounding and back."""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

LUMA = np.array(
    [
        [16, 11, 10, 16, 24, 40, 51, 61],
        [12, 12, 14, 19, 26, 58, 60, 55],
        [14, 13, 16, 24, 40, 57, 69, 56],
        [14, 17, 22, 29, 51, 87, 80, 62],
        [18, 22, 37, 56, 68, 109, 103, 77],
        [24, 35, 55, 64, 81, 104, 113, 92],
        [49, 64, 78, 87, 103, 121, 120, 101],
        [72, 92, 95, 98, 112, 100, 103, 99],
    ],
    np.float32,
).T
"""Steps of Y: the standard's table, transposed, as the official code has it."""

CHROMA = np.full((8, 8), 99, np.float32)
CHROMA[:4, :4] = [
    [17, 18, 24, 47],
    [18, 21, 26, 66],
    [24, 26, 56, 99],
    [47, 66, 99, 99],
]
"""Steps of Cb and Cr."""

TO_YCBCR = np.array(
    [[0.299, 0.587, 0.114], [-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]],
    np.float32,
).T
TO_RGB = np.array(
    [[1.0, 0.0, 1.402], [1.0, -0.344136, -0.714136], [1.0, 1.772, 0.0]], np.float32
).T

_FREQUENCIES = np.arange(8)[:, None]
COSINES = np.cos((2 * np.arange(8) + 1) * _FREQUENCIES * np.pi / 16) / 2
COSINES[0] /= np.sqrt(2)
COSINES = COSINES.astype(np.float32)
"""[frequency, pixel]: the orthonormal cosine transform of eight pixels."""

MACROBLOCK = 16
"""Pixels that share a block of Cb and Cr along a side."""


class Coefficients(NamedTuple):
    """What a file would hold, [rows, columns, 8, 8] of blocks: whole numbers."""

    luma: jax.Array
    blue: jax.Array
    red: jax.Array


def jpeg(
    picture: jax.Array,
    quality: jax.Array | float,
    rounding: Callable[[jax.Array], jax.Array] = jnp.round,
) -> jax.Array:
    """Compresses a picture [H, W, 3] in [0, 1], and decompresses it.

    As BasicSR's DiffJPEG: sides are filled up to multiples of 16 with black; Cb and Cr
    have half of the size, by means of four, and are repeated; colours between the two
    steps are not rounded to bytes. Files that libraries write differ by that, by whole
    numbers in their tables, and by how they fill edges.

    Args:
      picture: beyond [0, 1] its values are an error that is not seen.
      quality: from 1 to below 100; may be traced.
      rounding: of coefficients; `smooth_rounding` has a gradient.
    """
    height, width = picture.shape[:2]
    coefficients = compress(picture, quality, rounding)
    return decompress(coefficients, quality)[:height, :width]


def smooth_rounding(x: jax.Array) -> jax.Array:
    """Rounds x to n + (x - n)³, n the nearest whole number, which has a gradient.

    Shin and Song 2017 (JPEG-resistant adversarial images).
    """
    return jnp.round(x) + (x - jnp.round(x)) ** 3


def compress(
    picture: jax.Array,
    quality: jax.Array | float,
    rounding: Callable[[jax.Array], jax.Array] = jnp.round,
) -> Coefficients:
    """Computes the coefficients of a picture [H, W, 3] in [0, 1]."""
    fill = [(0, -n % MACROBLOCK) for n in picture.shape[:2]]
    picture = 255.0 * jnp.pad(picture, [*fill, (0, 0)])
    # Less the middle of all three: Y's is 128, too, and sums of weights are 1, 0 and 0.
    luma, *chroma = jnp.moveaxis(_colors(picture - 128.0, TO_YCBCR), -1, 0)
    height, width = luma.shape
    squares = (height // 2, 2, width // 2, 2)
    chroma = [jnp.mean(plane.reshape(squares), axis=(1, 3)) for plane in chroma]
    steps = _steps(quality)
    return Coefficients(
        *(
            rounding(_transformed(plane) / step)
            for plane, step in zip((luma, *chroma), steps)
        )
    )


def decompress(coefficients: Coefficients, quality: jax.Array | float) -> jax.Array:
    """Computes the picture of some coefficients: [16 M, 16 N, 3] in [0, 1]."""
    luma, *chroma = (
        _restored(blocks * step) for blocks, step in zip(coefficients, _steps(quality))
    )
    chroma = [jnp.repeat(jnp.repeat(plane, 2, 0), 2, 1) for plane in chroma]
    picture = _colors(jnp.stack([luma, *chroma], axis=-1), TO_RGB) + 128.0
    return jnp.clip(picture, 0.0, 255.0) / 255.0


def quality_factor(quality: jax.Array | float) -> jax.Array:
    """Computes what a quality multiplies the tables by: 50 / q, or 2 - q / 50."""
    quality = jnp.asarray(quality, jnp.float32)
    return jnp.where(quality < 50.0, 5000.0 / quality, 200.0 - 2.0 * quality) / 100.0


def _colors(picture: jax.Array, matrix: np.ndarray) -> jax.Array:
    return jnp.matmul(picture, matrix, precision=jax.lax.Precision.HIGHEST)


def _steps(quality: jax.Array | float) -> list[jax.Array]:
    """Of Y, Cb and Cr, [1, 1, 8, 8]."""
    factor = quality_factor(quality)
    return [factor * table[None, None] for table in (LUMA, CHROMA, CHROMA)]


def _transformed(plane: jax.Array) -> jax.Array:
    """A plane [8 M, 8 N] as blocks of frequencies [M, N, 8, 8]."""
    blocks = plane.reshape(plane.shape[0] // 8, 8, plane.shape[1] // 8, 8)
    highest = jax.lax.Precision.HIGHEST
    blocks = jnp.einsum("ui,minj->mnuj", COSINES, blocks, precision=highest)
    return jnp.einsum("vj,mnuj->mnuv", COSINES, blocks, precision=highest)


def _restored(blocks: jax.Array) -> jax.Array:
    """Blocks of frequencies [M, N, 8, 8] as a plane [8 M, 8 N]."""
    highest = jax.lax.Precision.HIGHEST
    blocks = jnp.einsum("ui,mnuv->mniv", COSINES, blocks, precision=highest)
    blocks = jnp.einsum("vj,mniv->minj", COSINES, blocks, precision=highest)
    return blocks.reshape(8 * blocks.shape[0], -1)
