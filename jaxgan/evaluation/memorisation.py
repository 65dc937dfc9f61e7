"""Whether samples are copies: of training examples, or of each other."""

from typing import NamedTuple

import numpy as np

from jaxgan.evaluation import checks
from jaxgan.evaluation.distances import TILE, between, neighbour_radii, parts


class Neighbours(NamedTuple):
    """The nearest training examples of each sample, nearest first.

    Attributes:
      indices: [N, k], into the training examples.
      distances: [N, k], Euclidean, of the unit of the values; 0 is a copy.
    """

    indices: np.ndarray
    distances: np.ndarray


def nearest_neighbours(samples, training, k: int = 1, tile: int = TILE) -> Neighbours:
    """The k nearest training examples of every sample.

    Exact search by tiles; the distances of the found are then computed once more, from
    differences, so that those of copies are exactly 0. Of several copies the first
    wins.

    Args:
      samples: [N, ...]: images, or features of them.
      training: [M, ...], in the same units, of at least k.

    Raises:
      ValueError: if shapes do not fit, examples are too few or numbers not finite.
    """
    k = checks.count("k", k)
    samples = checks.flat("samples", samples)
    training = checks.flat("training", training, least=k)
    if samples.shape[1] != training.shape[1]:
        raise ValueError(
            f"training: saw {training.shape[1]} numbers per example, "
            f"wanted {samples.shape[1]} as `samples` has"
        )
    indices = np.zeros((len(samples), k), np.int64)
    nearest = np.full((len(samples), k), np.inf)
    for rows, columns, squared in between(samples, training, tile):
        values = np.hstack([nearest[rows], squared])
        found = np.broadcast_to(np.arange(columns.start, columns.stop), squared.shape)
        numbers = np.hstack([indices[rows], found])
        for rank in range(k):
            best = values.argmin(axis=1)[:, None]
            nearest[rows, rank] = np.take_along_axis(values, best, 1)[:, 0]
            indices[rows, rank] = np.take_along_axis(numbers, best, 1)[:, 0]
            np.put_along_axis(values, best, np.inf, 1)
    return _exact(samples, training, indices)


def near_duplicate_share(samples, real, ratio: float = 0.5, tile: int = TILE) -> float:
    """The share of samples, in [0, 1], that nearly equal another sample.

    A sample nearly equals another if their distance is below `ratio` times the median
    distance of a real example to its nearest other real example. Half of it is rare
    among real examples; but the more there are the nearer they lie, so give as many
    real examples as samples.

    Args:
      samples: [N, ...]: images, or features of them.
      real: [M, ...], in the same units.

    Raises:
      ValueError: if shapes do not fit, either has fewer than two examples, the ratio is
        not positive, or numbers are not finite.
    """
    if not ratio > 0.0:
        raise ValueError(f"ratio: saw {ratio}, wanted a positive number")
    samples = checks.flat("samples", samples, least=2)
    real = checks.flat("real", real, least=2)
    if samples.shape[1] != real.shape[1]:
        raise ValueError(
            f"real: saw {real.shape[1]} numbers per example, "
            f"wanted {samples.shape[1]} as `samples` has"
        )
    gap = np.median(np.sqrt(neighbour_radii(real, 1, tile)))
    nearest = np.sqrt(neighbour_radii(samples, 1, tile))
    return float((nearest < ratio * gap).mean() if gap else (nearest == 0.0).mean())


def _exact(samples, training, indices: np.ndarray) -> Neighbours:
    distances = np.empty(indices.shape)
    for rows in parts(len(samples), 256):
        differences = training[indices[rows]] - samples[rows, None].astype(np.float64)
        distances[rows] = np.linalg.norm(differences, axis=2)
    order = np.lexsort((indices, distances), axis=1)
    return Neighbours(
        np.take_along_axis(indices, order, 1), np.take_along_axis(distances, order, 1)
    )
