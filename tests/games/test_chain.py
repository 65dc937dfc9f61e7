"""Chains of steps: what lies at a time, whose step is judged, and sampling."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import linen as nn

from jaxgan.core import Context, Sample, example_keys
from jaxgan.core.abilities import Chained, Stepped, conditioned, is_labelled, observed
from jaxgan.core.timed import Timed, times_of
from jaxgan.games.chain import ChainGame
from jaxgan.games.latent import as_data, uniform_labels

B = 512


class Halving(nn.Module):
    """x - ½ (s - t) x, and a parameter that does nothing."""

    @nn.compact
    def __call__(self, value, given, context):
        scale = self.param("scale", nn.initializers.ones_init(), ())
        start, end = given.times
        return value * (1.0 - 0.5 * scale * (start - end))[:, None]


class Sum(nn.Module):
    """Σ x + t."""

    @nn.compact
    def __call__(self, value, given, context):
        return jnp.sum(value, axis=1) + given.times[0]


def game(**options):
    return ChainGame(Halving(), Sum(), 3, **options)


def context(train=True, value=0.0, batch=None):
    if batch is None:
        batch = Sample(jnp.full((B, 3), value), jnp.arange(B) % 2)
    return Context(example_keys(jax.random.key(0), B), batch, train=train)


VARIABLES = {"params": {"scale": jnp.ones(())}}


@pytest.mark.parametrize("steps", [1, 4])
def test_times_of_fixed_steps(steps):
    latent, _ = game(steps=steps).latent({}, context())
    start, end = times_of(latent.given, 2)
    np.testing.assert_allclose(start - end, 1.0 / steps, 1e-5)
    wanted = (np.arange(steps) + 1.0) / steps
    np.testing.assert_allclose(np.unique(start), wanted, 1e-6)


def test_times_of_any_steps():
    """s ~ U(0, 1) and t ~ U(0, s): means ½ and ¼, five deviations of them."""
    latent, _ = game().latent({}, context())
    start, end = map(np.asarray, times_of(latent.given, 2))
    assert np.all((end >= 0.0) & (end <= start) & (start <= 1.0))
    assert abs(start.mean() - 0.5) < 5 * (1 / 12 / B) ** 0.5
    assert abs(end.mean() - 0.25) < 5 * (7 / 144 / B) ** 0.5


def test_values_at_a_time():
    """(1 - t) x + t z, with t's own noise for the real ones, of the same example."""
    made, around = game(), context(value=7.0)
    latent, _ = made.latent({}, around)
    real, _ = made.real({}, latent, around)
    start, end = map(np.asarray, times_of(latent.given, 2))
    noises = []
    for value, time in ((latent.value, start), (real.value, end)):
        noise = (np.asarray(value) - 7.0 * (1.0 - time[:, None])) / time[:, None]
        noise = noise[time > 0.05]
        assert abs(noise.mean()) < 0.15
        assert abs(noise.std() - 1.0) < 0.1
        noises.append((np.asarray(value) - 7.0 * (1.0 - time[:, None])) / time[:, None])
    both = (start > 0.05) & (end > 0.05)
    first, second = (noise[both].ravel() for noise in noises)
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.15
    np.testing.assert_array_equal(real.given.times[0], end)
    assert real.given.given == ()


def test_what_is_judged_is_told_its_time_alone():
    made = game(conditioning=as_data)
    latent, _ = made.latent({}, context())
    fake, _ = made.generate(VARIABLES, latent, context())
    start, end = times_of(latent.given, 2)
    assert len(fake.given.times) == 1
    np.testing.assert_array_equal(fake.given.times[0], end)
    np.testing.assert_array_equal(fake.given.given, jnp.arange(B) % 2)
    wanted = latent.value * (1.0 - 0.5 * (start - end))[:, None]
    np.testing.assert_allclose(fake.value, wanted, 1e-6)
    verdict, _ = made.discriminate({}, fake, context())
    np.testing.assert_allclose(verdict.logits, fake.value.sum(1) + end, 1e-4, 1e-5)


@pytest.mark.parametrize("passes", [1, 2, 4])
def test_samples_take_all_steps(passes):
    """(1 - 1 / 2N)^N of the noise, the same noise however many steps there are."""
    made = game(conditioning=as_data).in_passes(passes)
    assert isinstance(made, Chained)
    assert isinstance(made, Stepped)
    assert is_labelled(made)
    made = conditioned(made, classes=2)
    around = context(train=False, batch=())
    latent, _ = made.latent({}, around)
    sample, _ = made.generate(VARIABLES, latent, around)
    np.testing.assert_allclose(
        sample.value, latent.value * (1.0 - 0.5 / passes) ** passes, 1e-5, 1e-6
    )
    np.testing.assert_array_equal(sample.given.times[0], 0.0)
    untold = latent._replace(given=latent.given.given)
    again, _ = made.generate(VARIABLES, untold, around)
    np.testing.assert_array_equal(again.value, sample.value)
    drawn = made.sample(VARIABLES, context())
    np.testing.assert_array_equal(drawn.value, sample.value)
    np.testing.assert_array_equal(observed(made, sample).given, drawn.given)
    assert set(np.unique(drawn.given)) == {0, 1}


def test_reals_outside_of_training_are_the_data():
    made, around = game(), context(train=False, value=7.0)
    latent, _ = made.latent({}, around)
    real, _ = made.real({}, latent, around)
    np.testing.assert_array_equal(real.value, around.batch.value)
    np.testing.assert_array_equal(real.given.times[0], 0.0)


def test_chain_errors():
    made = game(steps=2)
    assert made.in_passes(2).passes == 2
    with pytest.raises(ValueError, match="passes: saw 4, wanted 2: the generator is"):
        made.in_passes(4)
    with pytest.raises(ValueError, match="passes: saw 0"):
        game().in_passes(0)
    with pytest.raises(ValueError, match="steps: saw -1"):
        game(steps=-1)
    with pytest.raises(ValueError, match="conditioning: saw drawn classes, wanted the"):
        game(conditioning=uniform_labels(2)).latent({}, context())
    with pytest.raises(ValueError, match="given: saw 1 times, wanted 2"):
        times_of(Timed((), (jnp.zeros(1),)), 2)
