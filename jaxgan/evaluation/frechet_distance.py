"""The Fréchet distance of two sets of features: FID, if Inception made them."""

import numpy as np

from jaxgan.evaluation import checks
from jaxgan.evaluation.moments import Moments


def frechet_distance(real, fake) -> float:
    """‖m - m'‖² + Tr(C + C' - 2 (C C')^½) of the Gaussians with the sets' moments.

    Heusel et al. 2017 (arXiv 1706.08500), equation 6, in float64. The trace of the root
    is the sum of the singular values of AᵀB, where C = AAᵀ and C' = BBᵀ. The official
    code takes the root of the matrix C C', which need not exist when there are fewer
    examples than features, and then adds 1e-6 to the diagonals; this one stays exact.

    Args:
      real, fake: features [N, D] of at least two examples, or their `Moments`.

    Raises:
      ValueError: if shapes do not fit, samples are too few or numbers not finite.
    """
    real, fake = _moments("real", real), _moments("fake", fake)
    if real.mean.shape != fake.mean.shape:
        raise ValueError(
            f"fake: saw width {len(fake.mean)}, wanted {len(real.mean)} as `real` has"
        )
    difference = real.mean - fake.mean
    first, second = real.covariance, fake.covariance
    root = np.linalg.svd(_factor(first).T @ _factor(second), compute_uv=False).sum()
    spread = np.trace(first) + np.trace(second) - 2.0 * root
    return max(float(difference @ difference + spread), 0.0)


def _moments(name: str, value) -> Moments:
    if isinstance(value, Moments):
        if value.count < 2:
            raise ValueError(f"{name}: saw {value.count} samples, wanted at least 2")
        return value
    return Moments.of(checks.features(name, value, least=2))


def _factor(covariance: np.ndarray) -> np.ndarray:
    """A with AAᵀ = C, [D, rank]. Eigenvalues that are rounding are left out."""
    values, vectors = np.linalg.eigh(covariance)
    kept = values > len(values) * np.finfo(np.float64).eps * max(values[-1], 0.0)
    if not kept.any():
        return np.zeros((len(values), 1))
    return vectors[:, kept] * np.sqrt(values[kept])
