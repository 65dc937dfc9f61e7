"""The state of a run before its first step, of one seed or of several side by side."""

import functools

import jax
import jax.numpy as jnp

from jaxgan.core.seeds import key_of
from jaxgan.core.state import SEED_AXES, init_state
from jaxgan.core.types import State, Tree
from jaxgan.run.experiment import Experiment


def state_shapes(experiment: Experiment, seeds: tuple[int, ...], batch: Tree) -> State:
    """Finds the state's shapes; nothing is computed.

    Raises:
      ValueError: if game, turns, optimizers and data do not fit together.
    """
    return jax.eval_shape(functools.partial(first_state, experiment, seeds), batch)


def first_state(experiment: Experiment, seeds: tuple[int, ...], batch: Tree) -> State:
    """Makes the state before step 0, of all seeds; pure.

    Args:
      experiment: what is trained.
      seeds: of the runs side by side.
      batch: of which only shapes matter; of several runs [seeds, B, ...].

    Raises:
      ValueError: if a seed is none, or game, turns, optimizers and data do not fit.
    """

    def of_run(key, batch):
        return init_state(
            key,
            experiment.game,
            experiment.recipe.turns,
            experiment.recipe.optimizers,
            batch,
            experiment.augment,
        )

    if len(seeds) == 1:
        return of_run(key_of(seeds[0]), batch)
    keys = jnp.stack([key_of(seed) for seed in seeds])
    return jax.vmap(of_run, out_axes=SEED_AXES)(keys, batch)
