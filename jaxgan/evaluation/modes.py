"""Mode coverage of 2-D mixtures of Gaussians, by PacGAN's protocol."""

from typing import NamedTuple

import numpy as np

from jaxgan.evaluation.class_coverage import divergence

HIGH_QUALITY = 3.0
"""A sample is of high quality within so many standard deviations of its mode."""


class Coverage(NamedTuple):
    """How a set of samples covers a mixture.

    Attributes:
      modes: how many modes have at least one high-quality sample.
      total: how many modes there are.
      high_quality: share of samples, in [0, 1], that are of high quality.
      reverse_divergence: KL(generated || data) in nats, of the distributions of
        high-quality samples over modes; the data's is uniform. Infinite without any.
    """

    modes: int
    total: int
    high_quality: float
    reverse_divergence: float


def coverage(samples: np.ndarray, centres: np.ndarray, deviation: float) -> Coverage:
    """Counts modes captured and high-quality samples.

    Lin et al. 2018 (arXiv 1712.04086), section 4.1: each sample belongs to its nearest
    centre, and is of high quality if its Euclidean distance is below 3 standard
    deviations. The protocol draws 2,500 samples.

    Args:
      samples: [B, D].
      centres: [modes, D].
      deviation: of each Gaussian, per coordinate.

    Raises:
      ValueError: if shapes do not fit.
    """
    samples = np.asarray(samples, np.float64)
    centres = np.asarray(centres, np.float64)
    if samples.ndim != 2 or samples.shape[1:] != centres.shape[1:]:
        raise ValueError(
            f"samples: saw shape {samples.shape}, wanted [B, {centres.shape[1]}]"
        )
    distances = np.linalg.norm(samples[:, None] - centres[None], axis=2)
    good = distances.min(axis=1) < HIGH_QUALITY * deviation
    counts = np.bincount(distances.argmin(axis=1)[good], minlength=len(centres))
    return Coverage(
        modes=int(np.count_nonzero(counts)),
        total=len(centres),
        high_quality=float(good.mean()),
        reverse_divergence=divergence(counts, np.ones(len(centres))),
    )
