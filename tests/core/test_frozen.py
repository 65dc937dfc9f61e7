"""Frozen networks: read by name in a step, never moved, never copied into it."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from jaxgan import losses, testing
from jaxgan.core import Context, Players, Term, Turn, example_keys
from jaxgan.core.frozen import FrozenNetworks
from jaxgan.terms import adversarial
from tests.conformance.games import GAMES

play = adversarial(losses.nonsaturating)
sgd = optax.sgd(0.05)
KERNEL = np.random.default_rng(0).normal(size=(2, 5)).astype(np.float32)


def guide(kernel_of):
    def apply(state, play):
        pair = (play.real.value, play.fake.value)
        real, fake = (jnp.tanh(x @ kernel_of(play.context)) for x in pair)
        return jnp.mean(jnp.square(real - fake), axis=1), state

    return Term("guide", apply)


def by_name(context):
    return context.frozen["map"]["kernel"]


def subject(kernel_of=by_name, frozen=None):
    case = GAMES["plain"]
    turns = Turn("discriminator", (play,)), Turn("generator", (play, guide(kernel_of)))
    return testing.Subject(
        case.game(),
        turns,
        Players(sgd, sgd),
        case.batch(),
        frozen={"map": {"kernel": jnp.asarray(KERNEL)}} if frozen is None else frozen,
    )


@pytest.mark.slow
def test_laws():
    one = subject()
    testing.check_step(
        one.game, one.turns, one.optimizers, one.batch, frozen=one.frozen
    )
    testing.check_explicit_mesh_agrees(one)


def test_they_stay():
    """And the generator hears of them."""
    one = subject()
    testing.check_frozen_networks_stay(one)
    moved = one.jitted_step(one.init(), one.batch)[0].variables.generator
    zero = subject(frozen={"map": {"kernel": jnp.zeros((2, 5))}})
    other = zero.jitted_step(zero.init(), one.batch)[0].variables.generator
    leaves = zip(*map(jax.tree.leaves, (moved, other)))
    assert not all(np.array_equal(a, b) for a, b in leaves)


def test_constants_are_found():
    """Of a term that closes over what it should read from the context."""
    closed = jnp.asarray(KERNEL)
    one = subject(lambda context: closed)
    with pytest.raises(AssertionError, match=r"law 7: a frozen network's array \[2, 5"):
        testing.check_frozen_networks_stay(one)


def test_what_is_missing_is_told():
    for frozen, seen in (({}, "none"), ({"vgg": {"kernel": KERNEL}}, r"\['vgg'\]")):
        one = subject(frozen=frozen)
        with pytest.raises(ValueError, match=f"saw {seen}, wanted 'map' among them"):
            jax.eval_shape(one.step(), one.init(), one.batch)


def test_contexts_are_trees():
    """With networks and without, through transformations."""
    keys = example_keys(jax.random.key(0), 3)
    frozen = FrozenNetworks(b={"x": jnp.ones(2)}, a=jnp.zeros(3))
    context = Context(keys, frozen=frozen)
    through = jax.jit(lambda context: context.fork("x"))(context)
    assert isinstance(through.frozen, FrozenNetworks)
    assert list(through.frozen) == ["a", "b"]
    np.testing.assert_array_equal(through.frozen["b"]["x"], 1.0)
    paths = [path for path, _ in jax.tree_util.tree_leaves_with_path(frozen)]
    assert [jax.tree_util.keystr(path) for path in paths] == ["['a']", "['b']['x']"]
    assert len(jax.tree.leaves(Context(keys))) == 2
