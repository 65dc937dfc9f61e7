"""Patterns that repeat every 2 or 4 pixels, which strides leave in pictures.

Odena et al. 2016 (distill.pub, Deconvolution and Checkerboard Artifacts): a transposed
convolution whose kernel is no multiple of its stride covers pixels unevenly, and
repeats that over all of the picture; so does the gradient of a convolution with a
stride. In a spectrum they are spots at multiples of 1/2 and 1/4 of a cycle per pixel.
"""

import itertools
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

SIDE = 128
"""Pixels per side, at most, that are looked at: the middle of larger pictures."""

LEAST = 16
"""Pixels per side that a picture must have to be looked at."""

SPOT, AROUND = 1 / 16, 3 / 16
"""Cycles per pixel: how far a spot reaches, and its surroundings. The latter end before
the next spot begins."""

BYTES = (2 / 255) ** 2 / 12
"""The variance of rounding to bytes in [-1, 1]: nothing below it is seen."""

OCTAVES = (1 / 16, 1 / 8, 1 / 4, 3 / 4)
"""Cycles per pixel at which bands of detail begin and end."""


class Pattern(NamedTuple):
    """The spot by which pictures differ most from others.

    Attributes:
      contrast: how many times the power of its surroundings it has.
      usual: the same of the others.
      period: pixels after which it repeats.
      levels: its deviation, in levels of 255, without what its surroundings have.
    """

    contrast: float
    usual: float
    period: int
    levels: float


def power(pictures: jax.Array) -> jax.Array:
    """Power [B, H, W] of pictures [B, H, W, C], the mean over channels.

    Its sum over all frequencies is their variance, in the middle more than at the
    edges: by the square of Hann's window.
    """
    height, width = (min(side, SIDE) for side in pictures.shape[1:3])
    top, left = (pictures.shape[1] - height) // 2, (pictures.shape[2] - width) // 2
    x = pictures[:, top : top + height, left : left + width].astype(jnp.float32)
    window = (_hann(height)[:, None] * _hann(width))[None, :, :, None]
    x = x - jnp.sum(x * window, axis=(1, 2), keepdims=True) / np.sum(window)
    size = height * width * float(np.sum(window**2))
    seen = jnp.fft.fft2(x * window, axes=(1, 2))
    return jnp.mean(jnp.square(jnp.abs(seen)), axis=-1) / size


def detail(power: np.ndarray) -> np.ndarray:
    """Logarithms [B, 3] of the power [B, H, W] in three octaves of fineness."""
    y, x = _frequencies(power)
    radius = np.hypot(y, x)
    parts = [
        power[:, (radius > low) & (radius <= high)].sum(axis=1)
        for low, high in itertools.pairwise(OCTAVES)
    ]
    return np.log(np.stack(parts, axis=1) + BYTES)


def pattern(power: np.ndarray, usual: np.ndarray) -> Pattern:
    """Finds the spot that stands out most, beside how it stands out of other pictures.

    Args:
      power: of pictures, [H, W], the mean over them.
      usual: of others, likewise.
    """
    y, x = _frequencies(power)
    found = []
    for row, column in _spots():
        far = np.hypot(_apart(y, row / 4), _apart(x, column / 4))
        spot, around = far <= SPOT, (far > SPOT) & (far <= AROUND)
        contrast, excess = _standing_out(power, spot, around)
        period = 2 if row % 2 == column % 2 == 0 else 4
        # Its mirror image has the same power, unless it is its own.
        both = 1 if period == 2 else 2
        levels = 127.5 * float(np.sqrt(both * max(excess, 0.0)))
        found.append(
            Pattern(contrast, _standing_out(usual, spot, around)[0], period, levels)
        )
    return max(found, key=lambda one: one.contrast / one.usual)


def _spots() -> list[tuple[int, int]]:
    """Multiples of a quarter along both axes; one of each pair of mirror images."""
    every = [(row, column) for row in range(-1, 3) for column in range(-1, 3)]
    kept: list[tuple[int, int]] = []
    for row, column in every:
        mirrored = ((1 - row) % 4 - 1, (1 - column) % 4 - 1)
        if (row, column) != (0, 0) and mirrored not in kept:
            kept.append((row, column))
    return kept


def _standing_out(
    power: np.ndarray, spot: np.ndarray, around: np.ndarray
) -> tuple[float, float]:
    """Power of a spot over that around it, and in all what it has more."""
    least = BYTES / power.size
    usual = float(np.exp(np.mean(np.log(power[around] + least))))
    return (
        float((np.mean(power[spot]) + least) / usual),
        float(np.sum(power[spot] - usual)),
    )


def _frequencies(power: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cycles per pixel down and across, of the last two axes."""
    height, width = power.shape[-2:]
    return np.fft.fftfreq(height)[:, None], np.fft.fftfreq(width)[None]


def _apart(one: np.ndarray, other: float) -> np.ndarray:
    """Distances of frequencies, which repeat after 1."""
    return np.abs((one - other + 0.5) % 1.0 - 0.5)


def _hann(size: int) -> np.ndarray:
    places = (np.arange(size, dtype=np.float32) + 0.5) / size
    return (0.5 - 0.5 * np.cos(2 * np.pi * places)).astype(np.float32)
