"""Walks between latents."""

from collections.abc import Sequence
from typing import Any

import jax
import numpy as np

from jaxgan.core.abilities import Walkable
from jaxgan.core.types import Sample, State
from jaxgan.run.errors import RunError
from jaxgan.run.sampling.movement import Movement
from jaxgan.run.sampling.sampler import Sampler


def interpolate(
    draw: Sampler,
    state: State,
    seed: int,
    indices: Sequence[int],
    frames: int,
    label: np.ndarray | None = None,
    *,
    move: Movement | None = None,
) -> Sample:
    """Makes samples on the way through examples `indices` of a seed.

    What the way is, is the game's: a great circle between latents z, a straight line
    between styles w.

    Args:
      draw: the sampler.
      state: with the generator's variables.
      seed: of the samples.
      indices: which examples to pass through: two at least.
      frames: from one to the next, without the next.
      label: the number [1] of the class; by default that of the first example.
      move: pictures on the way, too.

    Returns:
      frames * (len(indices) - 1) + 1 samples. Noise beside the latent is that of the
      first example in all of them.

    Raises:
      RunError: if there is no way to walk.
    """
    if len(indices) < 2 or frames < 1:
        raise RunError("--points must be at least 2, --frames at least 1")
    game = draw.game
    if not isinstance(game, Walkable):
        raise RunError(
            f"{type(game).__name__} has no ways from one latent to another to walk"
        )
    points = np.asarray(indices)
    if label is None and draw.labelled:
        _, first = draw.latents(state, seed, np.full(draw.size, points[0]))
        label = np.asarray(first.given)[:1]
    ends = _latents(draw, state, seed, points, label)
    legs = np.repeat(np.arange(len(points) - 1), frames)
    shares = np.tile(np.arange(frames) / frames, len(points) - 1)
    legs, shares = np.append(legs, len(points) - 2), np.append(shares, 1.0)
    keys, _ = draw.latents(state, seed, np.full(draw.size, points[0]))
    between = jax.jit(game.between)
    samples = []
    for start in range(0, len(legs), draw.size):
        places = np.resize(np.arange(start, len(legs)), draw.size)
        origin, target = (
            jax.tree.map(lambda x, at=legs[places] + end: x[at], ends) for end in (0, 1)
        )
        latent = between(origin, target, shares[places].astype(np.float32))
        count = min(draw.size, len(legs) - start)
        place = (legs[places] + shares[places]) / (legs[-1] + 1)
        now = state if move is None else move(state, place)
        sample = draw.render(now, keys, latent)
        samples.append(jax.tree.map(lambda x, n=count: x[:n], sample))
    return jax.tree.map(lambda *x: np.concatenate(x), *samples)


def _latents(
    draw: Sampler, state: State, seed: int, indices: np.ndarray, label: Any
) -> Any:
    """Draws the latents of any number of examples, in whole calls of the sampler."""
    whole = np.resize(indices, -(-len(indices) // draw.size) * draw.size)
    labels = None if label is None else np.resize(label, draw.size)
    parts = [
        jax.device_get(draw.latents(state, seed, chunk, labels)[1])
        for chunk in whole.reshape(-1, draw.size)
    ]
    return jax.tree.map(lambda *x: np.concatenate(x), *parts)
