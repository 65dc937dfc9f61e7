"""Draws are per example; dropout keeps the mean."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import linen as nn

from jaxgan.core import Context, example_keys
from jaxgan.nn import Dropout, normal, normals, uniform

KEYS = example_keys(jax.random.key(0), 8)
TRAIN = Context(KEYS, train=True)


@pytest.mark.parametrize("draw", [normal, uniform])
def test_draws_follow_their_keys(draw):
    x = draw(KEYS, (3, 2))
    assert x.shape == (8, 3, 2)
    assert x.dtype == jnp.float32
    np.testing.assert_array_equal(draw(KEYS[::-1], (3, 2)), x[::-1])
    # A few ulp: float draws may differ between batch sizes.
    np.testing.assert_allclose(draw(KEYS[2:4], (3, 2)), x[2:4], rtol=1e-6)


def test_several_draws_are_parts_of_one():
    first, second = normals(KEYS, [(3, 2), (4,)])
    whole = normal(KEYS, (10,))
    np.testing.assert_array_equal(first.reshape(8, 6), whole[:, :6])
    np.testing.assert_array_equal(second, whole[:, 6:])


def test_moments():
    x = np.asarray(normal(KEYS, (20_000,)))
    # Five standard errors of 160 000 draws.
    np.testing.assert_allclose(x.mean(), 0.0, atol=5 / 400)
    np.testing.assert_allclose(x.var(), 1.0, atol=5 * 2**0.5 / 400)
    y = np.asarray(uniform(KEYS, (20_000,), -1.0, 3.0))
    assert -1.0 <= y.min() < y.max() < 3.0
    np.testing.assert_allclose(y.mean(), 1.0, atol=5 * (4 / 12**0.5) / 400)


def test_dropout():
    x = jnp.ones((8, 10_000))
    y = np.asarray(Dropout(0.3).apply({}, x, TRAIN))
    np.testing.assert_allclose(np.unique(y), [0.0, 1 / 0.7], rtol=1e-6)
    kept = (y > 0).mean(axis=1)
    np.testing.assert_allclose(kept, 0.7, atol=5 * (0.21 / 10_000) ** 0.5)
    assert not np.array_equal(y[0], y[1])
    reverse = dataclasses.replace(TRAIN, keys=KEYS[::-1])
    np.testing.assert_array_equal(Dropout(0.3).apply({}, x, reverse), y[::-1])


def test_dropout_is_the_identity_when_it_should_be():
    x = jnp.ones((8, 5))
    still = dataclasses.replace(TRAIN, train=False)
    np.testing.assert_array_equal(Dropout(0.3).apply({}, x, still), x)
    np.testing.assert_array_equal(Dropout(0.0).apply({}, x, TRAIN), x)
    with pytest.raises(ValueError, match=r"rate: saw 1.0, wanted a number in \[0, 1\)"):
        Dropout(1.0).apply({}, x, TRAIN)


def test_layers_of_one_network_drop_differently():
    class Two(nn.Module):
        @nn.compact
        def __call__(self, x, context):
            return Dropout(0.5)(x, context), Dropout(0.5)(x, context)

    first, second = Two().apply({}, jnp.ones((8, 100)), TRAIN)
    assert not np.array_equal(first, second)


def test_dropout_at_use():
    x = jnp.ones((8, 5))
    still = dataclasses.replace(TRAIN, train=False)
    dropped = Dropout(0.3, at_use=True).apply({}, x, still)
    np.testing.assert_array_equal(dropped, Dropout(0.3).apply({}, x, TRAIN))
