"""Learned perceptual image patch similarity (LPIPS), of pairs of images."""

import dataclasses
import functools
from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from jaxgan.evaluation import checks
from jaxgan.evaluation.distances import parts

BATCH = 16
"""Pairs that are compared at once."""


@dataclasses.dataclass(frozen=True, eq=False)
class PerceptualDistance:
    """A network that tells how far images are apart, with its weights.

    Attributes:
      name: of the network: 'alexnet', 'vgg16'.
      published: whether network and weights are those that publications use.
      description: one line about what the weights are.
      fingerprint: 'sha256:...' of the weights; distances are comparable if it is equal.
      weights: a pytree of arrays.
      compute: f(weights, images, images) -> [B], float32 [B, H, W, C] in [-1, 1] being
        the images; pure, called under `jax.jit`.
    """

    name: str
    published: bool
    description: str
    fingerprint: str
    weights: Any
    compute: Callable[[Any, jax.Array, jax.Array], jax.Array]

    def title(self, measure: str = "LPIPS") -> str:
        """The name that a measure goes by: 'LPIPS (alexnet)'; whose else if no such."""
        name = self.name if self.published else f"{self.name}, {self.description}"
        return f"{measure} ({name})"

    def __call__(self, first: Any, second: Any) -> jax.Array:
        """The distances [B] of float32 images [B, H, W, C] in [-1, 1]."""
        # Else GPUs and TPUs round the factors to fewer bits, and distances move.
        with jax.default_matmul_precision("highest"):
            return self._compiled(self.weights, first, second)

    @functools.cached_property
    def _compiled(self) -> Callable[[Any, Any, Any], jax.Array]:
        return jax.jit(self.compute)


def lpips(
    first: Any,
    second: Any,
    distance: Callable[[Any, Any], Any],
    bounds: tuple[float, float] = (-1.0, 1.0),
    batch: int = BATCH,
) -> np.ndarray:
    """The distance, [B], of each image to its partner; about 0 for copies.

    Zhang et al. 2018 (arXiv 1801.03924), in float32. Publications report the mean over
    the test set of AlexNet's, at the size of the images, without cropping a border; say
    so where another network, or weights that are not the published ones, measured.
    Grey images [B, H, W, 1] are seen as three equal channels.

    Args:
      first, second: images [B, H, W, C], of any size that the network takes: AlexNet 31
        pixels per side, VGG-16 16. uint8 is divided by 255, with bounds (0, 255).
      distance: f(images, images) -> [B], symmetric, of float32 images in [-1, 1], such
        as a `PerceptualDistance`. It is called with `batch` pairs, or all if there are
        fewer; the last time filled up.
      bounds: the darkest and brightest value of the images.
      batch: pairs at once.

    Raises:
      ValueError: if shapes do not fit, values are out of bounds or not finite, or the
        network refuses the size.
    """
    first, second = checks.image_pairs(first, second)
    low, high = checks.bounds(bounds)
    checks.within("first", first, low, high)
    checks.within("second", second, low, high)
    batch = min(checks.count("batch", batch), len(first))

    def scaled(images: np.ndarray) -> np.ndarray:
        unit = (images.astype(np.float64) - low) / (high - low)
        return (2.0 * unit - 1.0).astype(np.float32)

    results = []
    for part in parts(len(first), batch):
        # Full batches only: another shape would be another compilation.
        rows = np.arange(part.start, part.start + batch) % len(first)
        values = distance(scaled(first[rows]), scaled(second[rows]))
        values = checks.numeric("distance", np.asarray(values))
        if values.shape != (batch,):
            raise ValueError(f"distance: saw shape {values.shape}, wanted ({batch},)")
        results.append(values[: part.stop - part.start])
    return np.concatenate(results).astype(np.float64)
