"""The distance of mean predictions, cell by cell, by its definition."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.core import Sample
from jaxgan.terms import brightness, grid_cell
from tests.terms.scenes import linear, normal, scene

TARGET = jnp.tanh(normal(1, 3, 2, 4, 4, 1))
NOISE = normal(2, 3, 2)


def made(latent):
    """A prediction that is what is given, and a number of the noise."""
    return latent.given + latent.value.sum(1).reshape(3, 1, 1, 1, 1)


def play_of(latent=None, player="generator"):
    latent = latent or Sample(NOISE, jnp.zeros_like(TARGET))
    seen = []

    def generate(latent, stream, params=None):
        del params
        seen.append((stream, latent.value))
        return Sample(made(latent))

    fake = made(latent) if isinstance(latent.value, jax.Array) else TARGET
    play = scene(linear, jnp.ones(TARGET.shape[1:]), TARGET, fake, player)
    return play._replace(latent=latent, generate=generate), seen


@pytest.mark.parametrize("samples", [1, 2, 4])
def test_the_mean_of_predictions_is_compared(samples):
    play, seen = play_of()
    term = grid_cell(samples=samples)
    assert (term.name, term.weight) == ("grid_cell", 20.0)
    value, _ = term.apply((), play)
    assert len(seen) == samples - 1  # the first is the one that is judged
    noise = [NOISE, *(noise for _, noise in seen)]
    mean = np.mean([np.asarray(z).sum(1) for z in noise], axis=0)
    target = np.asarray(TARGET, np.float64)
    gaps = np.abs(mean.reshape(3, 1, 1, 1, 1) - target) * (1 + (target + 1) / 2)
    np.testing.assert_allclose(value, gaps.mean((1, 2, 3, 4)), rtol=1e-5)
    assert len({stream for stream, _ in seen}) == samples - 1


def test_other_noise_is_of_each_examples_key():
    """No two predictions, and no two examples, have the same."""
    play, seen = play_of()
    grid_cell(samples=3).apply((), play)
    rows = np.concatenate([NOISE, *(noise for _, noise in seen)])
    assert len(np.unique(rows[:, 0])) == 9
    order = jnp.array([2, 0, 1])
    context = play.context
    turned = play._replace(
        context=type(context)(context.keys[order], (), context.step, train=True)
    )
    before = seen[0][1]
    grid_cell(samples=2).apply((), turned)
    np.testing.assert_array_equal(seen[-1][1], before[order])


def test_rain_counts_more():
    np.testing.assert_allclose(brightness(jnp.array([-1.0, 0.0, 1.0])), [1, 1.5, 2])
    flat = grid_cell(samples=1, emphasis=jnp.ones_like)
    play, _ = play_of()
    assert np.all(flat.apply((), play)[0] < grid_cell(samples=1).apply((), play)[0])


def test_what_cannot_be_drawn_again():
    play, _ = play_of(Sample((), TARGET))
    with pytest.raises(ValueError, match="latent: saw no noise"):
        grid_cell().apply((), play)
    with pytest.raises(ValueError, match="saw it on D's turn"):
        grid_cell().apply((), play_of(player="discriminator")[0])
