"""Structural similarity of images, at one scale (SSIM) and several (MS-SSIM)."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from jaxgan.evaluation import checks
from jaxgan.evaluation.content_order import content_order
from jaxgan.evaluation.distances import parts
from jaxgan.evaluation.pixels import Pixels, pixels

WINDOW = 11
DEVIATION = 1.5
K1, K2 = 0.01, 0.03
WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
"""Of the five scales, finest first: Wang et al. 2003, section 3.2."""

BLOCK = 64
"""Pairs whose maps are computed at once, fewer if they have many pixels."""
NUMBERS = 2**23
"""Numbers of a set that are in memory in float64 at once, but for a large picture."""


def ssim(
    first,
    second,
    bounds: tuple[float, float] = (-1.0, 1.0),
    *,
    crop: int = 0,
    luma: bool = False,
    rounded: bool = False,
) -> np.ndarray:
    """Computes the mean, [B], of the index over all places of an 11 × 11 window.

    (2μμ' + C₁)(2σ₁₂ + C₂) / ((μ² + μ'² + C₁)(σ² + σ'² + C₂)): Wang et al. 2004 (IEEE
    TIP 13(4)), equation 13; C = (0.01 L)², (0.03 L)², a Gaussian of deviation 1.5,
    statistics of the population, only whole windows; channels are averaged. In float64.
    What papers on super-resolution print has `crop=scale, luma=True, rounded=True`.

    Args:
      first, second: images [B, H, W, C], at least 11 × 11 when cropped.
      bounds: the darkest and brightest value; μ is counted from the darkest.
      crop: pixels that are left out on each side.
      luma: compares Y of BT.601, in the range of studios, of R, G and B; not rounded.
      rounded: clips and rounds to the 256 values of a file first.

    Raises:
      ValueError: if shapes do not fit, or values are out of bounds or not finite.
    """
    pair = pixels(first, second, bounds, crop, luma, rounded, least=WINDOW)

    def index(left, right):
        return _index_and_contrast(left, right)[0]

    return _blocked(index, pair)


def ms_ssim(first, second, bounds: tuple[float, float] = (-1.0, 1.0)) -> np.ndarray:
    """The product, [B], of contrast over five scales and the index at the last.

    Wang et al. 2003 (Asilomar), equation 7, as the official code of ProGAN has it
    (arXiv 1710.10196): scales are halved by 2 × 2 means; a window larger than the image
    shrinks to it, its deviation in proportion; negative means count as 0.

    Args:
      first, second: images [B, H, W, C], H and W multiples of 16.
      bounds: the darkest and brightest value.

    Raises:
      ValueError: if shapes do not fit, or values are out of bounds or not finite.
    """
    pair = pixels(first, second, bounds)
    halvings = 2 ** (len(WEIGHTS) - 1)
    if pair.first.shape[1] % halvings or pair.first.shape[2] % halvings:
        raise ValueError(
            f"first: saw shape {pair.first.shape}, wanted height and width in "
            f"multiples of {halvings} (pad, or resize)"
        )
    return _blocked(_multiscale, pair)


def mean_pair_similarity(
    images, seed: int = 0, bounds: tuple[float, float] = (-1.0, 1.0)
) -> float:
    """The mean MS-SSIM of random pairs: near 1 if all images look alike.

    Odena et al. 2017 (arXiv 1610.09585), section 4.2: compare with the real data's own
    value. The images are shuffled by the seed, in whatever order they come, and each is
    used once (one is left over if their number is odd); 20,000 images give the 10,000
    pairs of ProGAN.

    Args:
      images: [N, H, W, C], H and W multiples of 16, at least two; for labelled data
        they should be of one class.

    Raises:
      ValueError: if the shape does not fit, or values are out of bounds or not finite.
    """
    images = checks.images("images", images, least=2)
    order = content_order(images, seed)
    half = len(images) // 2
    pairs = images[order[:half]], images[order[half : 2 * half]]
    return float(ms_ssim(*pairs, bounds).mean())


def _blocked(measure, pair: Pixels) -> np.ndarray:
    """The measure [B] of images in [0, 1], some at a time."""
    count = len(pair.first)
    block = min(BLOCK, max(1, NUMBERS // (pair.first.size // count)))
    return np.concatenate([measure(*pair.part(part)) for part in parts(count, block)])


def _multiscale(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    product = np.ones(len(first))
    for scale, weight in enumerate(WEIGHTS):
        if scale:
            first, second = _halve(first), _halve(second)
        index, contrast = _index_and_contrast(first, second)
        factor = index if scale + 1 == len(WEIGHTS) else contrast
        product *= np.maximum(factor, 0.0) ** weight
    return product


def _index_and_contrast(first: np.ndarray, second: np.ndarray):
    """Means [B] of the index and of its contrast-structure factor, for L = 1."""
    window = _window(min(WINDOW, *first.shape[1:3]))
    mean, other = _blur(first, window), _blur(second, window)
    variances = _blur(first * first + second * second, window) - mean**2 - other**2
    covariance = _blur(first * second, window) - mean * other
    contrast = (2.0 * covariance + K2**2) / (variances + K2**2)
    luminance = (2.0 * mean * other + K1**2) / (mean**2 + other**2 + K1**2)
    axes = (1, 2, 3)
    return (luminance * contrast).mean(axis=axes), contrast.mean(axis=axes)


def _window(size: int) -> np.ndarray:
    offsets = np.arange(size) - (size - 1) / 2.0
    deviation = DEVIATION * size / WINDOW
    weights = np.exp(-0.5 * (offsets / deviation) ** 2)
    return weights / weights.sum()


def _blur(images: np.ndarray, window: np.ndarray) -> np.ndarray:
    """The weighted mean at every place of a whole window, [B, H - n + 1, W - n + 1, C].

    The Gaussian is separable: rows, then columns.
    """
    rows = sliding_window_view(images, len(window), axis=1)
    rows = np.einsum("...k,k->...", rows, window)
    columns = sliding_window_view(rows, len(window), axis=2)
    return np.einsum("...k,k->...", columns, window)


def _halve(images: np.ndarray) -> np.ndarray:
    rows = images[:, 0::2] + images[:, 1::2]
    return 0.25 * (rows[:, :, 0::2] + rows[:, :, 1::2])
