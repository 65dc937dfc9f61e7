"""Batch statistics of many batches of fakes, in place of running averages."""

import dataclasses

import jax

from jaxgan.core.context import Context
from jaxgan.core.types import Game, Variables


def standing_statistics(
    game: Game, variables: Variables, context: Context, passes: int = 16
) -> Variables:
    """The generator's variables with batch statistics of many batches of fakes.

    Brock et al. 2019 (arXiv 1809.11096), appendix C.1: running averages lag behind the
    weights and belong to another distribution of latents if that is truncated. Means
    and variances, those that a training pass normalises by, are averaged over passes.
    Spectral vectors iterate from pass to pass, as in the official code, but are
    returned as they were.

    Args:
      game: whose generator normalises over the batch.
      variables: of the generator: current or averaged.
      context: whose keys [B] say how many fakes a pass makes; every pass forks it.
      passes: how many batches.

    Raises:
      ValueError: if there are no passes or no batch statistics.
    """
    if passes < 1:
        raise ValueError(f"passes: saw {passes}, wanted at least 1")
    if "batch_stats" not in variables:
        raise ValueError(
            f"variables: saw {sorted(variables)}, wanted 'batch_stats' among them"
        )
    moving, seen = {**variables, "standing": {}}, []
    for number in range(passes):
        fork = dataclasses.replace(context.fork(f"standing_{number}"), train=True)
        latent, moving = game.latent(moving, fork)
        _, moving = game.generate(moving, latent, fork)
        seen.append(moving["standing"])
    mean = jax.tree.map(lambda *x: sum(x[1:], x[0]) / passes, *seen)
    return {**variables, "batch_stats": mean}
