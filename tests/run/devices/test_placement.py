"""How batch and state lie on eight devices, and that it makes no difference."""

import re

import jax
import numpy as np
import pytest
from jax.sharding import PartitionSpec

from jaxgan.core import Players, State
from jaxgan.run.devices import placement
from jaxgan.run.errors import RunError
from jaxgan.run.files import experiment_file
from jaxgan.run.sampling import stored_run
from jaxgan.run.training import program
from tests.run.conftest import EXPERIMENT, assert_alike

WIDE = ("--widths", 256, 512)


def state_of(params, collections=()):
    """A state whose every part that may be split holds the same shapes."""
    shapes = {
        name: jax.ShapeDtypeStruct(shape, np.float32) for name, shape in params.items()
    }
    player = {"params": shapes, "statistics": shapes}
    nothing = jax.ShapeDtypeStruct((), np.int32)
    return State(
        nothing,
        nothing,
        Players(player, player),
        Players(shapes, ()),
        player,
        shapes,
        (),
    )


@pytest.mark.parametrize(
    ("shape", "spec"),
    [
        ((256, 256), PartitionSpec("model")),
        ((128, 512), PartitionSpec(None, "model")),
        ((3, 3, 128, 64), PartitionSpec(None, None, "model")),
        ((2**16 + 1, 4), PartitionSpec(None, "model")),
        ((2**16,), PartitionSpec("model")),
        ((2**16 - 4,), PartitionSpec()),
        ((255, 257), PartitionSpec()),
        ((301, 303), PartitionSpec()),
        ((), PartitionSpec()),
    ],
)
def test_the_rule_of_splitting(shape, spec):
    mesh = placement.place(8, 16, model_parallel=4).mesh
    lying = placement.state_sharding(state_of({"x": shape}), mesh)
    split = [
        *(player["params"]["x"] for player in (*lying.variables, lying.ema)),
        lying.opt_state.generator["x"],
    ]
    assert [sharding.spec for sharding in split] == [spec] * 4
    whole = [
        *(player["statistics"]["x"] for player in (*lying.variables, lying.ema)),
        *(lying.step, lying.key, lying.terms["x"]),
    ]
    assert {sharding.spec for sharding in whole} == {PartitionSpec()}
    alone = placement.place(8, 16).mesh
    lying = placement.state_sharding(state_of({"x": shape}), alone)
    assert {x.spec for x in jax.tree.leaves(lying)} == {PartitionSpec()}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((6, 12, 1, 4), "--model-parallel: saw 4, which does not divide the 6 devices"),
        (
            (8, 6, 1, 2),
            "8 devices in groups of 2 do not divide the batch of 6",
        ),
        (
            (8, 8, 4, 2),
            "--microbatches: saw 4, wanted a divisor of the 2 examples of each of "
            "8 devices in groups of 2\nhint: .* has 16",
        ),
        ((1, 12, 5, 1), "--microbatches: saw 5, .* the 12 examples of the batch"),
        ((8, 12, 2, 1), "8 devices do not divide the batch of 12 examples\nhint.* 16"),
        ((9, 9, 1, 1), "--devices: saw 9, wanted 1 to 8"),
    ],
)
def test_what_does_not_fit(arguments, said):
    with pytest.raises(RunError) as error:
        placement.place(*arguments)
    assert re.search(said, str(error.value))


def test_large_leaves_take_a_share_of_the_memory():
    module = experiment_file.load_module(EXPERIMENT)
    experiment = module.build(module.Config(widths=(256, 512)))
    placed = placement.place(None, 16, model_parallel=4)
    assert dict(placed.mesh.shape) == {"data": 2, "model": 4}
    compiled = program.compile_program(
        experiment, placed, (0,), {0: experiment.data(0)}
    )
    state, totals, batch = compiled.init(), compiled.zeros(), experiment.data(0)
    for _ in range(2):
        state, totals, _ = compiled.step_at(0)(state, totals, compiled.put(batch), ())
    large = 0
    for leaf in jax.tree.leaves(state):
        share = max(shard.data.size for shard in leaf.addressable_shards)
        parts = 4 if leaf.size >= placement.LARGE else 1
        assert share * parts == leaf.size
        large += parts == 4
    assert large == 2 * 3 + 1  # both players' kernel and moments, and the average


def test_model_parallel_is_one_device(train, tmp_path):
    """To rounding; and what it saves goes on, on other devices."""
    parallel = ("--devices", 8, "--model-parallel", 4)
    train(*WIDE, "--steps", 20, run="whole")
    train(*WIDE, "--steps", 10, *parallel)
    on_eight = stored_run.load(tmp_path / "run").state
    train(*WIDE, "--steps", 20, "--model-parallel", 2, "--devices", 2)
    assert_alike(tmp_path / "run", tmp_path / "whole")
    on_one = stored_run.load(tmp_path / "whole", 10).state
    jax.tree.map(
        lambda one, other: np.testing.assert_allclose(one, other, atol=1e-4),
        on_eight._replace(key=()),
        on_one._replace(key=()),
    )
