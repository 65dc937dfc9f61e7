"""Density and coverage."""

from typing import NamedTuple

import numpy as np

from jaxgan.evaluation import checks
from jaxgan.evaluation.distances import TIE, TILE, between, neighbour_radii


class DensityCoverage(NamedTuple):
    """How fakes lie among real examples.

    Attributes:
      density: mean number of real balls around a fake, over k; 1 is expected of the
        data itself, and more is possible.
      coverage: share of real examples, in [0, 1], with a fake in their ball; expected
        of the data itself is 1 - (N - 1) ... (N - k) / ((2N - 1) ... (2N - k)).
    """

    density: float
    coverage: float


def density_coverage(real, fake, k: int = 5, tile: int = TILE) -> DensityCoverage:
    """Fakes counted in the balls that reach to each real example's k-th neighbour.

    Naeem et al. 2020 (arXiv 2002.09797), section 3. Balls are open, as in the
    official code: a fake at the very distance of the k-th neighbour (to 1e-9, relative)
    is outside, and a ball of radius 0 is empty. Distances in float64, by tiles.

    Args:
      real: features [N, D] of more than k examples.
      fake: features [M, D].

    Raises:
      ValueError: if shapes do not fit, samples are too few or numbers not finite.
    """
    k = checks.count("k", k)
    real, fake = checks.pair(real, fake)
    real = checks.features("real", real, least=k + 1)
    radii = neighbour_radii(real, k, tile) * (1.0 - TIE)
    inside = np.zeros(len(real), np.int64)
    for rows, _, squared in between(real, fake, tile):
        inside[rows] += (squared < radii[rows, None]).sum(axis=1)
    return DensityCoverage(
        float(inside.sum() / (k * len(fake))), float((inside > 0).mean())
    )
