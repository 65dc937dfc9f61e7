"""Signals are functions of the state, also where real examples are."""

import jax
import numpy as np
import pytest

from jaxgan import data, recipes
from jaxgan.core.state import init_state
from jaxgan.run.diagnosis import measurements
from jaxgan.run.experiment import Experiment
from tests.conformance.games import GAMES


@pytest.mark.parametrize("name", ["plain", "joint"])
def test_signals_do_not_remember_a_state(name):
    game, recipe = GAMES[name].game(), recipes.ali()
    values = np.random.default_rng(0).standard_normal((2, 600, 2)).astype(np.float32)
    batches, held_out = (data.batches(data.arrays(part), 64) for part in values)
    experiment = Experiment(game, recipe, batches, held_out=held_out)
    state = jax.jit(
        lambda key: init_state(key, game, recipe.turns, recipe.optimizers, batches(0))
    )(jax.random.key(0))
    generator = state.variables.generator
    moved = {**generator, "params": jax.tree.map(lambda x: 2 * x, generator["params"])}
    later = state._replace(variables=state.variables._replace(generator=moved))
    signals = measurements.Signals(experiment)
    first, second = signals(state), signals(later)
    assert first == signals(state)
    fresh = measurements.Signals(experiment)
    fresh._read, fresh._show = signals._read, signals._show  # compiled already
    assert second == fresh(later)
    # Codes change what real pairs are like among themselves; data alone do not change.
    own = "data/coverage"
    assert (first[own] == second[own]) == (name == "plain")
