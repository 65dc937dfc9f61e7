"""Functions that make the source picture of a pair from its target, on the host.

Each takes bytes [H, W, C] and gives bytes [h, w, c], and works on what is cut out of a
picture, so that the two stay aligned however they are turned.
"""

import dataclasses
from collections.abc import Callable

import numpy as np

from jaxgan.data.source import DataError, check_count

Made = Callable[[np.ndarray], np.ndarray]
"""f(target, bytes [H, W, C]) -> its source, bytes [h, w, c]."""


def gray(pixels: np.ndarray) -> np.ndarray:
    """The luminance (ITU-R 601) of a picture, [H, W, 1]: to learn its colours."""
    from jaxgan.data.picture_form import as_channels

    return as_channels(pixels, 1)


def edges(pixels: np.ndarray) -> np.ndarray:
    """Strength of edges, [H, W, 1], black lines on white: to learn what lies between.

    The length of Sobel's gradient of the luminance, at its borders of the picture
    repeated, divided by 4: 255 less that, at least 0.
    """
    luminance = gray(pixels)[..., 0].astype(np.int32)
    padded = np.pad(luminance, 1, mode="edge")
    rows = padded[:-2] + 2 * padded[1:-1] + padded[2:]
    columns = padded[:, :-2] + 2 * padded[:, 1:-1] + padded[:, 2:]
    across = rows[:, 2:] - rows[:, :-2]
    down = columns[2:] - columns[:-2]
    squared = across * across + down * down
    # Integers alone: the same bytes on every machine.
    strength = np.minimum(np.sqrt(squared.astype(np.float64)) / 4.0, 255.0)
    return (255 - strength.astype(np.uint8))[..., None]


@dataclasses.dataclass(frozen=True)
class LowResolution:
    """Makes pictures smaller, see `low_resolution`."""

    factor: int

    def __call__(self, pixels: np.ndarray) -> np.ndarray:
        """Averages squares of pixels, rounded to the nearest."""
        factor = self.factor
        height, width, channels = (
            side // step for side, step in zip(pixels.shape, (factor, factor, 1))
        )
        whole = pixels[: height * factor, : width * factor].astype(np.int64)
        blocks = whole.reshape(height, factor, width, factor, channels)
        area = factor * factor
        return ((2 * blocks.sum((1, 3)) + area) // (2 * area)).astype(np.uint8)


def low_resolution(factor: int) -> LowResolution:
    """A function that makes pictures `factor` times smaller, by averages of squares.

    Give `pairs` the same number as `scale`. Benchmarks of super-resolution want
    MATLAB's bicubic filter instead.

    Raises:
      DataError: if the factor is no integer, or less than 2.
    """
    check_count("factor", factor, 2)
    return LowResolution(factor)


def made_shape(made: Made, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Finds what shape a function makes of a picture."""
    return np.asarray(made(np.zeros(shape, np.uint8))).shape


def check_made(made: Made, shape: tuple[int, ...]) -> None:
    """Checks that a function makes a picture of one.

    Raises:
      DataError: if not.
    """
    seen = np.asarray(made(np.zeros(shape, np.uint8)))
    if seen.dtype != np.uint8 or seen.ndim != 3 or seen.shape[2] not in (1, 3):
        raise DataError(
            f"made: saw {seen.dtype}{list(seen.shape)} of bytes {list(shape)}, wanted "
            "bytes [H, W, C], C = 1 or 3"
        )
