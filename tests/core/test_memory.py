"""What terms remember from the examples themselves: as kept by one loop over them."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jax import lax
from jax.sharding import AxisType, NamedSharding
from jax.sharding import PartitionSpec as P

from jaxgan import losses, testing
from jaxgan.core import Players, Sample, Term, Turn
from jaxgan.terms import adversarial
from tests.conformance.games import FEW, GAMES, SIZE

play = adversarial(losses.nonsaturating)
sgd = optax.sgd(0.05)


def queue(length):
    """The last examples, in their order, and how many there were; no loss."""

    def apply(state, play):
        rows = play.context.all_rows(play.real.value)

        def push(state, row):
            place = state["count"] % length
            rows = lax.dynamic_update_index_in_dim(state["rows"], row, place, 0)
            return {"rows": rows, "count": state["count"] + 1}, None

        state = lax.scan(push, state, rows)[0]
        return jnp.zeros(rows.shape[0]), state

    def init():
        return {"rows": jnp.zeros((length, 2)), "count": jnp.zeros((), jnp.int32)}

    return Term("queue", apply, init, memory="kept")


def swap(length):
    """Moves the discriminator by examples of earlier ones, each swapped for its own.

    The place is the example's key's, as are those of an image pool.
    """

    def apply(state, play):
        context = play.context
        examples = context.all_rows((play.fake.value, context.draw("swap")))

        def exchange(pool, example):
            row, key = example
            place = jax.random.randint(key, (), 0, length)
            taken = lax.dynamic_index_in_dim(pool, place, 0, keepdims=False)
            return lax.dynamic_update_index_in_dim(pool, row, place, 0), taken

        state, taken = lax.scan(exchange, state, examples)
        count = play.fake.value.shape[0]
        start = 0
        if context.axis_name is not None:
            start = count * lax.axis_index(context.axis_name)
        own = lax.dynamic_slice_in_dim(taken, start, count)
        logits = play.discriminate(Sample(own), "pool").logits
        return jax.nn.softplus(logits), state

    return Term("swap", apply, lambda: jnp.zeros((length, 2)), memory="kept")


def subject(*terms):
    case = GAMES["plain"]
    turns = Turn("discriminator", (play, *terms)), Turn("generator", (play,))
    return testing.Subject(case.game(), turns, Players(sgd, sgd), case.batch())


@pytest.mark.slow  # CycleGAN's pools are quick rows of the laws
def test_laws():
    """Of a pool from which the discriminator learns."""
    one = subject(swap(5))
    testing.check_transformations_agree(one, only=(*FEW, "sharded jit"))
    testing.check_resuming_is_exact(one)
    testing.check_explicit_mesh_agrees(one)


def split(devices):
    mesh = jax.make_mesh((devices,), ("data",), axis_types=(AxisType.Auto,))
    return NamedSharding(mesh, P("data"))


@functools.cache
def step_of(length, devices, parts, mapped):
    """A jitted step of `queue`, over devices by `shard_map` or by sharding."""
    one = subject(queue(length))
    if not mapped:
        return jax.jit(one.step(microbatches=parts, sharding=split(devices)))
    step = one.step(axis_name="data", microbatches=parts)
    specs = {"in_specs": (P(), P("data")), "out_specs": P()}
    return jax.jit(jax.shard_map(step, mesh=split(devices).mesh, **specs))


def seen_by(length, devices, parts, mapped, steps):
    one = subject(queue(length))
    state = jax.device_put(one.init(), NamedSharding(split(devices).mesh, P()))
    step = step_of(length, devices, parts, mapped)
    batches = np.random.default_rng(steps).normal(size=(steps, SIZE, 2))
    for batch in batches.astype(np.float32):
        state, _ = step(state, jax.device_put(Sample(batch), split(devices)))
    return batches.astype(np.float32), state.terms["discriminator"]["queue"]


@given(
    length=st.sampled_from([3, 24]),
    case=st.sampled_from([(1, 2), (2, 1), (4, 2)]),
    steps=st.integers(1, 4),
)
@settings(deadline=None, max_examples=12)
def test_examples_are_kept_in_their_order(length, case, steps):
    """On any number of devices and microbatches, bit for bit."""
    devices, parts = case
    batches, seen = seen_by(length, devices, parts, False, steps)
    rows = batches.reshape(-1, 2)
    wanted = np.zeros((length, 2), np.float32)
    for number, row in enumerate(rows):
        wanted[number % length] = row
    np.testing.assert_array_equal(seen["rows"], wanted)
    assert seen["count"] == len(rows)


@pytest.mark.parametrize(("devices", "parts"), [(4, 1), (1, 2), (4, 2)])
def test_order_under_a_mapped_axis(devices, parts):
    """By microbatch first and then by device, which splits its own slice."""
    (batch,), seen = seen_by(SIZE, devices, parts, True, 1)
    wanted = batch.reshape(devices, parts, -1, 2).swapaxes(0, 1).reshape(-1, 2)
    np.testing.assert_array_equal(seen["rows"], wanted)
    if 1 in (devices, parts):
        np.testing.assert_array_equal(wanted, batch)


def test_means_are_averaged_as_before():
    """Beside what is kept, on the same turn."""

    def apply(state, play):
        del state
        return jnp.zeros(()), play.context.mean(play.real.value)

    mean = Term("mean", apply, lambda: jnp.zeros(2))
    one = subject(mean, queue(3))
    for step in (one.step(), one.step(microbatches=4)):
        state, _ = jax.jit(step)(one.init(), one.batch)
        memory = state.terms["discriminator"]
        np.testing.assert_allclose(
            memory["mean"], np.mean(one.batch.value, axis=0), rtol=1e-5
        )
        assert memory["queue"]["count"] == SIZE


def test_a_turn_that_is_not_due_keeps_its_memory():
    one = subject(queue(3))
    lazy = one.turns[0]._replace(every=2)
    one = testing.Subject(one.game, (lazy, one.turns[1]), one.optimizers, one.batch)
    state, _ = one.jitted_step(one.init(), one.batch)
    assert state.terms["discriminator"]["queue"]["count"] == 0
    state, _ = one.jitted_step(state, one.batch)
    assert state.terms["discriminator"]["queue"]["count"] == SIZE


def test_other_kinds_of_memory_are_refused():
    with pytest.raises(ValueError, match=r"queue.memory: saw 'pool', wanted \('mean'"):
        subject(queue(3)._replace(memory="pool")).step()
