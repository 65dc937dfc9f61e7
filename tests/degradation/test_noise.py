"""Noise by its distribution, and by hand."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from jaxgan.degradation.noise import (
    level_power,
    normal_numbers,
    photons,
    poisson_noise,
)
from jaxgan.degradation.poisson import poisson_counts

EVEN = ((np.arange(2**14) + 0.5) * 2**18).astype(np.uint32)
"""Bits that lie evenly."""


@pytest.mark.parametrize(
    ("value", "power"), [(0, 8), (1, 0), (17, 3), (128, 5), (200, 7), (255, 8)]
)
def test_counts_have_poissons_distribution(value, power):
    values = jnp.full(EVEN.shape, value, jnp.int32)
    counts = np.asarray(poisson_counts(jnp.asarray(EVEN), values, jnp.int32(power)))
    rate = value * 2.0**power / 255
    shares = np.bincount(counts.astype(int), minlength=500)[:500] / len(EVEN)
    wanted = stats.poisson.pmf(np.arange(500), rate)
    np.testing.assert_allclose(shares, wanted, rtol=0, atol=2.0**-13)


def test_no_bits_give_an_outlier():
    ends = jnp.asarray([0, 2**32 - 1], jnp.uint32)
    for value, power in ((1, 0), (255, 8)):
        rate = value * 2.0**power / 255
        low, high = poisson_counts(ends, jnp.full(2, value), jnp.int32(power))
        assert rate - 6.6 * rate**0.5 <= low <= rate
        assert rate <= high <= rate + 7 * rate**0.5 + 12


def test_normal_numbers():
    seen = np.asarray(normal_numbers(jnp.asarray(EVEN)))
    wanted = stats.norm.ppf((EVEN.astype(float) + 0.5) / 2**32)
    np.testing.assert_allclose(seen, wanted, rtol=1e-3, atol=1e-5)
    ends = normal_numbers(jnp.asarray([0, 2**32 - 1], jnp.uint32))
    assert np.all(np.isfinite(ends))


@settings(max_examples=25, deadline=None)
@given(
    values=st.lists(st.integers(0, 255), min_size=1, max_size=60),
    ignored=st.integers(0, 255),
)
def test_levels_are_the_next_power_of_two(values, ignored):
    """What is not valid does not count."""
    fill = np.full(64, ignored, np.int32)
    fill[: len(values)] = values
    valid = (np.arange(64) < len(values)).reshape(8, 8, 1)
    power = _power(fill.reshape(8, 8, 1), valid)
    assert 2**power == 2 ** np.ceil(np.log2(len(set(values))))


_power = jax.jit(level_power)


def test_gray_noise_is_that_of_all_colors():
    x = jnp.asarray(np.random.default_rng(0).uniform(size=(16, 16, 3)), jnp.float32)
    bits = jax.random.bits(jax.random.key(0), x.shape)
    noise = jax.jit(lambda gray: poisson_noise(x, bits, 0.5, gray, clip=False) - x)
    gray, color = noise(True), noise(False)
    np.testing.assert_allclose(gray, np.repeat(gray[..., :1], 3, -1), atol=1e-6)
    assert np.std(color - color[..., :1]) > 0.01
    assert abs(np.mean(gray)) < 4 * np.std(gray) / 16
    np.testing.assert_array_equal(
        photons(x, True)[..., 0],
        np.round(255 * (x @ np.float32([0.2989, 0.587, 0.114]))),
    )


def test_noise_is_scaled_clipped_and_rounded():
    x = jnp.full((4, 4, 3), 0.9, jnp.float32)
    bits = jax.random.bits(jax.random.key(1), x.shape)
    free = jax.jit(lambda scale: poisson_noise(x, bits, scale, clip=False) - x)
    once, twice = free(1.0), free(2.0)
    np.testing.assert_allclose(twice, 2 * once, atol=1e-6)
    seen = jax.jit(lambda: poisson_noise(x, bits, 2.0, rounded=True))()
    assert seen.max() <= 1
    np.testing.assert_allclose(255 * seen, np.round(255 * seen), atol=1e-4)
