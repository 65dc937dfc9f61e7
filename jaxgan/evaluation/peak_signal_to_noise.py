"""Peak signal-to-noise ratio."""

import numpy as np

from jaxgan.evaluation.pixels import pixels


def psnr(
    first,
    second,
    bounds: tuple[float, float] = (-1.0, 1.0),
    *,
    crop: int = 0,
    luma: bool = False,
    rounded: bool = False,
) -> np.ndarray:
    """Computes 10 log₁₀(L² / mean squared difference), [B], in decibels.

    It is infinite if both are equal. What papers on super-resolution print is that of
    Y, of pictures rounded to bytes, without a border as wide as the scale: `crop=scale,
    luma=True, rounded=True`.

    Args:
      first, second: images [B, H, W, C].
      bounds: the darkest and brightest value; L is their difference, for Y too.
      crop: pixels that are left out on each side.
      luma: compares Y of BT.601, in the range of studios, of R, G and B; not rounded.
      rounded: clips and rounds to the 256 values of a file first.

    Raises:
      ValueError: if shapes do not fit, or values are out of bounds or not finite.
    """
    pair = pixels(first, second, bounds, crop, luma, rounded)
    errors = []
    for index in range(len(pair.first)):
        left, right = pair.part(slice(index, index + 1))
        errors.append(np.mean((left - right) ** 2))
    with np.errstate(divide="ignore"):
        return -10.0 * np.log10(np.array(errors))
