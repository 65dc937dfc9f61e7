"""Perceptual path length: how far images move when latents move a little."""

from collections.abc import Callable
from typing import Any, Literal, NamedTuple

import jax
import numpy as np

from jaxgan.core.seeds import checked_seed
from jaxgan.evaluation import checks
from jaxgan.evaluation.content_order import content_order
from jaxgan.evaluation.distances import parts


class PathLength(NamedTuple):
    """Squared speeds of the image along paths between latents.

    Attributes:
      mean: of the paths that were kept.
      deviation: standard deviation of the same.
      kept: how many paths were left after trimming.
    """

    mean: float
    deviation: float
    kept: int


def perceptual_path_length(
    generate: Callable[[np.ndarray, Any], Any],
    distance: Callable[[Any, Any], Any],
    start,
    end,
    given: Any = (),
    *,
    mapping: Callable[[np.ndarray, Any], Any] | None = None,
    sampling: Literal["full", "end"] = "full",
    epsilon: float = 1e-4,
    trim: float = 0.01,
    batch: int = 32,
    seed: int = 0,
) -> PathLength:
    """The trimmed mean of d(G(path(t)), G(path(t + ε))) / ε².

    Karras et al. 2019 (arXiv 1812.04948), section 4.1. Without a mapping the path is
    spherical, in Z: direction at constant angular speed, norm linear (the official code
    normalizes, which its mapping network does anyway). With one it is straight, in W.
    t is uniform in [0, 1] ("full") or 0 ("end"); it is the path's own, whichever place
    that has among the others. Paths shorter than the quantile `trim`
    or longer than 1 - `trim` are left out, as in the official code. Points are computed
    in float64 and only then rounded to float32, so that ε is not lost in t.

    Args:
      generate: f(latents [B, ...] float32, given) -> images, without noise of its own;
        it is called with `batch` latents, the last time too.
      distance: f(images, images) -> [B], quadratic in small differences, as LPIPS is.
      start, end: latents [N, Z].
      given: what `generate` and `mapping` take beside latents, any tree of [N, ...].
      mapping: f(latents [B, Z], given) -> W [B, ...].
      epsilon: step along the path, whose length is 1.
      trim: in [0, 0.5).

    Raises:
      ValueError: if shapes do not fit, an option is out of range, or a distance is not
        finite.
    """
    start, end = _latents(start, end)
    _check(sampling, epsilon, trim, given, len(start))
    batch = min(checks.count("batch", batch), len(start))
    uniform = np.empty(len(start))
    order = content_order((start, end, given), seed)
    uniform[order] = np.random.default_rng(checked_seed(seed)).uniform(size=len(start))
    times = uniform if sampling == "full" else np.zeros(len(start))

    lengths = []
    for part in parts(len(start), batch):
        # Full batches only: another shape would be another compilation.
        rows = np.arange(part.start, part.start + batch) % len(start)
        condition = jax.tree.map(lambda leaf, rows=rows: leaf[rows], given)
        first, last, path = start[rows], end[rows], spherical
        if mapping is not None:
            first, last = (_mapped(mapping, z, condition) for z in (first, last))
            path = straight
        images = [
            generate(path(first, last, t).astype(np.float32), condition)
            for t in (times[rows], times[rows] + epsilon)
        ]
        lengths.append(_distances(distance, images, batch)[: part.stop - part.start])
    return _trimmed(np.concatenate(lengths) / epsilon**2, trim)


def straight(start: np.ndarray, end: np.ndarray, times: np.ndarray) -> np.ndarray:
    """(1 - t) a + t b, of [B, ...] at times [B]."""
    times = times.reshape(-1, *[1] * (start.ndim - 1))
    return start + times * (end - start)


def spherical(start: np.ndarray, end: np.ndarray, times: np.ndarray) -> np.ndarray:
    """From a to b, [B, Z], at times [B]: a great circle, the norm changing linearly.

    Opposite latents have no one great circle; random ones are never opposite.
    """
    norms = [np.linalg.norm(x, axis=1, keepdims=True) for x in (start, end)]
    first, second = (x / np.maximum(n, 1e-300) for x, n in zip((start, end), norms))
    cosine = np.sum(first * second, axis=1, keepdims=True).clip(-1.0, 1.0)
    across = second - cosine * first
    across /= np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-300)
    angle = times[:, None] * np.arccos(cosine)
    norm = straight(norms[0], norms[1], times)
    return norm * (first * np.cos(angle) + across * np.sin(angle))


def _mapped(mapping, latents: np.ndarray, given) -> np.ndarray:
    return np.asarray(mapping(latents.astype(np.float32), given), np.float64)


def _distances(distance, images, batch: int) -> np.ndarray:
    values = checks.numeric("distance", distance(*images))
    if values.shape != (batch,):
        raise ValueError(f"distance: saw shape {values.shape}, wanted ({batch},)")
    return values.astype(np.float64)


def _trimmed(lengths: np.ndarray, trim: float) -> PathLength:
    low = np.quantile(lengths, trim, method="lower")
    high = np.quantile(lengths, 1.0 - trim, method="higher")
    kept = lengths[(lengths >= low) & (lengths <= high)]
    return PathLength(float(kept.mean()), float(kept.std()), len(kept))


def _latents(start, end) -> tuple[np.ndarray, np.ndarray]:
    start, end = checks.features("start", start), checks.features("end", end)
    if start.shape != end.shape:
        raise ValueError(f"end: saw shape {end.shape}, wanted {start.shape} of `start`")
    return start.astype(np.float64), end.astype(np.float64)


def _check(sampling, epsilon, trim, given, count: int) -> None:
    if sampling not in ("full", "end"):
        raise ValueError(f"sampling: saw {sampling!r}, wanted 'full' or 'end'")
    if not 0.0 < epsilon < 1.0:
        raise ValueError(f"epsilon: saw {epsilon}, wanted a number in (0, 1)")
    if not 0.0 <= trim < 0.5:
        raise ValueError(f"trim: saw {trim}, wanted a number in [0, 0.5)")
    for leaf in jax.tree.leaves(given):
        if np.ndim(leaf) < 1 or len(leaf) != count:
            raise ValueError(
                f"given: saw shape {np.shape(leaf)}, wanted {count} rows as `start` has"
            )
