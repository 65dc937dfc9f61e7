"""The handwritten digits that ship with scikit-learn: data that is always there."""

import importlib.util
import pathlib
from typing import Any

import numpy as np

from jaxgan.data.source import Arrays, DataError, arrays, check_count

CELLS = 8
"""Numbers per side of an image of the set."""


def digits(size: int = CELLS) -> Arrays:
    """1,797 handwritten digits, one channel, labelled '0' to '9'.

    The test set of Alpaydin and Kaynak's 1998 'Optical Recognition of Handwritten
    Digits' (UCI), as scikit-learn ships it: 8×8 numbers c, each of how many of a cell's
    16 pixels ink covered, here c / 8 - 1.

    Larger images are drawn back from these numbers, with smooth outlines: see
    `outlines`. Pixels are grey in 256 steps, and a cell's mean is c / 8 - 1 within half
    a step.

    Args:
      size: pixels per side, a multiple of 8.

    Raises:
      DataError: if the size is anything else.
    """
    check_count("size", size, CELLS)
    if size % CELLS:
        raise DataError(f"size: saw {size}, wanted a multiple of {CELLS}")
    flat, labels = _table()
    counts = flat.astype(np.float32).reshape(-1, CELLS, CELLS)
    values = counts / np.float32(8.0) - np.float32(1.0)
    if size > CELLS:
        values = np.rint(outlines(counts / 16.0, size // CELLS) * 255.0).astype(
            np.uint8
        )
    return arrays(values[..., None], labels, [str(n) for n in range(10)])


def _table() -> tuple[np.ndarray, np.ndarray]:
    """Reads the file: numbers [1797, 64] and labels [1797].

    Importing scikit-learn takes a second, which every start of a run would wait for.
    """
    package = importlib.util.find_spec("sklearn")
    for folder in (package and package.submodule_search_locations) or ():
        path = pathlib.Path(folder) / "datasets" / "data" / "digits.csv.gz"
        if path.is_file():
            rows = np.loadtxt(path, np.int64, delimiter=",")
            return rows[:, :-1], rows[:, -1]
    from sklearn import datasets

    both: Any = datasets.load_digits(return_X_y=True)
    return both


def outlines(coverage: np.ndarray, scale: int, rounds: int = 10) -> np.ndarray:
    """Draws smooth shapes that cover given shares of the cells of a grid.

    Threshold dynamics (Merriman, Bence and Osher 1992, 'Diffusion generated motion by
    mean curvature') among the shapes that cover every cell as wanted. From x the
    coverage itself, repeat

        x <- P(½ + ⅔ σ√(2π) (Gσ * x - ½)),

    where Gσ is a Gaussian whose σ falls from ¾ to ¼ of a cell, in pixels, beyond the
    image is nothing, and P is the projection onto the images in [0, 1] whose cells have
    the wanted means: it adds one number per cell and clips. The blur rounds outlines
    off, and the slope makes a straight edge one and a half pixels wide again.

    Args:
      coverage: [N, H, W] in [0, 1].
      scale: pixels per side of a cell.
      rounds: how often; at least 1.

    Returns:
      Float32 [N, scale·H, scale·W] in [0, 1].
    """
    coverage = np.asarray(coverage, np.float32)
    edges = (coverage > 0.0) & (coverage < 1.0)  # the other cells are known
    cells = np.repeat(coverage[..., None], scale * scale, axis=-1)
    for sigma in np.linspace(0.75, 0.25, rounds) * scale:
        image = _joined(cells, scale)
        rows, columns = (_gaussian(size, sigma) for size in image.shape[1:])
        blurred = _split(rows @ image @ columns, scale)[edges]
        slope = np.float32(sigma * np.sqrt(2.0 * np.pi) / 1.5)
        steep = slope * (blurred - np.float32(0.5)) + np.float32(0.5)
        cells[edges] = _projected(steep, coverage[edges])
    return _joined(cells, scale)


def _joined(cells: np.ndarray, scale: int) -> np.ndarray:
    """Cells [N, H, W, scale²] as images."""
    count, height, width, _ = cells.shape
    pixels = cells.reshape(count, height, width, scale, scale).swapaxes(2, 3)
    return pixels.reshape(count, height * scale, width * scale)


def _split(images: np.ndarray, scale: int) -> np.ndarray:
    """The inverse of `_joined`."""
    count, height, width = images.shape
    pixels = images.reshape(count, height // scale, scale, width // scale, scale)
    return pixels.swapaxes(2, 3).reshape(*pixels.shape[:2], -1, scale * scale)


def _gaussian(size: int, sigma: float) -> np.ndarray:
    """The matrix [size, size] of a Gaussian filter along an axis."""
    place = np.arange(size)
    weights = np.exp(-0.5 * ((place[:, None] - place) / sigma) ** 2)
    return (weights / (sigma * np.sqrt(2.0 * np.pi))).astype(np.float32)


def _projected(values: np.ndarray, means: np.ndarray) -> np.ndarray:
    """The nearest to values [M, K] in [0, 1] whose rows have means [M] in (0, 1)."""
    values = np.ascontiguousarray(values.T)  # sums over rows are quicker
    low, high = -values.max(axis=0), np.float32(1.0) - values.min(axis=0)
    for _ in range(20):
        middle = np.float32(0.5) * (low + high)
        less = np.clip(values + middle, 0.0, 1.0).mean(axis=0) < means
        low, high = np.where(less, middle, low), np.where(less, high, middle)
    return np.clip(values + np.float32(0.5) * (low + high), 0.0, 1.0).T
