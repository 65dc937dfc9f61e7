"""The paired game: who sees which source, degraded ones, noise, and what is refused."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import linen as nn

from jaxgan import init_state, losses, make_step, recipes
from jaxgan.core import Augment, Context, Sample, State, example_keys
from jaxgan.core.abilities import Applicable, conditioned, is_labelled
from jaxgan.core.scene import set_scene
from jaxgan.games.paired import PairedGame
from jaxgan.nn import Conv
from jaxgan.terms import adversarial

B, SIZE = 6, 8
TARGET = jnp.tanh(jax.random.normal(jax.random.key(7), (B, SIZE, SIZE, 2)))
SOURCE = jnp.tanh(jax.random.normal(jax.random.key(8), (B, SIZE, SIZE, 1)))
BATCH = Sample(TARGET, SOURCE)


class Doubled(nn.Module):
    """Makes two channels of a source, and adds the first number of the noise."""

    up: int = 1

    @nn.compact
    def __call__(self, value, given, context):
        x = Conv(2, size=1, use_bias=False)(value)
        x = jnp.repeat(jnp.repeat(x, self.up, axis=1), self.up, axis=2)
        return x if isinstance(given, tuple) else x + given[:, :1, None, None]


class Dropping(nn.Module):
    """Drops pixels, in use too."""

    @nn.compact
    def __call__(self, value, given, context):
        kept = jax.vmap(lambda key: jax.random.bernoulli(key, 0.5, (SIZE, SIZE, 1)))(
            context.draw("dropout")
        )
        return Conv(2, size=1)(jnp.where(kept, value, 0.0))


class Judge(nn.Module):
    """The mean of what it is shown; of a source a hundred times."""

    @nn.compact
    def __call__(self, value, given, context):
        scale = self.param("scale", nn.initializers.ones, ())
        logits = jnp.mean(value, axis=(1, 2, 3))
        if not isinstance(given, tuple):
            logits = logits + 100.0 * jnp.mean(given, axis=(1, 2, 3))
        return scale * logits


def halved(keys, target):
    """Every second pixel, with noise from the keys."""
    noise = jax.vmap(lambda key: jax.random.normal(key, (SIZE // 2, SIZE // 2, 2)))
    return target[:, ::2, ::2] + noise(keys)


def context(seed=0, batch=BATCH, train=True):
    return Context(example_keys(jax.random.key(seed), B), batch, train=train)


def made(generator=None, batch=BATCH, **options):
    game = PairedGame(generator or Doubled(), Judge(), **options)
    return game, game.init(jax.random.key(0), batch)


def scene(game, players, player="generator", batch=BATCH):
    state = State(jnp.int32(0), jax.random.key(0), players, *[()] * 4)
    params = getattr(players, player)["params"]
    return set_scene(game, Augment(), player, params, state, context(batch=batch))[0]


def test_fakes_are_made_of_the_sources():
    game, players = made()
    play = scene(game, players)
    kernel = players.generator["params"]["Conv_0"]["kernel"]
    np.testing.assert_allclose(play.fake.value, SOURCE @ kernel[0, 0], rtol=1e-5)
    np.testing.assert_array_equal(play.real.value, TARGET)
    for sample in (play.real, play.fake):
        np.testing.assert_array_equal(sample.given, SOURCE)
    assert play.latent.value == ()


@pytest.mark.parametrize("judges_source", [True, False])
def test_what_the_discriminator_sees(judges_source):
    game, players = made(judges_source=judges_source)
    seen = scene(game, players).real_verdict.logits
    means = [jnp.mean(x, axis=(1, 2, 3)) for x in BATCH[:2]]
    wanted = means[0] + 100.0 * means[1] if judges_source else means[0]
    np.testing.assert_allclose(seen, wanted, rtol=1e-4, atol=1e-5)


def test_degraded_sources_are_those_of_both():
    """Real and fake examples of a turn have one source; other turns another."""
    batch = Sample(TARGET)
    options = {"degrade": halved, "judges_source": False, "batch": batch}
    game, players = made(Doubled(up=2), **options)
    play = scene(game, players, batch=batch)
    np.testing.assert_array_equal(play.real.given, play.fake.given)
    keys = context().fork("generator").draw("degrade")
    np.testing.assert_allclose(play.real.given, halved(keys, TARGET), rtol=1e-6)
    other = game.latent({}, context(1, batch))[0].given
    assert not np.allclose(other, play.real.given)
    permuted = Context(keys[::-1], Sample(TARGET[::-1]))
    straight = Context(keys, batch)
    pair = [game.latent({}, one)[0].given for one in (permuted, straight)]
    np.testing.assert_array_equal(pair[0], pair[1][::-1])


def test_a_degradation_may_change_the_target():
    def cropped(keys, target):
        return Sample(target[:, 2:6, 2:6], target[:, 2:6:2, 2:6:2])

    game, players = made(Doubled(up=2), degrade=cropped, judges_source=False)
    play = scene(game, players)
    np.testing.assert_array_equal(play.real.value, TARGET[:, 2:6, 2:6])
    assert play.fake.value.shape == (B, 4, 4, 2)


def test_sources_are_degraded_once():
    """The same work for the latent and for real examples is one for the compiler."""
    size = 64

    def costly(keys, target):
        del keys
        mixed = jnp.einsum("bhwc,wv->bhvc", target, jnp.ones((SIZE, size)))
        mixed = jnp.tanh(jnp.einsum("bhvc,vw->bhwc", mixed, jnp.ones((size, SIZE))))
        return mixed[..., :1]

    def flops(degrade):
        game, _ = made(degrade=degrade)
        recipe = recipes.pix2pix()
        turns = recipe.turns[1:]
        state = jax.eval_shape(
            lambda key: init_state(key, game, turns, recipe.optimizers, BATCH),
            jax.random.key(0),
        )
        step = jax.jit(make_step(game, turns, recipe.optimizers))
        return step.lower(state, BATCH).compile().cost_analysis()["flops"]

    work = 2 * 2 * B * SIZE * SIZE * 2 * size
    extra = flops(costly) - flops(lambda keys, target: target[..., :1])
    assert 0.9 * work < extra < 1.5 * work


def test_noise_is_the_examples_own():
    game, players = made(noise_size=3)
    play = scene(game, players)
    assert play.latent.value.shape == (B, 3)
    _, plain = made()
    without = scene(made()[0], plain).fake.value
    difference = play.fake.value - without
    wanted = jnp.broadcast_to(play.latent.value[:, :1, None, None], difference.shape)
    np.testing.assert_allclose(difference, wanted, rtol=1e-4, atol=1e-5)


def test_it_is_applied_to_a_users_own():
    """Of any size, without a batch; with what networks draw in use."""
    game, players = made(noise_size=2)
    assert isinstance(game, Applicable)
    assert conditioned(game) is game
    assert not is_labelled(game)
    own = jnp.ones((B, 3, 5, 1))
    apart = Context(example_keys(jax.random.key(0), B))
    seen = game.apply(players.generator, own, apart)
    assert seen.value.shape == (B, 3, 5, 2)
    np.testing.assert_array_equal(seen.given, own)

    game, players = made(Dropping())
    apply = jax.jit(lambda context: game.apply(players.generator, SOURCE, context))
    values = [apply(context(seed, (), train=False)).value for seed in (0, 0, 1)]
    np.testing.assert_array_equal(values[0], values[1])
    assert not np.allclose(values[0], values[2])


def test_gradients_reach_the_generator_through_both():
    game, players = made()

    def loss(params):
        play = scene(game, players._replace(generator={"params": params}))
        return jnp.mean(adversarial(losses.nonsaturating).apply((), play)[0])

    slope = jax.grad(loss)(players.generator["params"])
    assert all(np.any(x) for x in jax.tree.leaves(slope))


@pytest.mark.parametrize(
    ("options", "batch", "said"),
    [
        ({}, Sample(TARGET), r"batch.given: saw \(\), wanted the sources"),
        ({}, Sample(TARGET, jnp.zeros((B, 8, 8, 1), jnp.uint8)), "saw uint8.* floats"),
        ({}, TARGET, "saw float32.*, wanted a Sample"),
        ({"generator": Doubled(up=2)}, BATCH, r"saw values \(6, 16, 16, 2\), wanted"),
        ({"noise_size": -1}, BATCH, "noise_size: saw -1"),
    ],
)
def test_what_does_not_fit(options, batch, said):
    with pytest.raises((TypeError, ValueError), match=said):
        made(batch=batch, **options)
