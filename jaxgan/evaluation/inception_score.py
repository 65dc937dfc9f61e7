"""The Inception Score."""

import itertools
from typing import NamedTuple

import numpy as np

from jaxgan.evaluation import checks
from jaxgan.evaluation.content_order import content_order


class InceptionScore(NamedTuple):
    """The score over splits of the samples.

    Attributes:
      mean: in [1, classes]; the higher the better.
      deviation: standard deviation over splits (of the population, not the mean).
    """

    mean: float
    deviation: float


def inception_score(
    probabilities, splits: int = 10, seed: int | None = 0
) -> InceptionScore:
    """exp of the mean KL(p(y | x) || p(y)), p(y) being the mean over the split.

    Salimans et al. 2016 (arXiv 1606.03498), section 4, in float64. The samples are
    shuffled by the seed, in whatever order they come; split i is then rows
    ⌊i N / splits⌋ to ⌊(i + 1) N / splits⌋. The official code takes them as they come,
    which of samples sorted by class is the score of single classes: about 1. A
    probability of 0 adds nothing.

    Args:
      probabilities: [N, classes], of a classifier; rows sum to 1 (to 1e-3).
      splits: how many.
      seed: of the shuffle; None: as they come, as in the official code.

    Raises:
      ValueError: if they are no probabilities, or there are more splits than samples.
    """
    splits = checks.count("splits", splits)
    probabilities = checks.features("probabilities", probabilities, least=splits)
    checks.within("probabilities", probabilities, 0.0, 1.0)
    sums = probabilities.sum(axis=1, dtype=np.float64)
    worst = int(np.abs(sums - 1.0).argmax())
    if abs(sums[worst] - 1.0) > 1e-3:
        raise ValueError(
            f"probabilities: saw row {worst} sum to {sums[worst]:g}, wanted 1 "
            "(a softmax of logits)"
        )
    if seed is not None:
        probabilities = probabilities[content_order(probabilities, seed)]
    edges = [i * len(probabilities) // splits for i in range(splits + 1)]
    scores = [
        _score(probabilities[start:stop].astype(np.float64).clip(0.0))
        for start, stop in itertools.pairwise(edges)
    ]
    return InceptionScore(float(np.mean(scores)), float(np.std(scores)))


def _score(conditional: np.ndarray) -> float:
    marginal = conditional.mean(axis=0)
    from scipy.special import rel_entr

    return float(np.exp(rel_entr(conditional, marginal).sum(axis=1).mean()))
