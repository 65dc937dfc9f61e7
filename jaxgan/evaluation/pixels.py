"""What of two sets of pictures is compared: all pixels, or fewer, or their luma."""

from typing import NamedTuple

import numpy as np

from jaxgan.evaluation import checks, ycbcr


class Pixels(NamedTuple):
    """Two checked sets of pictures [B, H, W, C], and how they become numbers in [0, 1].

    Attributes:
      first, second: cropped, in their own units.
      bounds: the darkest and the brightest value of these.
      luma: whether Y is compared in place of R, G and B.
      rounded: whether values are those that a file of bytes would hold.
    """

    first: np.ndarray
    second: np.ndarray
    bounds: tuple[float, float]
    luma: bool
    rounded: bool

    def part(self, block: slice) -> tuple[np.ndarray, np.ndarray]:
        """Computes some of the pictures in float64: twice [b, H, W, C or 1]."""
        return self._unit(self.first[block]), self._unit(self.second[block])

    def _unit(self, images: np.ndarray) -> np.ndarray:
        low, high = self.bounds
        images = (images.astype(np.float64) - low) / (high - low)
        if self.rounded:
            images = np.round(255.0 * np.clip(images, 0.0, 1.0)) / 255.0
        return ycbcr.luma(images) if self.luma else images


def pixels(
    first,
    second,
    bounds: tuple[float, float],
    crop: int = 0,
    luma: bool = False,
    rounded: bool = False,
    least: int = 1,
) -> Pixels:
    """Checks two sets of pictures and crops their borders.

    Args:
      first, second: images [B, H, W, C].
      bounds: the darkest and the brightest value.
      crop: pixels that are left out on each side.
      luma: whether Y is compared, for which C must be 3.
      rounded: whether values are clipped and rounded to bytes first, so that they may
        lie out of bounds.
      least: pixels that H and W must have when cropped.

    Raises:
      ValueError: if shapes do not fit, or values are out of bounds or not finite.
    """
    first, second = checks.image_pairs(first, second)
    low, high = checks.bounds(bounds)
    if not rounded:
        checks.within("first", first, low, high)
        checks.within("second", second, low, high)
    crop = checks.count("crop", crop, least=0)
    if luma and first.shape[-1] != 3:
        raise ValueError(
            f"first: saw shape {first.shape}, wanted [B, H, W, 3] for luma=True"
        )
    if min(first.shape[1:3]) < least + 2 * crop:
        left = f" after a crop of {crop} per side" if crop else ""
        raise ValueError(
            f"first: saw shape {first.shape}, wanted at least {least} × {least}{left}"
        )
    height, width = first.shape[1:3]
    inner = (slice(None), slice(crop, height - crop), slice(crop, width - crop))
    return Pixels(first[inner], second[inner], (low, high), luma, rounded)
