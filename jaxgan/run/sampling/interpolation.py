"""Walks between latents."""

from collections.abc import Sequence
from typing import Any

import jax
import numpy as np

from jaxgan.core.types import Sample, State
from jaxgan.run.errors import RunError
from jaxgan.run.sampling.sampler import Sampler


def slerp(start: np.ndarray, end: np.ndarray, share: float) -> np.ndarray:
    """Spherical interpolation of vectors, along their last axis.

    sin((1-t)θ) / sin θ · a + sin(tθ) / sin θ · b, θ the angle between a and b: a normal
    latent stays as long as normal latents are (White 2016, arXiv 1609.04468). At shares
    0 and 1 it is exactly a and b. Vectors (nearly) on one line are mixed linearly.
    """
    a, b = np.asarray(start, np.float64), np.asarray(end, np.float64)
    if share in (0.0, 1.0):
        return np.asarray(end if share else start)
    lengths = np.linalg.norm(a, axis=-1) * np.linalg.norm(b, axis=-1)
    cosine = np.sum(a * b, axis=-1) / np.maximum(lengths, 1e-30)
    angle = np.arccos(np.clip(cosine, -1.0, 1.0))[..., None]
    straight = np.sin(angle) < 1e-6
    sine = np.where(straight, 1.0, np.sin(angle))
    left = np.where(straight, 1.0 - share, np.sin((1.0 - share) * angle) / sine)
    right = np.where(straight, share, np.sin(share * angle) / sine)
    return (left * a + right * b).astype(start.dtype)


def interpolate(
    draw: Sampler,
    state: State,
    seed: int,
    indices: Sequence[int],
    frames: int,
    label: np.ndarray | None = None,
) -> Sample:
    """Samples on the way through examples `indices` of a seed.

    Args:
      draw: the sampler.
      state: with the generator's variables.
      seed: of the samples.
      indices: which examples to pass through: two at least.
      frames: from one to the next, without the next.
      label: the number [1] of the class; by default that of the first example.

    Returns:
      frames * (len(indices) - 1) + 1 samples. Noise beside the latent is that of the
      first example in all of them.

    Raises:
      RunError: if there is no way to walk.
    """
    if len(indices) < 2 or frames < 1:
        raise RunError("--points must be at least 2, --frames at least 1")
    ends = _latents(draw, state, seed, np.asarray(indices), label)
    way = [(leg, i / frames) for leg in range(len(indices) - 1) for i in range(frames)]
    way.append((len(indices) - 2, 1.0))
    value = jax.tree.map(
        lambda x: np.stack([_between(x[leg], x[leg + 1], share) for leg, share in way]),
        ends.value,
    )
    given = jax.tree.map(lambda x: np.stack([x[0]] * len(way)), ends.given)
    latent = Sample(value, given)
    keys, _ = draw.latents(state, seed, np.full(draw.size, indices[0]))
    samples = []
    for start in range(0, len(way), draw.size):
        places = np.resize(np.arange(start, len(way)), draw.size)
        part = jax.tree.map(lambda x, at=places: x[at], latent)
        count = min(draw.size, len(way) - start)
        sample = draw.render(state, keys, part)
        samples.append(jax.tree.map(lambda x, n=count: x[:n], sample))
    return jax.tree.map(lambda *x: np.concatenate(x), *samples)


def _latents(
    draw: Sampler, state: State, seed: int, indices: np.ndarray, label: Any
) -> Any:
    """The latents of any number of examples, in whole calls of the sampler."""
    whole = np.resize(indices, -(-len(indices) // draw.size) * draw.size)
    labels = None if label is None else np.resize(label, draw.size)
    parts = [
        jax.device_get(draw.latents(state, seed, chunk, labels)[1])
        for chunk in whole.reshape(-1, draw.size)
    ]
    return jax.tree.map(lambda *x: np.concatenate(x), *parts)


def _between(start: np.ndarray, end: np.ndarray, share: float) -> np.ndarray:
    if not np.issubdtype(start.dtype, np.floating):
        return start  # a category does not change on the way
    return slerp(start, end, share)
