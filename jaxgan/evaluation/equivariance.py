"""Equivariance: whether a generator's images move as its input is moved."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import numpy as np

from jaxgan.core.seeds import checked_seed
from jaxgan.evaluation import checks
from jaxgan.evaluation.content_order import content_order
from jaxgan.evaluation.distances import parts
from jaxgan.evaluation.movements import (
    Moved,
    pseudo_rotated,
    rotated,
    rotation_matrix,
    translated,
    translation_matrix,
)


class Equivariance(NamedTuple):
    """Peak signal-to-noise ratios in decibels; infinite where nothing differs.

    Attributes:
      translation: EQ-T, by whole pixels.
      fractional_translation: EQ-T_frac.
      rotation: EQ-R.
    """

    translation: float
    fractional_translation: float
    rotation: float


class Draws(NamedTuple):
    """Uniform numbers in [0, 1) of which the movements of one batch are made.

    Attributes:
      translation: [2].
      fractional_translation: [2].
      rotation: one.
    """

    translation: np.ndarray
    fractional_translation: np.ndarray
    rotation: float


Generate = Callable[[Any, Any, np.ndarray], Any]
"""f(latents [B, ...], given, matrix [3, 3]) -> images [B, H, W, C]."""


def equivariance(
    generate: Generate,
    latents,
    given: Any = (),
    *,
    translate: float = 0.125,
    rotate: float = 1.0,
    batch: int = 4,
    bounds: tuple[float, float] = (-1.0, 1.0),
    seed: int = 0,
) -> Equivariance:
    """Compares moved images with what moved inputs make, in decibels.

    10 log₁₀(L² / mean squared difference), Karras et al. 2021 (arXiv 2106.12423),
    section 2 and appendix E.3, on 50,000 latents. Differences are averaged over all
    images, pixels inside of both, and channels, before the logarithm. One movement is
    drawn for each batch and kind.

    Args:
      generate: f(latents, given, matrix) -> images, without noise of its own, the
        matrix as for `jaxgan.models.stylegan3.transformed`; it is called with `batch`
        latents, the last time too.
      latents: [N, ...].
      given: what `generate` takes beside latents, any tree of [N, ...].
      translate: the furthest, in sides of the image.
      rotate: the furthest, in half turns.
      batch: latents at once.
      bounds: the darkest and brightest value; L is their difference.
      seed: of the movements, and of who shares a batch.

    Raises:
      ValueError: if an option is out of range, or images are not finite squares.
    """
    latents = checks.numeric("latents", latents)
    if latents.ndim < 2 or not len(latents):
        raise ValueError(f"latents: saw shape {latents.shape}, wanted [N, ...]")
    if not 0.0 <= translate < 1.0:
        raise ValueError(f"translate: saw {translate}, wanted a number in [0, 1)")
    if not 0.0 <= rotate <= 1.0:
        raise ValueError(f"rotate: saw {rotate}, wanted a number in [0, 1]")
    low, high = checks.bounds(bounds)
    batch = min(checks.count("batch", batch), len(latents))
    order = content_order((latents, given), seed)
    chance = np.random.default_rng(checked_seed(seed))
    sums = np.zeros((3, 2))
    for part in parts(len(latents), batch):
        rows = order[np.arange(part.start, part.start + batch) % len(latents)]
        draws = Draws(chance.random(2), chance.random(2), chance.random())
        sums += batch_differences(
            generate,
            latents[rows],
            jax.tree.map(lambda leaf, rows=rows: np.asarray(leaf)[rows], given),
            draws,
            translate,
            rotate,
            part.stop - part.start,
        )
    return decibels(sums, high - low)


def batch_differences(
    generate: Generate,
    latents,
    given: Any,
    draws: Draws,
    translate: float = 0.125,
    rotate: float = 1.0,
    count: int | None = None,
) -> np.ndarray:
    """Sums [3, 2] of squared differences, and of how many there are, of one batch.

    Args:
      generate, latents, given, translate, rotate: as for `equivariance`.
      draws: of the movements.
      count: so many of the first images only; None is all.
    """

    def images(matrix):
        made = checks.images("generate", generate(latents, given, matrix))[:count]
        if made.shape[1] != made.shape[2]:
            raise ValueError(f"generate: saw images {made.shape[1:3]}, wanted squares")
        return made.astype(np.float32)

    still = images(np.eye(3, dtype=np.float32))
    side = still.shape[1]
    whole = np.rint((2 * np.asarray(draws.translation) - 1) * translate * side) / side
    part = (2 * np.asarray(draws.fractional_translation) - 1) * translate
    angle = (2 * draws.rotation - 1) * rotate * np.pi
    sums = []
    for shift, fractional in ((whole, False), (part, True)):
        wanted = translated(still, shift, fractional)
        seen = images(translation_matrix(-shift))
        sums.append(_difference(wanted, Moved(seen, np.ones((side, side), bool))))
    turned = images(rotation_matrix(-angle))
    sums.append(_difference(rotated(still, angle), pseudo_rotated(turned, angle)))
    return np.array(sums)


def decibels(sums: np.ndarray, length: float = 2.0) -> Equivariance:
    """The ratios of summed squared differences and their numbers, [3, 2].

    Args:
      sums: of all batches.
      length: L, of the range of values.

    Raises:
      ValueError: if a movement left no pixel to compare.
    """
    if not np.all(sums[:, 1]):
        raise ValueError("images: saw no pixel inside both, wanted larger images")
    with np.errstate(divide="ignore"):
        ratios = 20 * np.log10(length) - 10 * np.log10(sums[:, 0] / sums[:, 1])
    return Equivariance(*map(float, ratios))


def _difference(wanted: Moved, seen: Moved) -> tuple[float, int]:
    inside = np.asarray(wanted.inside) & np.asarray(seen.inside)
    errors = np.asarray(wanted.images, np.float64) - np.asarray(seen.images, np.float64)
    errors = errors[:, inside]
    return float(np.sum(errors**2)), errors.size
