"""Peak signal-to-noise ratio."""

import numpy as np

from jaxgan.evaluation import checks


def psnr(first, second, bounds: tuple[float, float] = (-1.0, 1.0)) -> np.ndarray:
    """10 log₁₀(L² / mean squared difference), [B], in decibels; infinite if equal.

    Args:
      first, second: images [B, H, W, C].
      bounds: the darkest and brightest value; L is their difference.

    Raises:
      ValueError: if shapes do not fit, or values are out of bounds or not finite.
    """
    first, second = checks.image_pairs(first, second)
    low, high = checks.bounds(bounds)
    checks.within("first", first, low, high)
    checks.within("second", second, low, high)
    errors = np.array(
        [
            np.mean((left.astype(np.float64) - right) ** 2)
            for left, right in zip(first, second)
        ]
    )
    with np.errstate(divide="ignore"):
        return 20.0 * np.log10(high - low) - 10.0 * np.log10(errors)
