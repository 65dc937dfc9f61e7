"""Changes of size between R3GAN's stages, by any filter."""

import math
from collections.abc import Sequence

import jax
import numpy as np

from jaxgan.nn import double, downsample2d, halve, upsample2d

FILTER = (1.0, 2.0, 1.0)
"""Of the official presets: the taps that it makes are those of StyleGAN2."""


def low_pass(resampling_filter: Sequence[float]) -> np.ndarray:
    """The taps of sum 1 along either axis: the filter convolved with [1, 1].

    Raises:
      ValueError: if the filter is not an odd number of finite taps with a sum.
    """
    given = np.asarray(resampling_filter, np.float64)
    if given.ndim != 1 or not len(given) % 2 or not np.isfinite(given).all():
        raise ValueError(
            f"resampling_filter: saw {tuple(resampling_filter)}, wanted an odd number "
            "of finite taps"
        )
    if math.isclose(given.sum(), 0.0, abs_tol=1e-9):
        raise ValueError(
            f"resampling_filter: saw {tuple(resampling_filter)} with a sum of 0, "
            "wanted one to divide by"
        )
    taps = np.convolve(given, [1.0, 1.0])
    return (taps / taps.sum()).astype(np.float32)


def larger(x: jax.Array, resampling_filter: Sequence[float]) -> jax.Array:
    """Twice the size: pixels spread out, then filtered; beyond the edge are zeros."""
    taps = low_pass(resampling_filter)
    if _usual(taps):
        return double(x, dark=True)
    return upsample2d(x, taps)


def smaller(x: jax.Array, resampling_filter: Sequence[float]) -> jax.Array:
    """Half the size: every second pixel of the image correlated with the filter."""
    taps = low_pass(resampling_filter)
    if _usual(taps):
        return halve(x)
    return downsample2d(x, taps, flip=True)


def _usual(taps: np.ndarray) -> bool:
    return np.array_equal(taps, low_pass(FILTER))


def filter_of(taps: Sequence[float]) -> tuple[float, ...]:
    """Finds the filter that these taps were made of: the inverse of `low_pass`.

    It is of whole numbers if there are such.

    Raises:
      ValueError: if there is none.
    """
    quotient, rest = np.polydiv(np.asarray(taps, np.float64), [1.0, 1.0])
    if np.abs(rest).max() > 1e-4 * np.abs(np.asarray(taps)).max() or len(taps) % 2:
        raise ValueError(
            f"Resampler.Kernel: saw the taps {tuple(taps)}, wanted a filter of an odd "
            "number of taps, convolved with [1, 1]"
        )
    counts = quotient / np.abs(quotient[np.abs(quotient) > 1e-6]).min()
    whole = np.round(counts)
    near = np.allclose(counts, whole, atol=1e-3)
    return tuple(map(float, whole if near else quotient))
