"""Keys by place in the global batch, named streams, and means over devices."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxgan.core import Context, example_keys
from jaxgan.core.context import stream_number


def bits(keys):
    return np.asarray(jax.random.key_data(keys))


def test_keys_are_fold_ins():
    key = jax.random.key(7)
    keys = example_keys(key, 3)
    for index in range(3):
        wanted = bits(jax.random.fold_in(key, index))
        np.testing.assert_array_equal(bits(keys[index]), wanted)


def test_keys_do_not_depend_on_devices():
    key = jax.random.key(7)
    wanted = bits(example_keys(key, 16))
    for devices in (1, 2, 4, 8):
        local = jax.pmap(
            lambda _, n=16 // devices: jax.random.key_data(example_keys(key, n, "d")),
            "d",
            devices=jax.devices()[:devices],
        )
        seen = np.asarray(local(jnp.arange(devices))).reshape(wanted.shape)
        np.testing.assert_array_equal(seen, wanted)


@given(names=st.lists(st.text(), min_size=2, max_size=6, unique=True))
@settings(max_examples=50, deadline=None)
def test_streams_are_told_apart(names):
    numbers = [stream_number(name) for name in names]
    assert len(set(numbers)) == len(names)
    assert all(0 <= number < 2**31 for number in numbers)


def test_streams_are_stable():
    """A constant of every saved run: the low 31 bits of the name's CRC-32."""
    assert stream_number("latent") == 1827798387


def test_thinning_is_the_same_on_every_number_of_devices():
    """Every other example of halves are every other one of the whole."""
    keys, batch = example_keys(jax.random.key(7), 8), jnp.arange(8)
    whole = Context(keys, batch).thinned(4)
    np.testing.assert_array_equal(whole.batch, [0, 2, 4, 6])
    halves = [Context(keys[i : i + 4], batch[i : i + 4]).thinned(2) for i in (0, 4)]
    parts = np.concatenate([bits(half.keys) for half in halves])
    np.testing.assert_array_equal(parts, bits(whole.keys))
    assert whole.thinned(4) is whole
    with pytest.raises(ValueError, match="examples: saw 3, wanted a divisor of 8"):
        Context(keys, batch).thinned(3)


def test_forks_are_independent():
    context = Context(example_keys(jax.random.key(0), 4))
    drawn = [
        bits(context.draw("a")),
        bits(context.draw("b")),
        bits(context.fork("a").draw("b")),
        bits(context.fork("b").draw("a")),
        bits(context.keys),
    ]
    stacked = np.concatenate(drawn)
    assert len(np.unique(stacked, axis=0)) == len(stacked)


def test_mean_is_over_examples_and_devices():
    x = jax.random.normal(jax.random.key(0), (8, 3))
    keys = example_keys(jax.random.key(0), 2)
    mapped = jax.pmap(
        lambda x: Context(keys, axis_name="d").mean({"x": x})["x"],
        "d",
        devices=jax.devices()[:4],
    )
    seen = mapped(x.reshape(4, 2, 3))
    for row in np.asarray(seen):
        np.testing.assert_allclose(row, x.mean(0), rtol=1e-5, atol=1e-7)


def test_context_is_a_pytree_with_static_surroundings():
    context = Context(example_keys(jax.random.key(0), 2), axis_name="d", train=True)
    through = jax.jit(lambda c: c)(context)
    assert through.axis_name == "d"
    assert through.train is True


def test_gather_is_the_global_batch():
    numbers = jnp.arange(8.0)
    np.testing.assert_array_equal(
        Context(jax.random.split(KEY, 8)).gather(numbers), numbers
    )
    keys = jax.random.split(KEY, 8).reshape(4, 2)
    gathered = jax.pmap(
        lambda keys, x: Context(keys, axis_name="d").gather(x),
        "d",
        devices=jax.devices()[:4],
    )(keys, numbers.reshape(4, 2))
    np.testing.assert_array_equal(gathered, np.tile(numbers, (4, 1)))


def test_gradients_come_back_through_gather():
    """Of the mean over all pairs, as on one device."""
    x = jax.random.normal(KEY, (8, 3))
    scale = jnp.array([1.0, -2.0, 0.5])

    def gradient(x, context):
        def loss(scale):
            rows = x * scale[None]
            return context.mean(jnp.tanh(rows @ context.gather(rows).T).sum(1)), ()

        return context.value_and_grad(loss)(scale)[1]

    wanted = gradient(x, Context(jax.random.split(KEY, 8)))
    seen = jax.pmap(
        lambda keys, x: gradient(x, Context(keys, axis_name="d")),
        "d",
        devices=jax.devices()[:4],
    )(jax.random.split(KEY, 8).reshape(4, 2), x.reshape(4, 2, 3))
    np.testing.assert_allclose(seen, np.tile(wanted, (4, 1)), rtol=1e-4)


KEY = jax.random.key(0)
