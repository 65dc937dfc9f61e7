"""The latent game's wiring: draws, conditions, and its errors."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import linen as nn

from jaxgan.core import Context, Sample, Verdict, example_keys
from jaxgan.games.latent import (
    LatentGame,
    as_data,
    uniform_labels,
)
from jaxgan.nn import Packed


class Echo(nn.Module):
    """Records what it was called with, as its output."""

    features: int = 2

    @nn.compact
    def __call__(self, value, given, context):
        assert isinstance(context, Context)
        offset = 0.0 if isinstance(given, tuple) else given.astype(jnp.float32)[:, None]
        return nn.Dense(self.features)(value) + offset


class Judge(nn.Module):
    @nn.compact
    def __call__(self, value, given, context):
        del given, context
        return nn.Dense(1)(value)[:, 0]


BATCH = Sample(jnp.ones((6, 2)), jnp.array([0, 1, 2, 0, 1, 2]))


def context(batch=BATCH, seed=0):
    return Context(example_keys(jax.random.key(seed), 6), batch, train=True)


def make(conditioning=None, **options):
    if conditioning is not None:
        options["conditioning"] = conditioning
    game = LatentGame(Echo(), Judge(), latent_size=3, **options)
    return game, game.init(jax.random.key(0), BATCH)


def test_unconditional_ignores_labels():
    game, players = make()
    latent, _ = game.latent(players.generator, context())
    assert latent.value.shape == (6, 3)
    real, _ = game.real(players.generator, latent, context())
    assert latent.given == () == real.given
    np.testing.assert_array_equal(real.value, BATCH.value)
    fake, _ = game.generate(players.generator, latent, context())
    verdict, _ = game.discriminate(players.discriminator, fake, context())
    assert isinstance(verdict, Verdict)
    assert verdict.logits.shape == (6,)


def test_as_data_keeps_each_label():
    game, players = make(as_data)
    latent, _ = game.latent(players.generator, context())
    np.testing.assert_array_equal(latent.given, BATCH.given)
    fake, _ = game.generate(players.generator, latent, context())
    np.testing.assert_array_equal(fake.given, BATCH.given)


class Talker(nn.Module):
    """Says beside its value how long the latent is."""

    @nn.compact
    def __call__(self, value, given, context):
        lengths = jnp.linalg.norm(value, axis=1)
        return Sample(nn.Dense(2)(value), features=lengths)


def test_a_generator_may_say_something_beside():
    game = LatentGame(Talker(), Judge(), latent_size=3, conditioning=as_data)
    players = game.init(jax.random.key(0), BATCH)
    latent, _ = game.latent(players.generator, context())
    fake, _ = game.generate(players.generator, latent, context())
    assert fake.value.shape == (6, 2)
    np.testing.assert_array_equal(fake.given, BATCH.given)
    np.testing.assert_allclose(
        fake.features, np.linalg.norm(latent.value, axis=1), 1e-6
    )
    quiet = game.discriminate(
        players.discriminator, fake._replace(features=()), context()
    )
    seen = game.discriminate(players.discriminator, fake, context())
    np.testing.assert_array_equal(seen[0].logits, quiet[0].logits)


def test_uniform_labels_are_uniform_and_keyed():
    game, players = make(uniform_labels(3))
    labels = [
        game.latent(players.generator, context(seed=seed))[0].given
        for seed in range(200)
    ]
    counts = np.bincount(np.concatenate(labels), minlength=3)
    # 1200 draws of ⅓ each: five standard deviations are 82.
    assert np.all(np.abs(counts - 400) < 82)
    again, _ = game.latent(players.generator, context(seed=0))
    np.testing.assert_array_equal(again.given, labels[0])


def test_latents_are_standard_normal_by_example():
    game, players = make()
    big = Context(example_keys(jax.random.key(1), 4096), train=False)
    z = np.asarray(game.latent(players.generator, big)[0].value)
    assert abs(z.mean()) < 0.05
    assert abs(z.std() - 1) < 0.05
    assert len(np.unique(z)) > 0.99 * z.size
    uniform, _ = make(draw=jax.random.uniform)
    assert uniform.latent(players.generator, big)[0].value.min() >= 0


@pytest.mark.parametrize("conditioning", [as_data, uniform_labels(3)])
def test_missing_labels_are_named(conditioning):
    game = LatentGame(Echo(), Judge(), latent_size=3, conditioning=conditioning)
    with pytest.raises(ValueError, match=r"given: saw \(\), wanted labels"):
        game.init(jax.random.key(0), Sample(jnp.ones((6, 2))))


def test_bad_arguments():
    with pytest.raises(ValueError, match="latent_size: saw 0"):
        LatentGame(Echo(), Judge(), latent_size=0)
    with pytest.raises(ValueError, match="classes: saw 1"):
        uniform_labels(1)


def test_packing_joins_contiguous_examples_by_channel():
    """PacGAN: rows (0, 1), (2, 3), ... side by side in the last axis."""
    seen = {}

    class Spy(nn.Module):
        @nn.compact
        def __call__(self, value, given, context):
            seen.update(value=value, given=given, keys=context.keys)
            return jnp.sum(value, axis=tuple(range(1, value.ndim)))

    images = jnp.arange(4 * 2 * 3 * 2, dtype=jnp.float32).reshape(4, 2, 3, 2)
    labels, keys = jnp.arange(4), example_keys(jax.random.key(0), 4)
    module = Packed(Spy(), 2)
    logits = module.apply({}, images, labels, Context(keys))
    assert logits.shape == (2,)
    wanted = np.concatenate([images[0::2], images[1::2]], axis=-1)
    np.testing.assert_array_equal(seen["value"], wanted)
    np.testing.assert_array_equal(seen["given"], [[0, 1], [2, 3]])
    assert seen["keys"].shape == (2,)
    with pytest.raises(ValueError, match="saw 3 examples"):
        module.apply({}, images[:3], labels[:3], Context(keys[:3]))
