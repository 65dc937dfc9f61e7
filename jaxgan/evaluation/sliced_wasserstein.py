"""Sliced Wasserstein distance of patches of Laplacian pyramids."""

from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from jaxgan.core.seeds import checked_seed
from jaxgan.evaluation import checks
from jaxgan.evaluation.content_order import content_order
from jaxgan.evaluation.distances import parts

PATCH = 7
SMALLEST = 16
"""The pyramid's last level is the last that is no smaller than this."""

BINOMIAL = np.array([1.0, 4.0, 6.0, 4.0, 1.0], np.float32) / 16.0
IMAGES = 256
"""Images whose pyramid is computed at once."""

DIRECTIONS = 32
"""Directions onto which all patches are projected at once."""


class SlicedWasserstein(NamedTuple):
    """Distances times 10³, as they are tabulated.

    Attributes:
      levels: by the size (the smaller of height and width) of the pyramid's level.
      mean: over levels.
    """

    levels: dict[int, float]
    mean: float


def sliced_wasserstein(
    real,
    fake,
    *,
    patches: int = 128,
    repeats: int = 4,
    directions: int = 128,
    seed: int = 0,
) -> SlicedWasserstein:
    """10³ × mean |sorted projections of real - of fake| of patches, for each level.

    Karras et al. 2018 (arXiv 1710.10196), section 5 and the official constants: 128
    random 7 × 7 patches of every image and level, each channel normalized to mean 0 and
    deviation 1 over the set, projected on 4 × 128 random directions. The paper has
    16,384 images. Unlike the official code both sets are cut at the same random places
    (the distance is then symmetric, and 0 for equal sets in any order), channels may be
    any number, and a channel without variation becomes 0 instead of NaN.

    The patches of one level are in memory: 4 × 49 × C × `patches` bytes per image of
    either set (2.5 GB for 16,384 images in colour).

    Args:
      real, fake: images [N, H, W, C] in any units (in others, patches of other
        places); H and W at least 16 and divisible by two for every further level.

    Raises:
      ValueError: if shapes do not fit, or numbers are not finite.
    """
    options = {"patches": patches, "repeats": repeats, "directions": directions}
    for name, value in options.items():
        checks.count(name, value)
    real, fake = checks.images("real", real), checks.images("fake", fake)
    if real.shape != fake.shape:
        raise ValueError(
            f"fake: saw shape {fake.shape}, wanted {real.shape} as `real` has"
        )
    real, fake = (x[content_order(x, seed)] for x in (real, fake))
    sizes = _levels(*real.shape[1:3])
    distances = {}
    for level, size in enumerate(sizes):
        rng = np.random.default_rng((checked_seed(seed), level))
        places = _places(rng, real.shape, patches)
        last = level + 1 == len(sizes)
        real, real_patches = _level(real, places, last)
        fake, fake_patches = _level(fake, places, last)
        slices = rng.standard_normal((repeats * directions, real_patches.shape[1]))
        slices /= np.linalg.norm(slices, axis=1, keepdims=True)
        distances[size] = 1e3 * _distance(
            real_patches, fake_patches, slices.astype(np.float32)
        )
    return SlicedWasserstein(distances, float(np.mean(list(distances.values()))))


def _levels(height: int, width: int) -> list[int]:
    """The sizes of the pyramid's levels."""
    size = min(height, width)
    if size < SMALLEST:
        raise ValueError(
            f"real: saw images of {height} × {width}, wanted at least {SMALLEST} pixels"
        )
    sizes = []
    while size >= SMALLEST:
        sizes.append(size)
        size //= 2
    factor = 2 ** (len(sizes) - 1)
    if height % factor or width % factor:
        raise ValueError(
            f"real: saw images of {height} × {width}, wanted multiples of {factor}, "
            f"since there are {len(sizes)} levels"
        )
    return sizes


def _places(rng: np.random.Generator, shape, patches: int) -> tuple:
    """Indices (image, row, column) of patches' corners, each to broadcast to [N, P]."""
    count, height, width, _ = shape
    rows = rng.integers(height - PATCH + 1, size=(count, patches))
    columns = rng.integers(width - PATCH + 1, size=(count, patches))
    return np.arange(count)[:, None], rows, columns


def _level(images: np.ndarray, places: tuple, last: bool):
    """The next level's images, and this level's normalized patches [N P, 49 C]."""
    smaller, patches = [], []
    for block in parts(len(images), IMAGES):
        band = images[block].astype(np.float32)
        if not last:
            smaller.append(shrink(band))
            band = band - enlarge(smaller[-1])
        windows = sliding_window_view(band, (PATCH, PATCH), axis=(1, 2))
        index, rows, columns = (place[block] for place in places)
        patches.append(windows[index - block.start, rows, columns])
    joined = np.concatenate(patches)  # [N, P, C, 7, 7]
    joined = joined.reshape(-1, joined.shape[2], PATCH * PATCH)
    _normalize(joined)
    following = np.concatenate(smaller) if smaller else images
    return following, joined.reshape(len(joined), -1)


def _normalize(patches: np.ndarray) -> None:
    """Brings each channel of patches [P, C, 49] to mean 0 and deviation 1, in place."""
    for channel in range(patches.shape[1]):
        values = patches[:, channel]
        mean = values.mean(dtype=np.float64)
        values -= np.float32(mean)
        deviation = np.sqrt(np.mean(values**2, dtype=np.float64))
        if deviation > 1e-6 * max(abs(mean), 1e-30):
            values /= np.float32(deviation)
        else:
            values[:] = 0.0


def _distance(real: np.ndarray, fake: np.ndarray, slices: np.ndarray) -> float:
    total = 0.0
    for some in parts(len(slices), DIRECTIONS):
        first, second = slices[some] @ real.T, slices[some] @ fake.T
        first.sort(axis=1)
        second.sort(axis=1)
        total += np.abs(first - second).mean(axis=1, dtype=np.float64).sum()
    return total / len(slices)


def shrink(images: np.ndarray) -> np.ndarray:
    """Every second pixel of [N, H, W, C] blurred by (1, 4, 6, 4, 1) / 16 either way.

    The border is mirrored without being repeated: OpenCV's pyrDown.
    """
    from scipy import ndimage

    rows = ndimage.correlate1d(images, BINOMIAL, axis=1, mode="mirror")[:, ::2]
    return ndimage.correlate1d(rows, BINOMIAL, axis=2, mode="mirror")[:, :, ::2]


def enlarge(images: np.ndarray) -> np.ndarray:
    """[N, H, W, C] to [N, 2H, 2W, C]: zeros between pixels, then 4 times the blur."""
    from scipy import ndimage

    count, height, width, channels = images.shape
    spread = np.zeros((count, 2 * height, 2 * width, channels), images.dtype)
    spread[:, ::2, ::2] = images
    rows = ndimage.correlate1d(spread, 2.0 * BINOMIAL, axis=1, mode="mirror")
    return ndimage.correlate1d(rows, 2.0 * BINOMIAL, axis=2, mode="mirror")
