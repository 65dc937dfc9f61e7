"""The pure step of all runs side by side, for the steps of a span."""

from collections.abc import Callable
from typing import Any

import jax

from jaxgan.core import growth, metrics
from jaxgan.core.pace import Span
from jaxgan.core.state import SEED_AXES
from jaxgan.core.step import make_step
from jaxgan.core.types import State, Tree
from jaxgan.run.experiment import Experiment

Totals = dict[str, metrics.Mean]


def make_play(
    experiment: Experiment,
    seeds: tuple[int, ...],
    shared_draws: bool,
    span: Span,
    **divided: Any,
) -> Callable[[State, Tree], tuple[State, Totals]]:
    """Makes the pure step of all seeds, whose state has the frozen networks.

    Args:
      experiment: what is trained.
      seeds: of the runs side by side.
      shared_draws: as `make_step` has it.
      span: the steps that it is for.
      divided: further options of `make_step`.
    """
    whole = make_step(
        experiment.game,
        experiment.recipe.turns,
        experiment.recipe.optimizers,
        ema_decay=experiment.recipe.ema_decay,
        augment=experiment.augment,
        shared_draws=shared_draws,
        **divided,
    )

    def play(state, batch):
        with growth.only(span):
            return whole(state, batch)

    if len(seeds) > 1:
        return jax.vmap(play, (SEED_AXES, 0), (SEED_AXES, 0))
    return play
