"""Improved precision and recall."""

from typing import NamedTuple

import numpy as np

from jaxgan.evaluation import checks
from jaxgan.evaluation.distances import TIE, TILE, between, neighbour_radii


class PrecisionRecall(NamedTuple):
    """How two manifolds cover each other.

    Attributes:
      precision: share of fakes, in [0, 1], that lie on the manifold of the real ones.
      recall: share of real examples, in [0, 1], that lie on the manifold of the fakes.
    """

    precision: float
    recall: float


def precision_recall(real, fake, k: int = 3, tile: int = TILE) -> PrecisionRecall:
    """Shares of either set within a ball of the other.

    Kynkäänniemi et al. 2019 (arXiv 1904.06991), equations 1 and 2: around every example
    of a set lies the closed ball that reaches to its k-th nearest neighbour in the set.
    The two swap when the sets do. Distances in float64; the tile is the only thing that
    takes memory (a fake 1e-9 outside of a ball, relative, is on it).

    Args:
      real, fake: features [N, D], [M, D] of more than k examples; comparable numbers
        need the same N and M.

    Raises:
      ValueError: if shapes do not fit, samples are too few or numbers not finite.
    """
    k = checks.count("k", k)
    real, fake = checks.pair(real, fake, least=k + 1)
    real_radii = neighbour_radii(real, k, tile) * (1.0 + TIE)
    fake_radii = neighbour_radii(fake, k, tile) * (1.0 + TIE)
    fake_covered = np.zeros(len(fake), bool)
    real_covered = np.zeros(len(real), bool)
    for rows, columns, squared in between(real, fake, tile):
        fake_covered[columns] |= (squared <= real_radii[rows, None]).any(axis=0)
        real_covered[rows] |= (squared <= fake_radii[None, columns]).any(axis=1)
    return PrecisionRecall(float(fake_covered.mean()), float(real_covered.mean()))
