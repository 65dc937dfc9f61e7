"""Images translated and rotated by filters that keep what the pixels can hold.

Karras et al. 2021 (arXiv 2106.12423), appendix E, whose official code measures
equivariance by them. Shifts and centres are in sides of the image, x to the right and y
down, angles in radians, against the clock as the image is seen.
"""

import functools
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.scipy.ndimage import map_coordinates

LOBES = 3
"""Of Lanczos' windows."""
REACH = 2 * LOBES
"""Of the filter of a rotation, in pixels: two windows, one after the other."""
PERIOD = 64
"""Pixels to each side of what Fourier transforms of filters are taken of."""
UP = 4
"""Rate at which rotated images are looked up."""


class Moved(NamedTuple):
    """Images, and where they depend on nothing outside of what they were made of.

    Attributes:
      images: [B, H, W, C].
      inside: bool [H, W].
    """

    images: jax.Array | np.ndarray
    inside: jax.Array | np.ndarray


def translation_matrix(shift) -> np.ndarray:
    """[3, 3], float32, of a shift (x, y)."""
    made = np.eye(3, dtype=np.float32)
    made[:2, 2] = shift
    return made


def rotation_matrix(angle: float) -> np.ndarray:
    """[3, 3], float32; y points down."""
    made = np.eye(3)
    made[:2, :2] = [[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]
    return made.astype(np.float32)


def translated(images, shift, fractional: bool = True) -> Moved:
    """Images moved by (x, y), with zeros behind.

    Args:
      images: [B, H, W, C].
      shift: in sides of the image.
      fractional: by Lanczos' filter of six taps, which leaves three pixels more at the
        borders out; else by the nearest number of whole pixels.
    """
    images = jnp.asarray(images)
    height, width = images.shape[1:3]
    columns = _shift(width, float(shift[0]) * width, fractional)
    rows = _shift(height, float(shift[1]) * height, fractional)
    return Moved(
        _both(images, rows[0], columns[0]), rows[1][:, None] & columns[1][None]
    )


def rotated(images, angle: float) -> Moved:
    """Images turned about their centre, with zeros behind.

    They are up-sampled by a filter that keeps what is below the highest frequencies of
    both grids, that of the pixels before and after, and looked up linearly.
    """
    images = jnp.asarray(images)
    matrix = rotation_matrix(angle)
    taps = band_limit(matrix, UP)
    fine = _convolved(UP**2 * images, jnp.asarray(taps, images.dtype), UP)
    size, edge = len(taps), len(taps) // 2
    sides = images.shape[1:3]
    y, x = (np.arange(side) - (side - 1) / 2 for side in sides)
    back = np.linalg.inv(matrix[:2, :2].astype(np.float64))
    places = [
        UP * (row[0] * x[None] + row[1] * y[:, None] + (side - 1) / 2) + edge
        for row, side in zip(back[::-1], sides)
    ]
    inside = [
        (np.rint(place) >= size - 2) & (np.rint(place) < UP * side - UP + 1)
        for place, side in zip(places, sides)
    ]
    moved = _looked_up(fine, *(jnp.asarray(place, images.dtype) for place in places))
    return Moved(moved, inside[0] & inside[1])


def pseudo_rotated(images, angle: float) -> Moved:
    """Images that lose what one turned by -angle would lose, without being turned.

    What is compared with `rotated` images: it was turned before, by the generator.
    """
    images = jnp.asarray(images)
    taps = band_limit(rotation_matrix(-angle), 1)
    edge = len(taps) // 2
    made = _convolved(images, jnp.asarray(taps, images.dtype))[
        :, edge:-edge, edge:-edge
    ]
    rows, columns = (_within(side, edge) for side in images.shape[1:3])
    return Moved(made, rows[:, None] & columns[None])


def band_limit(matrix: np.ndarray, up: int) -> np.ndarray:
    """The filter [2 · reach · up - 1] squared of an affine map: two sincs, two windows.

    The ideal filters of the grids before and after are convolved, so that only
    frequencies of both pass, and so are their Lanczos windows. Every phase has sum
    1 / up².

    Args:
      matrix: of the map, of which the first [2, 2] count.
      up: taps per pixel.
    """
    count = PERIOD * up
    taps = np.roll(np.arange(1 - count, count) / up, 1 - count)
    y, x = np.meshgrid(taps, taps, indexing="ij")
    ours = x, y
    theirs = [row[0] * x + row[1] * y for row in np.asarray(matrix, np.float64)[:2]]

    def both(function):
        one, other = (function(x) * function(y) for x, y in (ours, theirs))
        return np.fft.ifft2(np.fft.fft2(one) * np.fft.fft2(other)).real

    made = np.roll(both(np.sinc) * both(_window), (count - 1, count - 1), (0, 1))
    cut = (PERIOD - REACH) * up
    made = np.pad(made[cut:-cut, cut:-cut], ((0, 1), (0, 1)))
    made = made.reshape(2 * REACH, up, 2 * REACH, up)
    made = made / made.sum((0, 2), keepdims=True) / up**2
    return made.reshape(2 * REACH * up, 2 * REACH * up)[:-1, :-1]


def _window(x):
    return np.where(np.abs(x) < LOBES, np.sinc(x / LOBES), 0.0)


def _within(size: int, edge: int) -> np.ndarray:
    place = np.arange(size)
    return (place >= edge) & (place < size - edge)


def _shift(size: int, pixels: float, fractional: bool):
    """What an axis is multiplied by, [size, size], and what depends on it alone."""
    place = np.arange(size)
    offset = place[:, None] - place[None]
    if not fractional:
        whole = round(pixels)
        inside = (place >= whole) & (place < size + whole)
        return (offset == whole).astype(np.float64), inside
    whole = int(np.floor(pixels))
    before, after = LOBES - 1, LOBES
    taps = np.arange(-before, after + 1)
    weights = np.sinc(taps - (pixels - whole)) * _window(taps - (pixels - whole))
    weights /= weights.sum()
    tap = offset - whole + before
    known = (tap >= 0) & (tap < len(taps))
    matrix = np.where(known, weights[np.clip(tap, 0, len(taps) - 1)], 0.0)
    low, high = max(whole + after, 0), min(whole - before, 0) + size
    return matrix, (place >= low) & (place < high)


@jax.jit
def _product(images, rows, columns):
    exact = functools.partial(jnp.einsum, precision=lax.Precision.HIGHEST)
    return exact("hy,wx,byxc->bhwc", rows, columns, images)


def _both(images, rows, columns):
    made = (jnp.asarray(matrix, images.dtype) for matrix in (rows, columns))
    return _product(images, *made)


@functools.partial(jax.jit, static_argnums=2)
def _convolved(images, taps, up=1):
    """Images with zeros between, filtered, and all margins: [B, up · H + N - 1, ...].

    By Fourier transforms: filters of rotations have thousands of taps.
    """
    wide = (0, up - 1, up - 1)
    images = lax.pad(
        images, jnp.zeros((), images.dtype), [(0, 0, 0), wide, wide, (0, 0, 0)]
    )
    shape = tuple(side + len(taps) - 1 for side in images.shape[1:3])
    waves = jnp.fft.rfft2(images, shape, axes=(1, 2))
    waves = waves * jnp.fft.rfft2(taps, shape)[None, :, :, None]
    return jnp.fft.irfft2(waves, shape, axes=(1, 2))


@jax.jit
def _looked_up(images, rows, columns):
    """What images [B, H, W, C] are between their pixels, linearly; zeros outside."""

    def one(image):
        return map_coordinates(image, [rows, columns], order=1)

    return jax.vmap(jax.vmap(one, -1, -1))(images)
