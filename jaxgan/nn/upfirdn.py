"""Changing the size of images through finite filters: up-sample, filter, down-sample.

Every axis is done in phases: output `up · q + r` is a sum of a few shifted slices of
the input, so that no zeros are inserted only to be multiplied, and XLA fuses all of it.
A depthwise convolution would do the same, and is slow on CPUs and in backward passes.
Derivatives of every order and mode are those of slices and sums.
"""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

Filter = np.ndarray | jax.Array
"""Taps [N] of a separable filter, or [height, width]."""
Pads = tuple[tuple[int, int], tuple[int, int]]
"""((above, below), (left, right)) pixels of zeros; negative numbers crop."""

NO_PADS: Pads = ((0, 0), (0, 0))


def resample_filter(
    taps: Sequence[Any] | np.ndarray | None,
    *,
    normalize: bool = True,
    flip: bool = False,
    gain: float = 1.0,
) -> np.ndarray:
    """Prepares a filter, [N] or [height, width].

    Args:
      taps: one row of numbers for a separable filter, or a matrix; None is one tap, 1.
      normalize: divide by the sum, so that constant images keep their value.
      flip: turn it round.
      gain: factor of the two-dimensional filter.

    Raises:
      ValueError: if it is neither a vector nor a matrix, or its sum is 0.
    """
    made = np.asarray([1.0] if taps is None else taps, np.float32)
    if made.ndim not in (1, 2) or not made.size:
        raise ValueError(f"taps: saw shape {made.shape}, wanted [N] or [height, width]")
    if normalize:
        if not made.sum():
            raise ValueError("taps: saw a sum of 0, wanted one to divide by")
        made = made / made.sum()
    if flip:
        made = np.flip(made)
    return made * np.float32(gain ** (made.ndim / 2))


BINOMIAL = resample_filter([1.0, 3.0, 3.0, 1.0])
"""StyleGAN2's filter."""


def upfirdn2d(
    x: jax.Array,
    taps: Filter | None,
    *,
    up: int | tuple[int, int] = 1,
    down: int | tuple[int, int] = 1,
    pads: Pads = NO_PADS,
    gain: float = 1.0,
    flip: bool = False,
) -> jax.Array:
    """Puts up - 1 zeros after each pixel, pads, convolves, keeps every down-th pixel.

    Karras et al. 2020 (arXiv 1912.04958), appendix B, and their code's operator.

    Args:
      x: [B, H, W, C].
      taps: the filter; None is one tap of 1.
      up: factors (vertical, horizontal), or one for both.
      down: likewise.
      pads: of the image with its zeros between.
      gain: factor of the result; up² keeps the brightness of an up-sampled image.
      flip: correlate instead of convolving.

    Returns:
      [B, (H · up + pads - height) // down + 1, likewise, C], in the dtype of `x`.

    Raises:
      ValueError: if nothing is left of the image.
    """
    taps = resample_filter(None) if taps is None else taps
    up, down = _pair(up), _pair(down)
    if not flip:
        taps = taps[(slice(None, None, -1),) * taps.ndim]
    rows, columns = zip(up, down, pads)
    if taps.ndim == 1:
        return _along(_along(x, gain * taps, 2, *columns), taps, 1, *rows)
    height = taps.shape[0]
    total = None
    for row in range(height):
        here = np.zeros(height, np.float32)
        here[row] = 1.0
        part = _along(_along(x, gain * taps[row], 2, *columns), here, 1, *rows)
        total = part if total is None else total + part
    assert total is not None
    return total


def filter2d(
    x: jax.Array,
    taps: Filter,
    *,
    pads: Pads = NO_PADS,
    gain: float = 1.0,
    flip: bool = False,
) -> jax.Array:
    """Filters without changing the size, but by `pads`."""
    around = added_pads(pads, [(n // 2, (n - 1) // 2) for n in filter_size(taps)])
    return upfirdn2d(x, taps, pads=around, gain=gain, flip=flip)


def upsample2d(
    x: jax.Array,
    taps: Filter,
    up: int | tuple[int, int] = 2,
    *,
    pads: Pads = NO_PADS,
    gain: float = 1.0,
    flip: bool = False,
) -> jax.Array:
    """Makes an image `up` times as large, and as bright for a filter of sum 1."""
    factors = _pair(up)
    around = added_pads(pads, pads_above(filter_size(taps), factors))
    gain = gain * factors[0] * factors[1]
    return upfirdn2d(x, taps, up=factors, pads=around, gain=gain, flip=flip)


def downsample2d(
    x: jax.Array,
    taps: Filter,
    down: int | tuple[int, int] = 2,
    *,
    pads: Pads = NO_PADS,
    gain: float = 1.0,
    flip: bool = False,
) -> jax.Array:
    """Makes an image `down` times as small."""
    factors = _pair(down)
    around = added_pads(pads, pads_below(filter_size(taps), factors))
    return upfirdn2d(x, taps, down=factors, pads=around, gain=gain, flip=flip)


def filter_size(taps: Filter) -> tuple[int, int]:
    """(height, width)."""
    return taps.shape[0], taps.shape[-1]


def pads_above(sizes: Sequence[int], factors: Sequence[int]) -> Pads:
    """Pads that make an up-sampled image `up` times as large."""
    rows, columns = (
        ((n + up - 1) // 2, (n - up) // 2) for n, up in zip(sizes, factors)
    )
    return rows, columns


def pads_below(sizes: Sequence[int], factors: Sequence[int]) -> Pads:
    """Pads that make a down-sampled image `down` times as small."""
    rows, columns = (
        ((n - down + 1) // 2, (n - down) // 2) for n, down in zip(sizes, factors)
    )
    return rows, columns


def added_pads(pads, others) -> Pads:
    """The sum of two pads."""
    rows, columns = (
        (pad[0] + other[0], pad[1] + other[1]) for pad, other in zip(pads, others)
    )
    return rows, columns


def _along(x, taps, axis, up, down, pads):
    """The operator along one axis, with correlation."""
    size, count = x.shape[axis], taps.shape[0]
    outs = (size * up + sum(pads) - count) // down + 1
    if outs < 1:
        raise ValueError(
            f"pads: saw {pads} for {size} pixels times {up} and {count} taps, wanted "
            "at least one pixel to be left"
        )
    phases = _phases(taps, up, down, pads[0])
    shifts = [shift for phase in phases for shift, _ in phase] or [0]
    rounds = -(-outs // up)
    low, span = min(shifts), (rounds - 1) * down + 1
    edges = [(0, 0, 0)] * x.ndim
    edges[axis] = (-low, max(shifts) + span - size, 0)
    x = lax.pad(x, jnp.zeros((), x.dtype), edges)

    def moved(shift):
        return lax.slice_in_dim(x, shift - low, shift - low + span, down, axis)

    def added(phase):
        if not phase:
            return jnp.zeros_like(moved(low))
        parts = [moved(shift) * _as(tap, x.dtype) for shift, tap in phase]
        return sum(parts[1:], parts[0])

    if up == 1:
        return added(phases[0])
    whole = jnp.stack([added(phase) for phase in phases], axis + 1)
    shape = (*x.shape[:axis], rounds * up, *x.shape[axis + 1 :])
    return lax.slice_in_dim(whole.reshape(shape), 0, outs, axis=axis)


def _phases(taps, up, down, before):
    """For each phase r, the [(shift, tap)] that output up · q + r adds up.

    It is the sum of taps k times x[down · q + (down · r + k - before) / up], over those
    k for which that is a whole number.
    """
    known = isinstance(taps, np.ndarray)
    return [
        [
            ((r * down + k - before) // up, float(taps[k]) if known else taps[k])
            for k in range(taps.shape[0])
            if not (r * down + k - before) % up and not (known and taps[k] == 0)
        ]
        for r in range(up)
    ]


def _as(tap, dtype):
    return tap if isinstance(tap, float) else tap.astype(dtype)


def _pair(factor: int | tuple[int, int]) -> tuple[int, int]:
    return (factor, factor) if isinstance(factor, int) else factor
