"""Whether samples are copies: of training examples, or of each other."""

from collections.abc import Iterable
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
    _check_width("training", training, samples)
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


def nearest_in_blocks(
    samples, blocks: Iterable, identities=None, tile: int = TILE
) -> Neighbours:
    """The nearest of training examples that come in blocks: of any number of them.

    As `nearest_neighbours` with k = 1, but no more than the samples, one block and a
    tile are held.

    Args:
      samples: [N, ...]: images, or features of them.
      blocks: of training examples, [M, ...] each, in the same units.
      identities: [N] integers: the place, among all training examples, of the one that
        a sample is itself and that does not count; -1 for none.

    Raises:
      ValueError: if shapes do not fit, numbers are not finite, or a sample is left
        without any neighbour.
    """
    samples = checks.flat("samples", samples)
    count = len(samples)
    identities = np.full(count, -1) if identities is None else np.asarray(identities)
    if identities.shape != (count,) or identities.dtype.kind not in "iu":
        raise ValueError(
            f"identities: saw {identities.dtype}{list(identities.shape)}, "
            f"wanted integers [{count}]"
        )
    start = 0
    indices, distances = np.zeros(count, np.int64), np.full(count, np.inf)
    for block in blocks:
        block = checks.flat("blocks", block)
        _check_width("blocks", block, samples)
        places, nearest = _nearest_of(samples, block, identities - start, tile)
        nearer = nearest < distances
        indices[nearer], distances[nearer] = places[nearer] + start, nearest[nearer]
        start += len(block)
    if not np.isfinite(distances).all():
        raise ValueError(
            f"blocks: saw {start} examples, wanted another for each sample"
        )
    return Neighbours(indices[:, None], distances[:, None])


def _nearest_of(samples, block, identities, tile: int) -> tuple[np.ndarray, np.ndarray]:
    """Places in a block, and exact distances, of each sample's nearest, not its own."""
    nearest = np.full(len(samples), np.inf)
    places = np.zeros(len(samples), np.int64)
    for rows, columns, squared in between(samples, block, tile):
        hidden = identities[rows] - columns.start
        hits = np.flatnonzero((hidden >= 0) & (hidden < squared.shape[1]))
        squared[hits, hidden[hits]] = np.inf
        best = squared.argmin(axis=1)
        values = squared[np.arange(len(best)), best]
        nearer = values < nearest[rows]
        nearest[rows] = np.where(nearer, values, nearest[rows])
        places[rows] = np.where(nearer, best + columns.start, places[rows])
    exact = _exact(samples, block, places[:, None]).distances[:, 0]
    return places, np.where(np.isfinite(nearest), exact, np.inf)


class Copies(NamedTuple):
    """How many samples lie as near to training examples as fresh data hardly ever do.

    Attributes:
      share: of the samples, in [0, 1].
      threshold: the distance that counts as near.
    """

    share: float
    threshold: float


def copied_share(distances, fresh, rare: float = 0.01) -> Copies:
    """The share of samples that nearly equal a training example.

    Near is what only the share `rare` of fresh real examples are, so that a generator
    that copies nothing has about that share, and one that copies everything 1.

    Args:
      distances: [N], of samples to their nearest training examples.
      fresh: [M], of real examples that are not among the training examples to theirs;
        or of training examples to their nearest others.
      rare: in (0, 1).

    Raises:
      ValueError: if there are none of either, or numbers are not finite or negative,
        or `rare` is no share.
    """
    if not 0.0 < rare < 1.0:
        raise ValueError(f"rare: saw {rare}, wanted a share between 0 and 1")
    parts = {"distances": distances, "fresh": fresh}
    for name, value in parts.items():
        parts[name] = value = checks.numeric(name, value)
        if value.ndim != 1 or not value.size or value.min() < 0.0:
            raise ValueError(f"{name}: saw shape {value.shape}, wanted distances [N]")
    threshold = float(np.quantile(parts["fresh"], rare, method="inverted_cdf"))
    return Copies(float((parts["distances"] <= threshold).mean()), threshold)


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
    _check_width("real", real, samples)
    gap = np.median(np.sqrt(neighbour_radii(real, 1, tile)))
    nearest = np.sqrt(neighbour_radii(samples, 1, tile))
    return float((nearest < ratio * gap).mean() if gap else (nearest == 0.0).mean())


def _check_width(name: str, array: np.ndarray, samples: np.ndarray) -> None:
    if array.shape[1] != samples.shape[1]:
        raise ValueError(
            f"{name}: saw {array.shape[1]} numbers per example, "
            f"wanted {samples.shape[1]} as `samples` has"
        )


def _exact(samples, training, indices: np.ndarray) -> Neighbours:
    distances = np.empty(indices.shape)
    for rows in parts(len(samples), 256):
        differences = training[indices[rows]] - samples[rows, None].astype(np.float64)
        distances[rows] = np.linalg.norm(differences, axis=2)
    order = np.lexsort((indices, distances), axis=1)
    return Neighbours(
        np.take_along_axis(indices, order, 1), np.take_along_axis(distances, order, 1)
    )
