"""A linear generator against a linear discriminator; and every game of the laws."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax import linen as nn

from jaxgan import losses
from jaxgan.core import Augment, Context, Players, Sample, Turn, example_keys
from jaxgan.core.scene import set_scene
from jaxgan.core.state import init_state
from jaxgan.diagnosis import probe
from jaxgan.games.latent import LatentGame
from jaxgan.nn import Dense
from jaxgan.terms import adversarial
from tests.conformance.games import GAMES, SIZE, some_slow

sgd = optax.sgd(0.1)


class Linear(nn.Module):
    out: int

    @nn.compact
    def __call__(self, value, given, context):
        x = Dense(self.out, use_bias=False)(value)
        return x[:, 0] if self.out == 1 else x


def made(game, batch, loss):
    turns = [Turn(player, (adversarial(loss),)) for player in Players._fields]
    state = jax.jit(lambda key: init_state(key, game, turns, Players(sgd, sgd), batch))(
        jax.random.key(0)
    )
    return state, jax.jit(probe.make_probe(game, turns, Augment()))


@pytest.fixture(scope="module")
def linear():
    game = LatentGame(Linear(3), Linear(1), latent_size=4)
    batch = Sample(jax.random.normal(jax.random.key(1), (256, 3)))
    state, read = made(game, batch, losses.nonsaturating)
    keys = example_keys(jax.random.key(2), 256)
    held_out = Sample(batch.value + 1.0)
    return state, jax.device_get(read(state, keys, batch, held_out)), batch


def kernels(state):
    return [np.asarray(jax.tree.leaves(x["params"])[0]) for x in state.variables]


def test_logits_are_those_of_each_set(linear):
    state, reading, batch = linear
    _, judge = kernels(state)
    value = np.asarray(batch.value)
    np.testing.assert_allclose(
        reading.train_logits, (value @ judge)[:, 0], rtol=1e-5, atol=1e-7
    )
    np.testing.assert_allclose(
        reading.held_out_logits, ((value + 1) @ judge)[:, 0], rtol=1e-5, atol=1e-7
    )
    np.testing.assert_allclose(
        reading.fake_logits, (reading.fakes @ judge)[:, 0], rtol=1e-5, atol=1e-7
    )


def test_slopes_are_those_of_the_closed_form(linear):
    state, reading, _ = linear
    generator, judge = kernels(state)
    slopes = 1 / (1 + np.exp(reading.fake_logits))
    np.testing.assert_allclose(reading.loss_slopes, slopes, rtol=1e-5)
    np.testing.assert_allclose(reading.value_slopes, np.linalg.norm(judge), rtol=1e-5)
    # E over u of g gᵀ is A Aᵀ for x = z A.
    seen = reading.latent_slopes.T @ reading.latent_slopes / 256
    wanted = generator @ generator.T
    np.testing.assert_allclose(seen, wanted, atol=0.2 * np.abs(wanted).max())


@pytest.mark.parametrize(
    "name", some_slow(GAMES, GAMES.keys() - {"growing", "molecules", "moving"})
)
def test_layers_have_the_whole_gradient(name):
    """Through logits and samples is the way that the step's gradient goes."""
    case = GAMES[name]
    game, batch = case.game(), case.batch()
    state, read = made(game, batch, losses.relativistic)
    keys = example_keys(jax.random.key(2), SIZE)
    reading = read(state, keys, batch, ())

    def loss(params):
        context = Context(keys, batch, state.step, train=True)
        scene, _ = set_scene(game, Augment(), "generator", params, state, context)
        return jnp.mean(adversarial(losses.relativistic).apply((), scene)[0])

    gradient = jax.jit(jax.grad(loss))(state.variables.generator["params"])
    assert gradient.keys() == reading.layers.keys()
    for layer, part in gradient.items():
        np.testing.assert_allclose(
            reading.layers[layer], optax.global_norm(part), rtol=1e-3, atol=1e-6
        )
    verdicts = SIZE // (2 if name == "packed" else 1)
    assert reading.loss_slopes.shape == reading.fake_logits.shape == (verdicts,)
    assert reading.held_out_logits.shape == (0,)
    assert reading.value_slopes.shape == (SIZE,)
    assert reading.latent_slopes.shape[0] == SIZE
    assert reading.fakes.shape[0] == SIZE


@pytest.mark.parametrize(
    ("name", "drawn"),
    [("plain", 3), ("paired", 2), ("unpaired", 0), ("restored", 0)],
)
def test_latents_are_what_is_drawn(name, drawn):
    """Sources are none, be they in the batch or made by keys of it."""
    case = GAMES[name]
    game, batch = case.game(), case.batch()
    state, read = made(game, batch, losses.hinge)
    shapes = jax.eval_shape(
        read, state, example_keys(jax.random.key(2), SIZE), batch, ()
    )
    assert shapes.latent_slopes.shape == (SIZE, drawn)


def test_a_critics_generator_hears_one():
    case = GAMES["plain"]
    state, read = made(case.game(), case.batch(), losses.wasserstein)
    reading = read(state, example_keys(jax.random.key(2), SIZE), case.batch(), ())
    np.testing.assert_allclose(reading.loss_slopes, 1.0, rtol=1e-6)


def test_small_pictures_are_averages():
    value = np.arange(2 * 32 * 32 * 3, dtype=np.float32).reshape(2, 32, 32, 3)
    seen = probe.small({"a": value, "b": np.ones((2, 5), np.float32)})
    assert seen.shape == (2, 16 * 16 * 3 + 5)
    np.testing.assert_allclose(seen[:, :-5].mean(1), value.mean((1, 2, 3)), rtol=1e-4)
    assert np.array_equal(
        probe.small(value[:, :8, :8]), value[:, :8, :8].reshape(2, -1)
    )


def test_a_generator_must_move():
    turns = [Turn("discriminator", (adversarial(losses.hinge),))]
    with pytest.raises(ValueError, match="saw none of the generator's"):
        probe.make_probe(GAMES["plain"].game(), turns, Augment())
