"""What a turn does not name rests, bit for bit; what it names moves as if alone."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxgan import losses, optimizers, recipes, testing
from jaxgan.core import Players, Turn
from jaxgan.core.parts import divide
from jaxgan.core.turns import turn_names
from jaxgan.terms import adversarial
from jaxgan.testing.comparison import assert_equal
from tests.conformance.games import FEW, GAMES

play = adversarial(losses.nonsaturating)

PARAMS = {
    "first": {"kernel": np.arange(6.0, dtype=np.float32).reshape(2, 3) + 1.0},
    "second": {"kernel": np.ones((3, 2), np.float32), "bias": np.ones(2, np.float32)},
    "third": np.full((4,), 2.0, np.float32),
}
PARTS = ["first", "second", "second/bias", "second/kernel", "third"]
OPTIMIZERS = {
    "sgd": optax.sgd(0.1),
    "momentum": optax.sgd(0.1, momentum=0.9),
    "adam": optax.adam(0.1),
    "adamw": optax.adamw(0.1, weight_decay=0.3),
    "rmsprop": optax.rmsprop(0.1),
    "injected": recipes.r3gan().optimizers.generator,
    "clipped": optax.chain(optax.adam(0.1), optimizers.clip_weights(1.5)),
    "warmed up": optimizers.warmed_up(optax.adam(0.1), 5),
    "forgetting": optimizers.forgetting(optax.adam(0.1), lambda count: count // 2),
}


def named(tree):
    leaves = jax.tree_util.tree_leaves_with_path(tree)
    name = jax.tree_util.keystr
    return {name(path, simple=True, separator="/"): x for path, x in leaves}


def is_part(name, parts):
    return any(f"{name}/".startswith(f"{part}/") for part in parts)


def random_like(tree, seed):
    draw = np.random.default_rng(seed)
    return jax.tree.map(lambda x: draw.normal(size=x.shape).astype(x.dtype), tree)


def played(optimizer, params, parts, count):
    """Parameters and optimizer state after so many updates of parts."""
    state, division = optimizer.init(params), divide(params, parts)
    start = state
    for seed in range(count):
        division = divide(params, parts)
        gradient = divide(random_like(PARAMS, seed), parts).moving
        step = jnp.int32(seed)
        updates, state = division.update(optimizer, gradient, state, step)
        params = division.join(optax.apply_updates(division.moving, updates))
    return start, params, state


@given(parts=st.lists(st.sampled_from(PARTS), max_size=4))
def test_every_parameter_moves_or_rests(parts):
    division = divide(PARAMS, parts)
    moving, resting = named(division.moving), named(division.resting)
    assert not moving.keys() & resting.keys()
    assert moving.keys() | resting.keys() == named(PARAMS).keys()
    assert all(is_part(name, parts) or not parts for name in moving)
    assert not any(is_part(name, parts) for name in resting)
    assert_equal(PARAMS, division.join(division.moving), "all")


@pytest.mark.parametrize("name", OPTIMIZERS)
@given(parts=st.lists(st.sampled_from(PARTS), min_size=1, max_size=3))
@settings(deadline=None, max_examples=6)
def test_what_rests_stays_and_so_does_what_is_remembered_of_it(name, parts):
    """In every optimizer, even one that decays or clips weights without a gradient."""
    with jax.numpy_dtype_promotion("standard"):
        start, params, state = played(OPTIMIZERS[name], PARAMS, parts, 3)
    for path, leaf in named(params).items():
        stays = np.array_equal(leaf, named(PARAMS)[path])
        assert stays != is_part(path, parts), path
    before = named(start)
    for path, leaf in named(state).items():
        of = [name for name in named(PARAMS) if path.endswith(f"/{name}")]
        if of and not is_part(of[0], parts):
            np.testing.assert_array_equal(leaf, before[path], path)


@pytest.mark.parametrize("name", OPTIMIZERS)
@given(parts=st.lists(st.sampled_from(PARTS), min_size=1, max_size=3))
@settings(deadline=None, max_examples=4)
def test_what_moves_does_as_if_it_were_alone(name, parts):
    """All these optimizers go through parameters one by one."""
    optimizer = OPTIMIZERS[name]
    with jax.numpy_dtype_promotion("standard"):
        _, some, _ = played(optimizer, PARAMS, parts, 3)
        _, every, _ = played(optimizer, PARAMS, (), 3)
    for path, leaf in named(divide(some, parts).moving).items():
        np.testing.assert_array_equal(leaf, named(every)[path])


@pytest.mark.parametrize("steps", [0, 3])
def test_warmed_up_by_the_step_of_the_run(steps):
    """Updates are a share of the optimizer's own, whose state is the same."""
    optimizer = optax.adam(0.1)
    gentle = optimizers.warmed_up(optimizer, steps)
    state = gentle.init(PARAMS)
    assert jax.tree.structure(state) == jax.tree.structure(optimizer.init(PARAMS))
    gradient = random_like(PARAMS, 0)
    with jax.numpy_dtype_promotion("standard"):
        whole, after = optimizer.update(gradient, state, PARAMS)
        made = {
            step: gentle.update(gradient, state, PARAMS, step=jnp.int32(step))
            for step in (0, 2, 99)
        }
    for step, (seen, kept) in made.items():
        share = min(1.0, (step + 1) / (steps + 1))
        assert_equal(after, kept, "state")
        for one, other in zip(jax.tree.leaves(seen), jax.tree.leaves(whole)):
            np.testing.assert_allclose(one, share * other, rtol=1e-6)
    with pytest.raises(ValueError, match="steps: saw -1"):
        optimizers.warmed_up(optimizer, -1)


def test_a_train_step_tells_optimizers_its_step():
    """So that a warm-up has its length, however many turns a player has."""
    sgd, moved = optax.sgd(0.01), []
    for optimizer in (sgd, optimizers.warmed_up(sgd, 1)):
        case = subject(optimizer=optimizer)
        before = case.init()
        after, _ = case.jitted_step(before, case.batch)
        pairs = zip(
            jax.tree.leaves(before.variables.discriminator["params"]),
            jax.tree.leaves(after.variables.discriminator["params"]),
        )
        moved.append([np.asarray(new - old) for old, new in pairs])
    for whole, half in zip(*moved):
        np.testing.assert_allclose(2 * half, whole, rtol=1e-3, atol=1e-6)


def subject(parts=(), optimizer=None, **turn):
    case = GAMES["plain"]
    adam = optimizer or optax.adam(0.01, b1=0.5)
    turns = (
        Turn("discriminator", (play,), parts=parts, **turn),
        Turn("generator", (play,)),
    )
    return testing.Subject(case.game(), turns, Players(adam, adam), case.batch())


def of_discriminator(state):
    return named(state.variables.discriminator["params"])


def test_a_step_moves_parts_alone():
    """Their gradient is that of a turn of all; microbatches and lazy turns agree."""
    parts = (next(iter(subject().init().variables.discriminator["params"])),)
    one = subject(parts)
    before = one.init()
    after, measured = one.jitted_step(before, one.batch)
    whole, of_all = subject().jitted_step(before, one.batch)
    lazy = subject(parts, every=2)
    late, _ = lazy.jitted_step(before._replace(step=jnp.int32(1)), one.batch)
    split, _ = jax.jit(one.step(microbatches=4))(before, one.batch)
    rests = 0
    for name, leaf in of_discriminator(after).items():
        if is_part(name, parts):
            np.testing.assert_allclose(leaf, of_discriminator(whole)[name], rtol=1e-6)
            assert not np.array_equal(leaf, of_discriminator(before)[name])
            continue
        rests += 1
        for state in (after, late, split):
            np.testing.assert_array_equal(
                of_discriminator(state)[name], of_discriminator(before)[name]
            )
    assert rests
    adam, fresh = after.opt_state.discriminator[0], before.opt_state.discriminator[0]
    assert int(adam.count) == 1
    for moments, zeros in ((adam.mu, fresh.mu), (adam.nu, fresh.nu)):
        for name, leaf in named(moments).items():
            assert np.array_equal(leaf, named(zeros)[name]) != is_part(name, parts)
    norms = [m["discriminator/gradient_norm"].total for m in (measured, of_all)]
    assert 0 < norms[0] < norms[1]


def test_all_parts_are_none():
    names = tuple(subject().init().variables.discriminator["params"])
    one, other = subject(), subject(names)
    state, _ = one.jitted_step(one.init(), one.batch)
    again, _ = other.jitted_step(other.init(), other.batch)
    assert_equal(state, again, "all parts")


@pytest.mark.slow
def test_the_laws_of_a_step_with_parts():
    parts = (next(iter(subject().init().variables.discriminator["params"])),)
    one = subject(parts, optax.sgd(0.05))
    testing.check_only_the_mover_changes(one)
    testing.check_transformations_agree(one, only=FEW)
    testing.check_resuming_is_exact(one)
    testing.check_second_call_does_not_trace(one)


def test_what_is_no_part():
    one = subject(("nowhere",))
    said = r"turns: discriminator.parts: saw 'nowhere', wanted some of \['"
    with pytest.raises(ValueError, match=said):
        jax.eval_shape(one.step(), jax.eval_shape(one.init), one.batch)
    for parts in ("head", ("",), (3,), 4):
        turn = Turn("generator", (play,), parts=parts)  # pyright: ignore
        with pytest.raises(
            TypeError, match=r"turns\[0\].parts: saw .*, wanted a tuple"
        ):
            turn_names([turn])
