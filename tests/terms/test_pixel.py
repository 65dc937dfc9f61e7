"""Pixel losses and total variation: closed forms, and pix2pix's own numbers."""

import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from jaxgan import recipes
from jaxgan.core import Verdict, schedules
from jaxgan.terms import (
    against,
    charbonnier,
    mean_absolute,
    mean_squared,
    pixel,
    total_variation,
)
from tests.terms.scenes import linear, scene

pictures = arrays.arrays(np.float32, (2, 3, 4, 2), elements=st.floats(-1, 1, width=32))


def play_of(fake, real=None, player="generator"):
    fake = jnp.asarray(fake)
    real = jnp.zeros_like(fake) if real is None else jnp.asarray(real)
    return scene(linear, jnp.ones(fake.shape[1:]), real, fake, player)


@given(fake=pictures, real=pictures)
@settings(deadline=None, max_examples=20)
def test_closed_forms(fake, real):
    play, axes = play_of(fake, real), (1, 2, 3)
    difference = fake.astype(np.float64) - real
    wanted = {
        mean_absolute: np.abs(difference).mean(axes),
        mean_squared: np.square(difference).mean(axes),
        charbonnier(): np.sqrt(difference**2 + 1e-6).mean(axes),
        charbonnier(0.5): np.sqrt(difference**2 + 0.25).mean(axes),
    }
    for criterion, value in wanted.items():
        term = pixel(3.0, criterion=criterion)
        seen, state = term.apply((), play)
        np.testing.assert_allclose(seen, value, rtol=1e-4, atol=1e-6)
        assert (term.name, term.weight, state) == ("pixel", 3.0, ())
    seen, _ = pixel(pair=against(lambda x: -x)).apply((), play)
    np.testing.assert_allclose(
        seen, np.abs(fake + real).mean(axes), rtol=1e-4, atol=1e-6
    )


@given(fake=pictures)
@settings(deadline=None, max_examples=20)
def test_total_variation(fake):
    x = fake.astype(np.float64)
    down, right = x[:, 1:] - x[:, :-1], x[:, :, 1:] - x[:, :, :-1]
    for penalty, reference in ((jnp.abs, np.abs), (jnp.square, np.square)):
        wanted = sum(reference(part).mean((1, 2, 3)) for part in (down, right))
        seen, _ = total_variation(penalty=penalty).apply((), play_of(fake))
        np.testing.assert_allclose(seen, wanted, rtol=1e-4, atol=1e-6)
    flat, _ = total_variation().apply((), play_of(np.ones((2, 3, 4, 1), np.float32)))
    np.testing.assert_array_equal(flat, 0.0)


def test_trees_count_by_their_leaves():
    fake = {"a": jnp.ones((2, 3)), "b": 3.0 * jnp.ones((2, 5, 1))}
    play = play_of(jnp.ones((2, 3)))
    real = jax.tree.map(jnp.zeros_like, fake)
    play = play._replace(
        fake=play.fake._replace(value=fake), real=play.real._replace(value=real)
    )
    np.testing.assert_allclose(pixel().apply((), play)[0], [2.0, 2.0])


def test_charbonnier_is_smooth_where_values_meet():
    slope = jax.grad(lambda x: jnp.sum(charbonnier()(x, jnp.zeros((2, 3)), None)))
    np.testing.assert_array_equal(slope(jnp.zeros((2, 3))), 0.0)


@pytest.mark.parametrize("term", [pixel(), total_variation()])
def test_they_are_the_generators(term):
    with pytest.raises(ValueError, match=rf"{term.name}: saw it on D's turn"):
        term.apply((), play_of(np.zeros((2, 3, 4, 2)), player="discriminator"))


def test_what_does_not_fit():
    play = play_of(np.zeros((2, 3, 4, 2), np.float32))
    wide = play._replace(real=play.real._replace(value=jnp.zeros((2, 3, 4, 1))))
    with pytest.raises(
        ValueError, match=r"saw values \[2, 3, 4, 2\], wanted \[2, 3, 4"
    ):
        pixel().apply((), wide)
    for shape in ((2, 3), (2, 1, 4, 2)):
        with pytest.raises(ValueError, match="total_variation: saw values"):
            total_variation().apply((), play_of(np.zeros(shape, np.float32)))
    with pytest.raises(ValueError, match="epsilon: saw 0"):
        charbonnier(0.0)


def channels_last(file, name):
    return jnp.asarray(np.moveaxis(file[name], 1, -1))


@pytest.fixture
def official(golden):
    return np.load(golden / "pix2pix_losses.npz")


@pytest.mark.parametrize("player", ["generator", "discriminator"])
def test_losses_of_pix2pix(official, player):
    """Values and gradients of its official code on given fakes and verdicts."""
    names = ("fake_B", "real_B", "pred_fake", "pred_real")
    fake, real, *verdicts = (channels_last(official, f"in/{n}") for n in names)
    turns = {turn.player: turn for turn in recipes.pix2pix().turns}

    def total(fake, fake_logits, real_logits):
        play = play_of(fake, real, player)._replace(
            fake_verdict=Verdict(fake_logits), real_verdict=Verdict(real_logits)
        )
        terms = turns[player].terms
        parts = [term.weight * jnp.mean(term.apply((), play)[0]) for term in terms]
        return sum(parts), parts

    (value, parts), slopes = jax.value_and_grad(total, (0, 1, 2), has_aux=True)(
        fake, *verdicts
    )
    side = player[0].upper()
    np.testing.assert_allclose(value, official[f"out/{side}/{side}"], rtol=1e-5)
    if side == "G":
        wanted = [official[f"out/G/G_{name}"] for name in ("GAN", "L1")]
        np.testing.assert_allclose(parts, wanted, rtol=1e-5)
    for name, slope in zip(("fake_B", "pred_fake", "pred_real"), slopes):
        key = f"grad/{side}/in:{name}"
        wanted = channels_last(official, key) if key in official else 0.0 * slope
        np.testing.assert_allclose(slope, wanted, rtol=1e-3, atol=1e-7)


@given(fake=pictures, real=pictures)
@settings(deadline=None, max_examples=10)
def test_distance_of_pix2pix_can_be_another(fake, real):
    made = recipes.pix2pix(l1_weight=7.0, criterion=mean_squared)
    (term,) = (t for turn in made.turns for t in turn.terms if t.name == "pixel")
    wanted = np.square(fake.astype(np.float64) - real).mean((1, 2, 3))
    seen = term.apply((), play_of(fake, real))[0]
    np.testing.assert_allclose(seen, wanted, rtol=1e-4, atol=1e-6)
    assert term.weight == 7.0


def test_learning_rates_of_pix2pix(official):
    """After so many calls of its scheduler."""
    assert json.loads(str(official["config"]))["gan_mode"] == "vanilla"
    wanted = official["out/schedule/linear_100_100"]
    rate = schedules.linear_decay(2e-4, 100, 100, first=0)
    seen = jax.vmap(rate)(jnp.arange(len(wanted)))
    np.testing.assert_allclose(seen, wanted, rtol=1e-5, atol=1e-10)
    epochs = schedules.linear_decay(2e-4, 100, 100, every=7)
    last = [float(epochs(jnp.int32(7 * epoch + 3))) for epoch in (0, 198, 199, 500)]
    np.testing.assert_allclose(last, wanted[[1, 199, 200, 200]], rtol=1e-4, atol=1e-10)
