"""Games of levels: all are judged, the last is looked at."""

import jax
import jax.numpy as jnp
import numpy as np

from jaxgan import recipes
from jaxgan.augment.level_noise import level_noise
from jaxgan.core import Context, Sample, example_keys
from jaxgan.core.abilities import Layered, Observable, Truncatable, observed
from jaxgan.core.scene import set_scene
from jaxgan.core.state import init_state
from jaxgan.diagnosis import probe
from jaxgan.games.levels import LevelGame
from tests.conformance.games import GAMES, levelled, small_images
from tests.models.filled import filled


def test_abilities():
    game = levelled()
    assert isinstance(game, LevelGame)
    for ability in (Observable, Truncatable, Layered):
        assert isinstance(game, ability)
    assert isinstance(game.of_labels(jnp.arange(3)), LevelGame)


def test_the_last_level_is_observed():
    game, image = levelled(), small_images().value
    levels = (image, 2.0 * image)
    assert observed(game, Sample(levels, 3)) == Sample(levels[-1], 3)
    assert observed(game, Sample(image)).value is image


def test_truncation_is_by_class():
    """Of a share of 0 there is a picture per class; of a cutoff, later blocks vary."""
    game, labels = levelled(), jnp.array([0, 0, 1, 2])
    keys = example_keys(jax.random.key(0), 4)
    context, z = Context(keys), jnp.zeros((4, 3))
    variables = filled(game.generator, z, labels, context)

    @jax.jit
    def drawn(variables):
        pair = []
        for cutoff in (None, 1):
            cut = game.truncated(0.0, cutoff).of_labels(labels)
            latent, _ = cut.latent(variables, context)
            pair.append((latent.value, cut.generate(variables, latent, context)[0]))
        return pair

    (w, whole), (partly, _) = drawn(variables)
    means = variables["style_average"]["mapping"]["mean"]
    np.testing.assert_allclose(w, jnp.repeat(means[labels][:, None], 2, 1), rtol=1e-6)
    for level in whole.value:
        np.testing.assert_array_equal(level[0], level[1])
        assert not np.array_equal(level[1], level[2])
    np.testing.assert_array_equal(partly[:, 0], w[:, 0])
    assert not np.array_equal(partly[0, 1], partly[1, 1])


def test_diagnosis_compares_the_last_level():
    """Of fakes; reals have but one, and all levels are judged."""
    case, recipe = GAMES["levelled"], recipes.gat()
    game, batch = case.game(), case.batch()
    augment = level_noise(2)
    key = jax.random.key(0)
    state = jax.jit(
        lambda key: init_state(key, game, recipe.turns, recipe.optimizers, batch)
    )(key)
    read = jax.jit(probe.make_probe(game, recipe.turns, augment))
    keys = example_keys(key, len(batch.given))
    seen = read(state, keys, batch, ())
    assert seen.fakes.shape == probe.small(batch.value).shape
    context = Context(keys, batch, state.step, train=True)
    params = state.variables.generator["params"]

    @jax.jit
    def fake(state):
        turn = recipe.turns[1]
        play, _ = set_scene(game, augment, turn.player, params, state, context)
        return play.fake.value

    np.testing.assert_allclose(seen.fakes, probe.small(fake(state)[-1]), atol=1e-5)
