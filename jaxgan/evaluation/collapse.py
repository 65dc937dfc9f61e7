"""The classic check for a collapsed generator: do all samples point the same way?"""

from typing import NamedTuple

import numpy as np

from jaxgan.evaluation import checks
from jaxgan.evaluation.distances import parts

BLOCK = 1024


class Collapse(NamedTuple):
    """Mean cosine similarity of samples, beside that of real examples.

    Attributes:
      similarity: of samples, in [-1, 1].
      real_similarity: of real examples.
      limit: the similarity above which samples count as collapsed.
      collapsed: whether they are.
    """

    similarity: float
    real_similarity: float
    limit: float
    collapsed: bool


def collapse(samples, real, threshold: float = 0.85) -> Collapse:
    """Compares samples' mean pairwise cosine similarity s with that of the data, r.

    Collapsed is s > r + threshold (1 - r). Uncentred data are alike to begin with
    (digits in [-1, 1] are mostly background), so the threshold is a share of what is
    left: it is itself where r = 0, and all equal (s = 1) is always above it.

    Args:
      samples: [N, ...]: images, or features of them; at least two.
      real: [M, ...], in the same units; at least two.
      threshold: in (0, 1).

    Raises:
      ValueError: if shapes do not fit, examples are too few, or numbers not finite.
    """
    if not 0.0 < threshold < 1.0:
        raise ValueError(f"threshold: saw {threshold}, wanted a number in (0, 1)")
    if np.shape(samples)[1:] != np.shape(real)[1:]:
        raise ValueError(
            f"samples: saw shape {np.shape(samples)}, "
            f"wanted [N, ...] as `real` has, {np.shape(real)}"
        )
    similarity = mean_cosine_similarity(samples, "samples")
    real_similarity = mean_cosine_similarity(real, "real")
    limit = real_similarity + threshold * (1.0 - real_similarity)
    return Collapse(similarity, real_similarity, limit, similarity > limit)


def mean_cosine_similarity(examples, name: str = "examples") -> float:
    """The mean of x·y / (‖x‖ ‖y‖) over all pairs of different examples, in [-1, 1].

    (‖Σ x/‖x‖‖² - N) / (N (N - 1)): no pair is ever formed. Two zero vectors are alike
    (1), and a zero vector is at right angles to any other (0).

    Args:
      examples: [N, ...], at least two.
      name: of the examples, for errors.

    Raises:
      ValueError: if there are fewer than two, or numbers are not finite.
    """
    examples = checks.flat(name, examples, least=2)
    total, zeros = np.zeros(examples.shape[1]), 0
    for rows in parts(len(examples), BLOCK):
        block = examples[rows].astype(np.float64)
        norms = np.linalg.norm(block, axis=1, keepdims=True)
        zeros += int((norms == 0.0).sum())
        total += np.sum(block / np.where(norms, norms, 1.0), axis=0)
    count = len(examples)
    pairs = total @ total - (count - zeros) + zeros * (zeros - 1)
    return float(pairs / (count * (count - 1)))
