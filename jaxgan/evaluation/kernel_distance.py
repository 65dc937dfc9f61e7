"""The kernel distance of two sets of features: KID, if Inception made them."""

from typing import NamedTuple

import numpy as np

from jaxgan.core.seeds import checked_seed
from jaxgan.evaluation import checks
from jaxgan.evaluation.content_order import content_order
from jaxgan.evaluation.distances import TILE, parts


class KernelDistance(NamedTuple):
    """The squared discrepancy over random subsets.

    Attributes:
      mean: over subsets; unbiased, so it may be slightly negative.
      deviation: standard deviation over subsets (of the population, not the mean).
    """

    mean: float
    deviation: float


def kernel_distance(
    real, fake, subsets: int = 100, subset_size: int = 1000, seed: int = 0
) -> KernelDistance:
    """The mean of `squared_discrepancy` over random subsets, and how it varies.

    Bińkowski et al. 2018 (arXiv 1801.01401), section 4. Each subset draws that many
    examples of either set without replacement, from the seed; the order of the sets
    plays no part.

    Args:
      real, fake: features [N, D], [M, D].

    Raises:
      ValueError: if shapes do not fit, a set is smaller than a subset, or numbers are
        not finite.
    """
    subsets = checks.count("subsets", subsets)
    size = checks.count("subset_size", subset_size, 2)
    real, fake = checks.pair(real, fake, least=size)
    real, fake = (x[content_order(x, seed)] for x in (real, fake))
    rng = np.random.default_rng(checked_seed(seed))

    def draw(features):
        return features[rng.choice(len(features), size, replace=False)]

    values = [_discrepancy(draw(real), draw(fake), TILE) for _ in range(subsets)]
    return KernelDistance(float(np.mean(values)), float(np.std(values)))


def squared_discrepancy(real, fake, tile: int = TILE) -> float:
    """Unbiased MMD² of whole sets under the kernel (x·y / D + 1)³.

    mean of k(x, x') over x ≠ x' + the same of y - 2 mean of k(x, y): Gretton et al.
    2012, equation 3, in float64, a tile at a time.

    Args:
      real, fake: features [N, D], [M, D] of at least two examples.

    Raises:
      ValueError: if shapes do not fit, samples are too few or numbers not finite.
    """
    real, fake = checks.pair(real, fake, least=2)
    return _discrepancy(real, fake, checks.count("tile", tile))


def _discrepancy(real: np.ndarray, fake: np.ndarray, tile: int) -> float:
    across = _sum(real, fake, tile) / (len(real) * len(fake))
    return _mean_within(real, tile) + _mean_within(fake, tile) - 2.0 * across


def _mean_within(features: np.ndarray, tile: int) -> float:
    total = 0.0
    for index, rows in enumerate(pieces := parts(len(features), tile)):
        kernel = _kernel(features[rows], features[rows])
        total += float(kernel.sum() - np.trace(kernel))
        for columns in pieces[index + 1 :]:
            total += 2.0 * float(_kernel(features[rows], features[columns]).sum())
    return total / (len(features) * (len(features) - 1))


def _sum(first: np.ndarray, second: np.ndarray, tile: int) -> float:
    return sum(
        float(_kernel(first[rows], second[columns]).sum())
        for rows in parts(len(first), tile)
        for columns in parts(len(second), tile)
    )


def _kernel(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    kernel = first.astype(np.float64) @ second.astype(np.float64).T
    kernel /= first.shape[1]
    kernel += 1.0
    return kernel * kernel * kernel
