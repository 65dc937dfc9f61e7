"""MATLAB's bicubic resizing, by which papers on super-resolution make their inputs."""

import functools
import math

import jax
import jax.numpy as jnp
import numpy as np

from jaxgan.core.ranges import check_count, check_number

WIDTH = 4.0
"""Pixels that the cubic covers."""


def imresize(
    images: jax.Array,
    scale: float | None = None,
    *,
    size: tuple[int, int] | None = None,
    antialias: bool = True,
) -> jax.Array:
    """Resizes pictures [..., H, W, C] as MATLAB's `imresize(images, scale)` does.

    Keys' cubic (IEEE TASSP 29(6), 1981) with a = -1/2, widened by 1 / scale where
    pictures shrink; weights of a pixel sum to 1; edges are mirrored, however small the
    picture is (official Python code fails on pictures smaller than the kernel, and on
    sides that need no mirror). Values are neither clipped nor rounded.

    Args:
      images: of any range, in float32 or wider.
      scale: of both sides, which become ⌈scale · side⌉; exact, also where that is
        rounded.
      size: (height, width) in place of it; the scales are then those of the sides.
      antialias: whether the kernel is widened.

    Raises:
      ValueError: if neither or both of scale and size are given, or one is not
        positive, or images are whole numbers, or have fewer than three axes.
    """
    images = jnp.asarray(images)
    if images.ndim < 3 or not jnp.issubdtype(images.dtype, jnp.floating):
        raise ValueError(
            f"images: saw {images.dtype} of shape {images.shape}, wanted "
            "floating-point numbers [..., H, W, C]"
        )
    if (scale is None) == (size is None):
        raise ValueError(f"saw scale={scale} and size={size}, wanted one of them")
    sides: list[tuple[int, int, float]] = []
    for axis, length in enumerate(images.shape[-3:-1]):
        if size is not None:
            check_count("size", size[axis])
            sides.append((length, size[axis], size[axis] / length))
        elif scale is not None:
            check_number("scale", scale, above=0)
            sides.append((length, math.ceil(length * scale), scale))
    rows, columns = (
        jnp.asarray(resize_matrix(*side, antialias), images.dtype) for side in sides
    )
    highest = jax.lax.Precision.HIGHEST
    images = jnp.einsum("ph,...hwc->...pwc", rows, images, precision=highest)
    return jnp.einsum("qw,...pwc->...pqc", columns, images, precision=highest)


@functools.lru_cache(maxsize=64)
def resize_matrix(
    length: int, size: int, scale: float, antialias: bool = True
) -> np.ndarray:
    """Computes the weights [size, length] that a side is multiplied by, in float64.

    Pixel i of the result lies at (i + 1/2) / scale - 1/2. MATLAB takes P pixels around
    it, and divides their weights by their sum; what lies beyond an edge is then added
    to the pixel that it mirrors.
    """
    shrink = min(scale, 1.0) if antialias else 1.0
    width = WIDTH / shrink
    centers = (np.arange(size) + 0.5) / scale - 0.5
    first = np.floor(centers - width / 2.0).astype(np.int64)
    places = first[:, None] + np.arange(math.ceil(width) + 2)
    weights = cubic(shrink * (centers[:, None] - places))
    weights /= weights.sum(axis=1, keepdims=True)
    around = places % (2 * length)
    mirrored = np.minimum(around, 2 * length - 1 - around)
    matrix = np.zeros((size, length))
    np.add.at(matrix, (np.arange(size)[:, None], mirrored), weights)
    matrix.flags.writeable = False
    return matrix


def cubic(x: np.ndarray, a: float = -0.5) -> np.ndarray:
    """Computes Keys' cubic of distances in pixels: equation 4, with its free number."""
    x = np.abs(x)
    inner = ((a + 2.0) * x - (a + 3.0)) * x * x + 1.0
    outer = a * (((x - 5.0) * x + 8.0) * x - 4.0)
    return np.where(x <= 1.0, inner, np.where(x <= 2.0, outer, 0.0))
