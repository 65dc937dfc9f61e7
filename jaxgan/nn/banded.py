"""Changing the size of images through long filters, as products with banded matrices.

What `jaxgan.nn.upfirdn` computes as sums of shifted slices, one for each tap, which are
few in StyleGAN2 and 12 to 144 in StyleGAN3. Here every axis is cut into tiles of which
each is a product with the same small matrix. Derivatives of every order and mode are
those of slices and products.
"""

import functools
import operator

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from jaxgan.nn.upfirdn import NO_PADS, Pads

TILE = 64
"""Numbers of a tile along its axis, about; up to twice as many are one tile."""
NEGLIGIBLE = 1e-8
"""Singular values of a filter that are left out, as a share of the largest."""


def resample(
    x: jax.Array,
    taps: np.ndarray | None,
    *,
    up: int = 1,
    down: int = 1,
    pads: Pads = NO_PADS,
    gain: float = 1.0,
    flip: bool = False,
) -> jax.Array:
    """Puts up - 1 zeros after each pixel, pads, convolves, keeps every down-th pixel.

    As `jaxgan.nn.upfirdn.upfirdn2d`. A filter [height, width] that is no product of two
    rows is a sum of such products, by its singular values: half as many as its height
    if it is symmetric.

    Args:
      x: [B, H, W, C].
      taps: the filter, [N] or [height, width]; None is one tap of 1.
      up: factor of both axes.
      down: likewise.
      pads: of the image with its zeros between; negative numbers crop.
      gain: factor of the result; up² keeps the brightness of an up-sampled image.
      flip: correlate instead of convolving.

    Returns:
      [B, (H · up + pads - height) // down + 1, likewise, C], in the dtype of `x`.

    Raises:
      ValueError: if nothing is left of the image.
    """
    if taps is None and up == down == 1:
        x = lax.pad(x, jnp.zeros((), x.dtype), _edges(pads))
        return x if gain == 1.0 else x * gain
    taps = np.ones(1) if taps is None else np.asarray(taps, np.float64)
    if not flip:
        taps = np.flip(taps)
    rows, columns = pads
    parts = []
    for vertical, horizontal in _products(taps):
        part = _along(x, gain * horizontal, 2, up, down, columns)
        parts.append(_along(part, vertical, 1, up, down, rows))
    return functools.reduce(operator.add, parts)


def _edges(pads):
    return [(0, 0, 0), *((*pad, 0) for pad in pads), (0, 0, 0)]


def _products(taps):
    """Pairs of rows (vertical, horizontal) whose products add up to the filter."""
    if taps.ndim == 1:
        return [(taps, taps)]
    vertical, sizes, horizontal = np.linalg.svd(taps)
    kept = int(np.sum(sizes > NEGLIGIBLE * sizes[0]))
    return [(sizes[k] * vertical[:, k], horizontal[k]) for k in range(kept)]


def _along(x, taps, axis, up, down, pads):
    """The operator along one axis, with correlation."""
    size, count = x.shape[axis], len(taps)
    outs = (size * up + sum(pads) - count) // down + 1
    if outs < 1:
        raise ValueError(
            f"pads: saw {pads} for {size} pixels times {up} and {count} taps, wanted "
            "at least one pixel to be left"
        )
    tile = outs if outs <= 2 * TILE else -(-TILE // up) * up
    tiles = -(-outs // tile)
    low = -(pads[0] // up)
    high = ((tile - 1) * down + count - 1 - pads[0]) // up
    if tiles == 1:  # Only what lies in the image.
        low = min(max(low, 0), size - 1)
        high = max(min(high, size - 1), low)
    place = low + np.arange(high - low + 1)
    tap = place[None] * up + pads[0] - np.arange(tile)[:, None] * down
    known = (tap >= 0) & (tap < count)
    matrix = np.where(known, taps[np.clip(tap, 0, count - 1)], 0.0)
    step = tile * down // up
    edges = [(0, 0, 0)] * x.ndim
    edges[axis] = (-low, (tiles - 1) * step + high + 1 - size, 0)
    x = lax.pad(x, jnp.zeros((), x.dtype), edges)
    if tiles == 1:
        return _product(matrix, x, axis)
    parts = [
        lax.slice_in_dim(x, q * step, q * step + len(place), axis=axis)
        for q in range(tiles)
    ]
    y = _product(matrix, jnp.stack(parts, axis), axis + 1)
    y = y.reshape(*y.shape[:axis], tiles * tile, *y.shape[axis + 2 :])
    return lax.slice_in_dim(y, 0, outs, axis=axis)


def _product(matrix, x, axis):
    """The matrix times x along an axis; sums of float32 are not rounded to less."""
    names = "abcde"[: x.ndim]
    made = jnp.asarray(matrix, x.dtype)
    return jnp.einsum(
        f"z{names[axis]},{names}->{names.replace(names[axis], 'z')}",
        made,
        x,
        precision=lax.Precision.HIGHEST,
        preferred_element_type=jnp.float32,
    ).astype(x.dtype)
