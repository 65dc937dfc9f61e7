"""Latents drawn of posteriors, by example, step and turn."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.core import Context, Sample, example_keys
from jaxgan.games.chain import ChainGame
from jaxgan.games.latent import LatentGame
from jaxgan.games.posterior import drawn
from jaxgan.models import dit, mlp

COUNT = 4_000
KEYS = example_keys(jax.random.key(0), COUNT)
MEAN = jnp.array([1.0, -2.0])
DEVIATION = jnp.array([0.5, 3.0])
MOMENTS = jnp.broadcast_to(jnp.concatenate([MEAN, DEVIATION]), (COUNT, 1, 1, 4))


def test_mean_and_deviation_of_draws():
    """Of 4,000 draws, within five of their standard errors."""
    seen = drawn(MOMENTS, Context(KEYS, train=True))[:, 0, 0]
    error = 5.0 * np.asarray(DEVIATION) / np.sqrt(COUNT)
    np.testing.assert_array_less(np.abs(np.mean(seen, axis=0) - MEAN), error)
    np.testing.assert_array_less(np.abs(np.std(seen, axis=0) - DEVIATION), error)


def test_by_example():
    half = slice(0, COUNT // 2)
    seen = drawn(MOMENTS, Context(KEYS, train=True))
    part = drawn(MOMENTS[half], Context(KEYS[half], train=True))
    np.testing.assert_array_equal(part, seen[half])
    other = drawn(MOMENTS, Context(KEYS, train=True).fork("another turn"))
    assert not np.array_equal(other, seen)


def test_means_where_nobody_trains():
    seen = drawn(MOMENTS, Context(KEYS))
    np.testing.assert_array_equal(seen[:, 0, 0], jnp.broadcast_to(MEAN, (COUNT, 2)))


def test_odd_channels_are_none():
    with pytest.raises(ValueError, match="value: saw 3 channels, wanted means and as"):
        drawn(MOMENTS[..., :3], Context(KEYS))


def test_a_game_shows_draws():
    batch = Sample(MOMENTS[:8])
    context = Context(KEYS[:8], batch, train=True)
    generator, judge = mlp.Generator((1, 1, 2)), mlp.Discriminator()
    game = LatentGame(generator, judge, 3, shown=drawn)
    real, _ = game.real({}, Sample(()), context)
    np.testing.assert_array_equal(real.value, drawn(batch.value, context))


def test_a_chain_draws_one_latent_of_a_picture():
    """Source and target of one step are of the same latent: x_t at t = 0 is the latent
    that x_s at a small s is near."""
    shape = {"width": 8, "depth": 1, "heads": 1, "patch": 1}
    generator = dit.Generator(**shape, shape=(1, 1, 2), times=1, residual=True)
    judge = dit.Discriminator(**shape, times=1)
    game = ChainGame(generator, judge, 2, shown=drawn, steps=2)
    context = Context(KEYS, Sample(MOMENTS), train=True)
    latent, _ = game.latent({}, context)
    real, _ = game.real({}, latent, context)
    start, end = (np.asarray(x) for x in latent.given.times)
    at_end = end == 0.0  # there s = ½: x_s = (x + z) / 2, and x_t = x
    assert at_end.sum() > 100
    np.testing.assert_array_equal(start[at_end], 0.5)
    shown = np.asarray(drawn(MOMENTS, context)).reshape(COUNT, 2)
    np.testing.assert_allclose(
        np.asarray(real.value).reshape(COUNT, 2)[at_end], shown[at_end], rtol=1e-6
    )
    noise = 2.0 * np.asarray(latent.value)[at_end] - shown[at_end]
    np.testing.assert_allclose(noise.std(axis=0), 1.0, atol=0.1)
