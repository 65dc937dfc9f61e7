"""What the laws leave: the average counts images, work is shared, misuse is told."""

import dataclasses

import jax
import numpy as np
import optax
import pytest
from jax.sharding import AxisType, NamedSharding
from jax.sharding import PartitionSpec as P

from jaxgan import losses, testing
from jaxgan.core import Players, Turn, schedules
from jaxgan.core.state import SEED_AXES
from jaxgan.core.turns import turn_names
from jaxgan.terms import adversarial
from tests.conformance.games import GAMES, SIZE

play = adversarial(losses.nonsaturating)
sgd = optax.sgd(0.1)


def subject(*turns, game="plain", **options):
    case = GAMES[game]
    turns = turns or (Turn("discriminator", (play,)), Turn("generator", (play,)))
    return testing.Subject(
        case.game(), turns, Players(sgd, sgd), case.batch(), **options
    )


def flops(compiled):
    return compiled.cost_analysis()["flops"]


@pytest.mark.parametrize("game", ["planar", "projected"])
def test_every_device_computes_its_share_only(game):
    """Without the constraint on the keys, each of 8 devices computes all examples."""
    devices = jax.device_count()
    assert devices == 8
    one = subject(game=game)
    # More examples than the batch statistics' group and parameters' work weigh.
    batch = jax.tree.map(lambda x: np.repeat(x, 16, axis=0), one.batch)
    mesh = jax.make_mesh((devices,), ("data",), axis_types=(AxisType.Auto,))
    split = NamedSharding(mesh, P("data"))
    state = jax.eval_shape(one.init)
    whole = flops(jax.jit(one.step()).lower(state, batch).compile())
    replicated = jax.device_put(one.init(), NamedSharding(mesh, P()))
    step = jax.jit(one.step(sharding=split))
    share = flops(step.lower(replicated, jax.device_put(batch, split)).compile())
    assert share < 1.3 * whole / devices


def test_the_generators_turn_does_not_judge_real_examples():
    """Unless its loss compares: then it must, forward only."""
    compare = adversarial(losses.relativistic)

    def cost(term):
        made = subject(Turn("generator", (term,)), game="lesson")
        state = jax.eval_shape(made.init)
        return flops(jax.jit(made.step()).lower(state, made.batch).compile())

    matrices = 2 * SIZE * (64 * 8 + 8 * 8 + 8)
    assert cost(compare) - cost(play) > 0.9 * matrices


@pytest.mark.parametrize("shared", [False, True])
def test_shared_draws_are_the_same_fakes(shared):
    """Of a discriminator that stands still, as seen on both turns."""
    one = dataclasses.replace(subject(), optimizers=Players(sgd, optax.sgd(0.0)))
    _, measured = jax.jit(one.step(shared_draws=shared))(one.init(), one.batch)
    seen = {measured[f"{name}/fake_logits"].total.item() for name in Players._fields}
    assert len(seen) == (1 if shared else 2)


def test_shared_fakes_are_made_once():
    one = subject(game="lesson")
    state = jax.eval_shape(one.init)

    def cost(**options):
        lowered = jax.jit(one.step(**options)).lower(state, one.batch)
        return flops(lowered.compile())

    params = jax.tree.leaves(state.variables.generator["params"])
    matrices = 2 * SIZE * sum(x.size for x in params if x.ndim == 2)
    assert cost() - cost(shared_draws=True) > 0.9 * matrices


def test_a_turn_that_is_not_due_moves_and_measures_nothing():
    one = subject(Turn("discriminator", (play,)), Turn("generator", (play,), every=3))
    state = one.init()
    counts, moved = [], []
    for _ in range(6):
        after, measured = one.jitted_step(state, one.batch)
        counts.append(int(measured["generator/loss"].count))
        moved.append(not _equal(state.variables.generator, after.variables.generator))
        state = after
    assert counts == [0, 0, 1, 0, 0, 1]
    assert moved == [bool(count) for count in counts]


def test_turns_start_and_stop():
    """Pixels first, then against the critic, as SRGAN trains; each measures logits."""
    one = subject(
        Turn("discriminator", (play,), start=2),
        Turn("generator", (play,), stop=3, name="alone"),
        Turn("generator", (play,), every=2, start=3),
    )
    names = turn_names(one.turns)
    assert names == ["discriminator", "alone", "generator"]
    state, seen = one.init(), []
    for _ in range(6):
        before = state.variables
        state, measured = one.jitted_step(state, one.batch)
        due = [int(measured[f"{name}/loss"].count) for name in names]
        logits = [int(measured[f"{name}/fake_logits"].count) for name in names]
        assert due == logits
        moved = [not _equal(*pair) for pair in zip(before, state.variables)]
        assert moved == [bool(due[1] + due[2]), bool(due[0])]
        seen.append(due)
    assert seen == [[0, 1, 0], [0, 1, 0], [1, 1, 0], [1, 0, 1], [1, 0, 0], [1, 0, 1]]


def branches(step, *arguments):
    """How many conditionals a step has."""
    return str(jax.make_jaxpr(step)(*arguments)).count(" cond[")


def test_only_turns_that_may_be_skipped_are_branches():
    """Also for many seeds, whose step is one number: a choice would pay for both."""
    turns = Turn("discriminator", (play,)), Turn("generator", (play,))
    for late, count in (
        ({}, 0),
        ({"every": 2}, 1),
        ({"start": 5}, 1),
        ({"stop": 5}, 1),
    ):
        one = subject(turns[0], turns[1]._replace(**late))
        state = jax.eval_shape(one.init)
        assert branches(one.step(), state, one.batch) == count
        several = jax.tree.map(
            lambda x: jax.ShapeDtypeStruct((3, *x.shape), x.dtype), state
        )._replace(step=state.step)
        many = jax.vmap(one.step(), (SEED_AXES, None), (SEED_AXES, 0))
        assert branches(many, several, one.batch) == count


def _equal(left, right):
    pairs = zip(jax.tree.leaves(left), jax.tree.leaves(right))
    return all(np.array_equal(a, b) for a, b in pairs)


@pytest.mark.parametrize("parts", [1, 4])
def test_the_average_counts_images(parts):
    """After as many images as the half-life, half of the old average is left."""
    one = subject(ema_decay=schedules.half_life(float(SIZE)))
    before = one.init()
    after, _ = jax.jit(one.step(microbatches=parts))(before, one.batch)
    expected = jax.tree.map(
        lambda old, new: 0.5 * (old + new),
        before.ema["params"],
        after.variables.generator["params"],
    )
    for wanted, seen in zip(
        jax.tree.leaves(expected), jax.tree.leaves(after.ema["params"]), strict=True
    ):
        np.testing.assert_allclose(seen, wanted, rtol=1e-6, atol=1e-8)


def test_without_an_average_it_is_the_generator():
    one = subject(ema_decay=schedules.no_average)
    after, _ = one.jitted_step(one.init(), one.batch)
    assert _equal(after.ema, after.variables.generator)


def test_weights_scale_the_loss_and_not_the_measurement():
    heavy = play._replace(weight=3.0)
    one = subject(Turn("generator", (heavy,)))
    _, measured = one.jitted_step(one.init(), one.batch)
    totals = {name: float(mean.total) for name, mean in measured.items()}
    assert totals["generator/loss"] == pytest.approx(
        3.0 * totals["generator/adversarial"]
    )


def test_microbatches_must_divide():
    with pytest.raises(ValueError, match="microbatches: saw 0, wanted at least 1"):
        subject().step(microbatches=0)
    one = subject()
    step = one.step(microbatches=3)
    with pytest.raises(
        ValueError, match=r"saw 16 examples.*multiple of microbatches=3"
    ):
        jax.eval_shape(step, one.init(), one.batch)


def test_a_batch_has_one_size():
    one = subject(game="projected")
    batch = one.batch._replace(given=one.batch.given[:3])
    with pytest.raises(ValueError, match="batch: saw leading axes"):
        jax.eval_shape(one.step(), one.init(), batch)
    with pytest.raises(ValueError, match="batch: saw leading axes"):
        jax.eval_shape(one.step(), one.init(), one.batch._replace(given=0))
