"""Walks between latents."""

import itertools
from collections.abc import Sequence
from typing import Any

import jax
import numpy as np

from jaxgan.core.abilities import Walkable
from jaxgan.core.timed import untimed
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
    keys: Sequence[int] = (),
    loop: bool = False,
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
      keys: seeds, of whose first examples each is passed through, instead of those of
        one seed.
      loop: go back to where it began, so that the end, repeated, shows no seam: after
        the last sample comes the first.
      move: pictures on the way, too.

    Returns:
      frames * (number of examples - 1) + 1 samples, or in a loop frames * number. Noise
      beside the latent is that of the first example in all of them.

    Raises:
      RunError: if there is no way to walk.
    """
    stops = [(key, 0) for key in keys] or [(seed, index) for index in indices]
    if len(stops) < 2 or frames < 1:
        raise RunError("--points must be at least 2, --frames at least 1")
    seed, first = stops[0]
    if label is None and draw.labelled:
        _, latent = draw.latents(state, seed, np.full(draw.size, first))
        label = np.asarray(untimed(latent.given))[:1]
    ends = _ends(draw, state, stops, label)
    own = (seed, first)
    return through(draw, state, ends, frames, loop=loop, move=move, noise=own)


def through(
    draw: Sampler,
    state: State,
    ends: Any,
    frames: int,
    *,
    loop: bool = False,
    move: Movement | None = None,
    noise: tuple[int, int] = (0, 0),
) -> Sample:
    """Makes samples on the way through latents [B]: see `interpolate`.

    Args:
      draw: the sampler.
      state: with the generator's variables.
      ends: the latents.
      frames: from one to the next, without the next.
      loop: go back to the first.
      move: pictures on the way, too.
      noise: seed and index of the example whose noise is beside all of them.

    Raises:
      RunError: if there is no way to walk.
    """
    game = draw.game
    if not isinstance(game, Walkable):
        raise RunError(
            f"{type(game).__name__} has no ways from one latent to another to walk"
        )
    seed, index = noise
    keys, _ = draw.latents(state, seed, np.full(draw.size, index))
    if loop:
        ends = jax.tree.map(lambda x: np.concatenate([x, x[:1]]), ends)
    count = len(jax.tree.leaves(ends)[0])
    way = legs_of(count, frames, loop)
    return _rendered(draw, state, keys, ends, way, move)


def legs_of(
    stops: int, frames: int, loop: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Finds, for every sample, which leg it is on and the share of that leg behind it.

    Args:
      stops: that the legs lie between.
      frames: of each leg.
      loop: leave out the last stop, which is the first.
    """
    legs = np.repeat(np.arange(stops - 1), frames)
    shares = np.tile(np.arange(frames) / frames, stops - 1)
    if not loop:
        legs, shares = np.append(legs, stops - 2), np.append(shares, 1.0)
    return legs, shares.astype(np.float32)


def _rendered(
    draw: Sampler,
    state: State,
    keys: jax.Array,
    ends: Any,
    way: tuple[np.ndarray, np.ndarray],
    move: Movement | None,
) -> Sample:
    """Makes the samples of a way between latents, in whole calls of the sampler."""
    legs, shares = way
    game: Any = draw.game
    between = jax.jit(game.between)
    samples = []
    for start in range(0, len(legs), draw.size):
        places = np.resize(np.arange(start, len(legs)), draw.size)
        origin, target = (
            jax.tree.map(lambda x, at=legs[places] + end: x[at], ends) for end in (0, 1)
        )
        latent = between(origin, target, shares[places])
        count = min(draw.size, len(legs) - start)
        place = (legs[places] + shares[places]) / (legs[-1] + 1)
        now = state if move is None else move(state, place)
        sample = draw.render(now, keys, latent)
        samples.append(jax.tree.map(lambda x, n=count: x[:n], sample))
    return jax.tree.map(lambda *x: np.concatenate(x), *samples)


def _ends(
    draw: Sampler, state: State, stops: Sequence[tuple[int, int]], label: Any
) -> Any:
    """Draws the latents of (seed, index) each, those of one seed together."""
    groups = itertools.groupby(stops, lambda stop: stop[0])
    parts = [
        _latents(draw, state, seed, np.array([index for _, index in group]), label)
        for seed, group in groups
    ]
    return jax.tree.map(lambda *x: np.concatenate(x), *parts)


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
    together = jax.tree.map(lambda *x: np.concatenate(x), *parts)
    return jax.tree.map(lambda x: x[: len(indices)], together)
