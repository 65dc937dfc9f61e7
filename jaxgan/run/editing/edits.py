"""Pictures of latents that are moved along a direction."""

from collections.abc import Iterator, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxgan.core.types import Sample
from jaxgan.run.editing.codes import Codes
from jaxgan.run.editing.latent_directions import Directions
from jaxgan.run.editing.latent_file import Latents
from jaxgan.run.errors import RunError

AT_ONCE = 64
"""Pictures that are made at a time, at most."""


def moved(
    codes: Codes,
    directions: Directions,
    number: int,
    amounts: Sequence[float],
    layers: Sequence[int] | None = None,
    *,
    seed: int = 0,
    count: int = 1,
    latents: Latents | None = None,
) -> Sample:
    """Makes pictures of latents, moved by each of several amounts.

    Noise beside the latent stays as it is along the way.

    Args:
      codes: of the run.
      directions: found of it.
      number: of the direction.
      amounts: in standard deviations of codes.
      layers: that are moved; None is all.
      seed: of the latents that are drawn,
      count: and how many of them,
      latents: unless they are given.

    Returns:
      Samples [count · amounts], all of the first latent first.

    Raises:
      RunError: if there is no such direction, or the latents are of another generator.
    """
    if not amounts or count < 1:
        raise RunError("--amount, --num: saw none, wanted at least one")
    parts = []
    for variables, keys, code in _each(codes, seed, count, latents):
        repeated = np.repeat(code, len(amounts), axis=0)
        ways = directions.moved(repeated, number, list(amounts), layers)
        for start in range(0, len(ways), AT_ONCE):
            some = jnp.asarray(ways[start : start + AT_ONCE])
            same = jnp.repeat(keys, len(some), axis=0)
            parts.append(codes.render(variables, codes.like(some), same))
    return Sample(jax.tree.map(lambda *x: np.concatenate(x), *parts))


def _each(
    codes: Codes, seed: int, count: int, latents: Latents | None
) -> Iterator[tuple[Any, jax.Array, np.ndarray]]:
    """Gives variables, key [1] and code [1, L, N] of every latent."""
    if latents is not None:
        for place in range(len(latents.code)):
            keys = jax.random.split(jax.random.key(0), 1)
            code = latents.code[place : place + 1]
            yield latents.variables(codes, place), keys, code
        return
    keys, latent = codes.drawn(seed, np.arange(count))
    code = np.asarray(codes.game.code(latent))
    for place in range(count):
        yield codes.variables, keys[place : place + 1], code[place : place + 1]
