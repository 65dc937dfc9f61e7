"""PyTorch's ways of resizing, as matrices: any size, known or traced."""

import math
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np

from jaxgan.core.ranges import check_count, check_number

Mode = Callable[..., jax.Array]
"""mode(length, size, step, columns, rows) -> [rows, columns]: the weights of a side.

The first `length` of the columns are pixels of a line, the first `size` of the rows
those of the result, and `step` pixels lie between two of them. All three may be traced.
"""


def area(length, size, step, columns: int, rows: int) -> jax.Array:
    """Averages the pixels that each of the result covers, whole ones.

    `adaptive_avg_pool2d`: from ⌊i · length / size⌋ to before ⌈(i + 1) · length / size⌉.
    Enlarged pictures repeat pixels, or average two.
    """
    del step
    row, column = _grid(rows, columns)
    first = row * length // size
    last = -(-(row + 1) * length // size)
    weights = (column >= first) & (column < last) & (row < size)
    weights = weights.astype(jnp.float32)
    return weights / jnp.maximum(last - first, 1).astype(jnp.float32)


def bilinear(length, size, step, columns: int, rows: int) -> jax.Array:
    """Interpolates between two pixels, without smoothing; edges are repeated."""
    row, column = _grid(rows, columns)
    place = jnp.maximum(_places(row, step), 0.0)
    near = jnp.minimum(jnp.floor(place).astype(jnp.int32), length - 1)
    share = jnp.clip(place - near.astype(jnp.float32), 0.0, 1.0)
    far = jnp.minimum(near + 1, length - 1)
    weights = jnp.where(column == near, 1.0 - share, 0.0)
    return jnp.where(row < size, weights + jnp.where(column == far, share, 0.0), 0.0)


def bicubic(length, size, step, columns: int, rows: int) -> jax.Array:
    """Interpolates by Keys' cubic with a = -3/4, without smoothing; edges are repeated.

    MATLAB's cubic is another: see `imresize`.
    """
    row, column = _grid(rows, columns)
    place = _places(row, step)
    before = jnp.floor(place)
    share = place - before
    weights = jnp.zeros((rows, columns), jnp.float32)
    for offset in range(-1, 3):
        at = jnp.clip(before.astype(jnp.int32) + offset, 0, length - 1)
        weight = _cubic(jnp.abs(share - offset))
        weights = weights + jnp.where(column == at, weight, 0.0)
    return jnp.where(row < size, weights, 0.0)


def resize(
    pictures: jax.Array,
    mode: Mode,
    scale: float | None = None,
    *,
    size: tuple[int, int] | None = None,
) -> jax.Array:
    """Resizes pictures [..., H, W, C] as `torch.nn.functional.interpolate` does.

    With `align_corners=False, antialias=False`.

    Args:
      pictures: of any range, in float32.
      mode: `area`, `bilinear` or `bicubic`.
      scale: of both sides, which become ⌊scale · side⌋; pixels lie 1 / scale apart,
        whatever the sides have become. For `area` only the sides count.
      size: (height, width) in place of it; pixels lie old / new side apart.

    Raises:
      ValueError: if neither or both of scale and size are given, one is not positive,
        or a side becomes 0.
    """
    if (scale is None) == (size is None):
        raise ValueError(f"saw scale={scale} and size={size}, wanted one of them")
    matrices = []
    for axis, length in enumerate(pictures.shape[-3:-1]):
        if size is not None:
            side, step = size[axis], length / size[axis] if size[axis] else 0.0
        else:
            check_number("scale", scale, above=0)
            side, step = math.floor(length * scale), 1.0 / scale  # pyright: ignore
        check_count("size", side)
        matrices.append(mode(length, side, step, length, side))
    return multiply(pictures, *matrices)


def multiply(pictures: jax.Array, rows: jax.Array, columns: jax.Array) -> jax.Array:
    """Multiplies the sides of pictures [..., H, W, C] by [P, H] and [Q, W]."""
    highest = jax.lax.Precision.HIGHEST
    pictures = jnp.einsum("ph,...hwc->...pwc", rows, pictures, precision=highest)
    return jnp.einsum("qw,...pwc->...pqc", columns, pictures, precision=highest)


def _grid(rows: int, columns: int) -> tuple[np.ndarray, np.ndarray]:
    return np.arange(rows, dtype=np.int32)[:, None], np.arange(columns)[None].astype(
        np.int32
    )


def _places(row, step) -> jax.Array:
    return jnp.asarray(step, jnp.float32) * (row.astype(np.float32) + 0.5) - 0.5


def _cubic(x: jax.Array, a: float = -0.75) -> jax.Array:
    inner = ((a + 2.0) * x - (a + 3.0)) * x * x + 1.0
    outer = ((a * x - 5.0 * a) * x + 8.0 * a) * x - 4.0 * a
    return jnp.where(x <= 1.0, inner, outer)
