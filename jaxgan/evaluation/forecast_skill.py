"""How good forecasts of frames are, by lead time.

Forecasts and targets are clips [B, T, H, W, C]; every measure is one number per frame,
[T], over all clips and pixels of it. Numbers are taken as they are: convert them to dBZ
first, if thresholds are.
"""

import numpy as np

from jaxgan.evaluation import checks
from jaxgan.evaluation.structural_similarity import ssim


def mean_squared_error(forecasts, targets) -> np.ndarray:
    """Computes the mean of (x - y)², [T].

    Raises:
      ValueError: if shapes do not fit, or numbers are not finite.
    """
    forecasts, targets = _pair(forecasts, targets)
    errors = np.square(forecasts.astype(np.float64) - targets)
    return errors.mean(axis=(0, 2, 3, 4))


def similarity(
    forecasts, targets, bounds: tuple[float, float] = (-1.0, 1.0)
) -> np.ndarray:
    """Computes the mean of SSIM, [T]: see `structural_similarity.ssim`.

    Raises:
      ValueError: as `ssim`.
    """
    forecasts, targets = _pair(forecasts, targets)
    each = [
        ssim(forecasts[:, frame], targets[:, frame], bounds).mean()
        for frame in range(targets.shape[1])
    ]
    return np.array(each)


def critical_success(forecasts, targets, threshold: float) -> np.ndarray:
    """Computes hits / (hits + misses + false alarms), [T]; NaN where there is neither.

    An event is a number of `threshold` or more: Schaefer 1990 (Weather and Forecasting
    5), the critical success index, or threat score. Events of all clips are counted
    together.

    Raises:
      ValueError: if shapes do not fit, or numbers are not finite.
    """
    forecasts, targets = _pair(forecasts, targets)
    said, seen = forecasts >= threshold, targets >= threshold
    axes = (0, 2, 3, 4)
    hits = np.sum(said & seen, axis=axes).astype(np.float64)
    either = np.sum(said | seen, axis=axes)
    with np.errstate(invalid="ignore"):
        return np.where(either > 0, hits / np.maximum(either, 1), np.nan)


def crps(ensembles, targets, *, fair: bool = False) -> np.ndarray:
    """Computes the continuous ranked probability score of ensembles, [T].

    The mean over pixels of E|X - y| - ½ E|X - X'| for X, X' drawn from the M members
    (Gneiting and Raftery 2007, JASA 102, equation 20). Of one member it is the mean
    absolute error. `fair` leaves pairs of a member with itself out (Ferro 2014): its
    expectation is then that of an ensemble without end.

    Args:
      ensembles: [M, B, T, H, W, C].
      targets: [B, T, H, W, C].
      fair: divides by M (M - 1), not M²; needs two members.

    Raises:
      ValueError: if shapes do not fit, or numbers are not finite.
    """
    targets = _clips("targets", targets).astype(np.float64)
    ensembles = checks.numeric("ensembles", ensembles)
    count = len(ensembles) if ensembles.ndim else 0
    if ensembles.shape != (count, *targets.shape) or count < 1 + fair:
        raise ValueError(
            f"ensembles: saw shape {ensembles.shape}, wanted at least {1 + fair} "
            f"members of {targets.shape}"
        )
    away, apart = np.zeros(targets.shape[1]), np.zeros(targets.shape[1])
    axes = (0, 2, 3, 4)
    ordered = np.sort(ensembles, axis=0)
    for rank, member in enumerate(ordered):
        away += np.abs(member - targets).mean(axis=axes)
        # The sum of |xᵢ - xⱼ| over all pairs is 2 Σ (2i - M + 1) xᵢ of sorted x.
        apart += 2 * (2 * rank - count + 1) * member.mean(axis=axes, dtype=np.float64)
    pairs = count * (count - 1) if fair else count * count
    return away / count - 0.5 * apart / pairs


def _pair(forecasts, targets) -> tuple[np.ndarray, np.ndarray]:
    forecasts, targets = _clips("forecasts", forecasts), _clips("targets", targets)
    if forecasts.shape != targets.shape:
        raise ValueError(
            f"forecasts: saw shape {forecasts.shape}, wanted {targets.shape} as "
            "targets have"
        )
    return forecasts, targets


def _clips(name: str, value) -> np.ndarray:
    clips = checks.numeric(name, value)
    if clips.ndim != 5 or 0 in clips.shape:
        raise ValueError(f"{name}: saw shape {clips.shape}, wanted [B, T, H, W, C]")
    return clips
