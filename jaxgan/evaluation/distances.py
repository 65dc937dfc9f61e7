"""Squared Euclidean distances, a tile at a time, in float64."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from jaxgan.evaluation import checks

TILE = 2048
"""Rows and columns of a tile. At [., 2048] features a tile's work takes 200 MB."""

NOISE = 1e-13
"""Squared distances below this share of ‖x‖² + ‖y‖² are rounding: they count as 0."""

TIE = 1e-9
"""Squared distances are equal if they differ by at most this share."""


class _Points(NamedTuple):
    """Float64 features [n, D] around their origin, and their squared norms [n]."""

    values: np.ndarray
    squares: np.ndarray


def parts(count: int, size: int) -> list[slice]:
    """Cuts a range into slices of at most `size`."""
    return [slice(i, min(i + size, count)) for i in range(0, count, size)]


def mean_of(features: np.ndarray) -> np.ndarray:
    """The mean [D] in float64, without a float64 copy of the features [N, D]."""
    return np.asarray(np.mean(features, axis=0, dtype=np.float64))


def between(
    first: np.ndarray, second: np.ndarray, tile: int = TILE
) -> Iterator[tuple[slice, slice, np.ndarray]]:
    """Yields (rows, columns, squared distances) of all tiles of two sets, [N, D] each.

    ‖x‖² + ‖y‖² - 2 x·y around the second set's mean, which makes the cancellation
    small. What is left of it, below `NOISE`, is rounded to 0, so that copies are at
    distance 0. A tile is the caller's to change.
    """
    origin = mean_of(second)
    for rows in parts(len(first), checks.count("tile", tile)):
        left = _points(first[rows], origin)
        for columns in parts(len(second), tile):
            yield rows, columns, _squared(left, _points(second[columns], origin))


def among(
    features: np.ndarray, tile: int = TILE
) -> Iterator[tuple[slice, slice, np.ndarray]]:
    """Yields the tiles of a set [N, D] against itself that are not below the diagonal.

    As `between`; the distance of an example to itself is infinite.
    """
    origin = mean_of(features)
    pieces = parts(len(features), checks.count("tile", tile))
    for index, rows in enumerate(pieces):
        left = _points(features[rows], origin)
        for columns in pieces[index:]:
            if columns == rows:
                squared = _squared(left, left)
                np.fill_diagonal(squared, np.inf)
            else:
                squared = _squared(left, _points(features[columns], origin))
            yield rows, columns, squared


def neighbour_radii(features: np.ndarray, k: int, tile: int = TILE) -> np.ndarray:
    """Squared distances [N] from each example of a set [N, D] to its k-th neighbour.

    The example itself is not its neighbour; its copies are.
    """
    nearest = np.full((len(features), k), np.inf)
    for rows, columns, squared in among(features, tile):
        nearest[rows] = _smallest(nearest[rows], squared)
        if rows != columns:
            nearest[columns] = _smallest(nearest[columns], squared.T)
    return nearest.max(axis=1)


def _smallest(nearest: np.ndarray, squared: np.ndarray) -> np.ndarray:
    k = nearest.shape[1]
    return np.partition(np.hstack([nearest, squared]), k - 1, axis=1)[:, :k]


def _points(features: np.ndarray, origin: np.ndarray) -> _Points:
    values = features - origin
    return _Points(values, np.einsum("nd,nd->n", values, values))


def _squared(rows: _Points, columns: _Points) -> np.ndarray:
    scale = rows.squares[:, None] + columns.squares[None, :]
    squared = rows.values @ columns.values.T
    squared *= -2.0
    squared += scale
    scale *= NOISE
    squared[squared < scale] = 0.0
    return squared
