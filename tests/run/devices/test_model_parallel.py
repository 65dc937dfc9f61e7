"""Transformers whose parameters are shared out step as on one device, to rounding."""

import dataclasses

import jax
import numpy as np
import optax
import pytest

from jaxgan.core import Players
from jaxgan.run.devices import placement
from jaxgan.run.files import experiment_file
from jaxgan.run.training import program
from tests.run.conftest import ROOT

FOLDER = ROOT / "experiments" / "transformers"
STEPS = 3


def stepped(experiment, devices, model_parallel):
    """The state after some steps, and what was measured."""
    batches = [experiment.data(step) for step in range(STEPS)]
    placed = placement.place(devices, 8, model_parallel=model_parallel)
    compiled = program.compile_program(experiment, placed, (0,), {0: batches[0]})
    state, totals = compiled.init(), compiled.zeros()
    for batch in batches:
        state, totals, _ = compiled.step_at(0)(state, totals, compiled.put(batch), ())
    return state, totals


@pytest.mark.slow
@pytest.mark.parametrize("name", ["afm_digits", "gat_digits"])
def test_a_step_is_that_of_one_device(name, monkeypatch):
    """By gradients themselves: Adam makes a whole step of what rounding leaves of 0."""
    monkeypatch.setattr(placement, "LARGE", 64)
    module = experiment_file.load_module(FOLDER / f"{name}.py")
    experiment = module.build(module.tiny(module.Config()))
    plain = Players(optax.sgd(0.3), optax.sgd(0.3))
    experiment = dataclasses.replace(
        experiment, recipe=experiment.recipe._replace(optimizers=plain)
    )
    alone, measured = stepped(experiment, 1, 1)
    shared, of_shared = stepped(experiment, 4, 2)
    shares = [
        leaf.size // max(shard.data.size for shard in leaf.addressable_shards)
        for leaf in jax.tree.leaves(shared.variables)
    ]
    assert set(shares) == {1, 2}
    assert shares.count(2) > 10
    # What begins at 0 has moved by now, and so all kernels play a part.
    kernels = [x for x in jax.tree.leaves(alone.variables.generator) if x.ndim > 1]
    assert all(map(np.any, kernels))
    leaves = jax.tree_util.tree_leaves_with_path((alone._replace(key=()), measured))
    others = jax.tree.leaves((shared._replace(key=()), of_shared))
    for (path, one), other in zip(leaves, others, strict=True):
        np.testing.assert_allclose(
            other, one, 2e-4, 2e-5, err_msg=jax.tree_util.keystr(path)
        )
