"""Which game can what, and where the conditions of fakes come from."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.core import Context, Sample, example_keys
from jaxgan.core.abilities import (
    Applicable,
    Chained,
    Labelled,
    Layered,
    Stepped,
    Transformable,
    Truncatable,
    Walkable,
    conditioned,
    drawn_classes,
    is_labelled,
    is_transformable,
)
from jaxgan.games.latent import LatentGame, as_data, uniform_labels
from jaxgan.games.style import StyleGame
from jaxgan.models import stylegan2, stylegan3
from tests.games.test_latent import Echo, Judge

B, CLASSES = 6, 3


def latent_game(**options):
    return LatentGame(Echo(), Judge(), 4, **options)


def style_game(**options):
    generator = stylegan2.Generator(
        (4, 4, 1),
        style_size=5,
        mapping_layers=1,
        channel_max=3,
        classes=CLASSES if options else 0,
    )
    return StyleGame(generator, Judge(), 4, **options)


def context(seed=0, batch=()):
    return Context(example_keys(jax.random.key(seed), B), batch)


GAMES = {"latent": latent_game, "style": style_game}
both = pytest.mark.parametrize("make", GAMES.values(), ids=GAMES)


@both
def test_who_can_what(make):
    game = make()
    assert isinstance(game, Truncatable)
    assert isinstance(game, Labelled)
    assert isinstance(game, Walkable)
    assert isinstance(game, Layered) == (make is style_game)
    assert isinstance(game, Transformable) == (make is style_game)
    assert not is_transformable(game)
    assert not isinstance(game, Chained | Stepped | Applicable)
    assert not is_labelled(game)
    assert is_labelled(make(conditioning=as_data))
    assert not is_labelled(object())


def test_who_can_be_moved():
    """StyleGAN3's generators; others say that they cannot."""
    generator = stylegan3.Generator((8, 8, 1), synthesis_layers=3, critical_layers=1)
    game = StyleGame(generator, Judge(), 4)
    assert is_transformable(game)
    assert not is_transformable(object())
    variables = {"params": 1, "fourier": {"synthesis": {"input": {"phases": 2}}}}
    moved = game.transformed(variables, jnp.eye(3))
    assert moved["params"] == 1
    assert moved["fourier"]["synthesis"]["input"]["phases"] == 2
    with pytest.raises(ValueError, match="generator: saw Generator, wanted one with a"):
        style_game().transformed(variables, jnp.eye(3))


def drawn(game, variables, batch=()):
    return jax.jit(lambda v: game.latent(v, context(batch=batch))[0])(variables)


def variables_of(make):
    batch = Sample(jnp.zeros((B, 2)), jnp.arange(B) % CLASSES)
    if make is latent_game:
        return {}, batch
    module = style_game(conditioning=as_data).generator
    made = context(batch=batch)
    given = batch.given
    return jax.jit(module.init)(
        jax.random.key(0), jnp.zeros((B, 4)), given, made
    ), batch


@both
@pytest.mark.parametrize("trained", [as_data, uniform_labels(CLASSES)])
def test_conditions_come_from_the_labels_asked_for_or_are_drawn(make, trained):
    """Never from data: there are none. Latents are those of the same keys."""
    variables, batch = variables_of(make)
    game = make(conditioning=trained)
    labels = jnp.array([2, 2, 0, 1, 0, 2])

    @jax.jit
    def asked(labels):
        return conditioned(game, labels, CLASSES).latent(variables, context())[0]

    latent = asked(labels)
    np.testing.assert_array_equal(latent.given, labels)
    as_trained = drawn(
        make(conditioning=as_data), variables, batch._replace(given=labels)
    )
    np.testing.assert_allclose(latent.value, as_trained.value, 1e-4, 1e-6)
    assert drawn_classes(game) == (0 if trained is as_data else CLASSES)
    assert drawn_classes(conditioned(game, labels)) == 0
    free = drawn(conditioned(game, None, CLASSES), variables)
    wanted = drawn(make(conditioning=uniform_labels(CLASSES)), variables)
    jax.tree.map(np.testing.assert_array_equal, free, wanted)
    # What is real keeps its labels.
    real, _ = conditioned(game, labels).real(variables, latent, context(batch=batch))
    np.testing.assert_array_equal(real.given, batch.given)


@both
def test_what_cannot_be_asked(make):
    game, labelled = make(), make(conditioning=as_data)
    assert conditioned(game, None, CLASSES) is game
    name = type(game).__name__
    with pytest.raises(ValueError, match=f"labels: saw some, wanted none: this {name}"):
        conditioned(game, jnp.zeros(B, int))
    for refused in (game.of_labels, game.of_classes):
        with pytest.raises(ValueError, match="not conditioned on labels"):
            refused(jnp.zeros(B, int) if refused == game.of_labels else 2)
    with pytest.raises(ValueError, match="classes: saw 0, wanted at least 2"):
        conditioned(labelled)
    with pytest.raises(
        ValueError, match=r"labels: saw \[2\], wanted one for each of 6"
    ):
        labelled.of_labels(jnp.zeros(2, int)).latent({}, context())


def latents(seed, shape=(4,)):
    keys = jax.random.split(jax.random.key(seed), 2)
    return [
        Sample(jax.random.normal(key, (B, *shape)), jnp.full(B, place))
        for place, key in enumerate(keys)
    ]


def test_ways_are_round_in_z_and_straight_in_w():
    start, end = latents(0)
    half = latent_game().between(start, end, 0.5)
    unit = [
        x.value / jnp.linalg.norm(x.value, axis=1, keepdims=True) for x in (start, end)
    ]
    a, b = (Sample(x, start.given) for x in unit)
    round_way = latent_game().between(a, b, 0.5).value
    np.testing.assert_allclose(jnp.linalg.norm(round_way, axis=1), 1.0, rtol=1e-5)
    np.testing.assert_array_equal(half.given, start.given)
    start, end = latents(1, (3, 5))
    half = style_game().between(start, end, 0.5)
    np.testing.assert_allclose(half.value, (start.value + end.value) / 2, rtol=1e-6)
    np.testing.assert_array_equal(half.given, start.given)


def test_layers_are_taken_from_another():
    game = style_game()
    one, other = latents(2, (4, 5))
    assert game.layer_count(one) == 4
    assert game.layer_count(jax.eval_shape(lambda: one)) == 4
    mixed = jax.jit(lambda a, b: game.mixed(a, b, range(1, 3)))(one, other)
    np.testing.assert_array_equal(mixed.value[:, 1:3], other.value[:, 1:3])
    np.testing.assert_array_equal(mixed.value[:, ::3], one.value[:, ::3])
    np.testing.assert_array_equal(mixed.given, one.given)
    jax.tree.map(np.testing.assert_array_equal, game.mixed(one, other, []), one)
    with pytest.raises(
        ValueError, match=r"layers: saw \[0, 4\], wanted .* from 0 to 3"
    ):
        game.mixed(one, other, [0, 4])
