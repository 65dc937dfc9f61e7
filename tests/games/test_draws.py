"""Distributions of latents against theory."""

import dataclasses
import functools

import jax
import numpy as np
import pytest

from jaxgan.core.heads import Codes
from jaxgan.games.draws import truncated_normal, with_codes
from jaxgan.games.latent import LatentGame
from tests.games.test_latent import Echo, Judge, context


@pytest.mark.parametrize("threshold", [0.3, 2.0])
def test_truncated_normal(threshold):
    """Within the threshold, everywhere in it, with the variance that theory says."""
    draws = np.asarray(truncated_normal(threshold)(jax.random.key(0), (20_000,)))
    assert np.abs(draws).max() <= threshold
    assert draws.max() > 0.99 * threshold > -0.99 * threshold > draws.min()
    grid = np.linspace(-threshold, threshold, 20_001)
    density = np.exp(-0.5 * grid**2)
    wanted = np.sum(density * grid**2) / np.sum(density)
    # Five standard errors; the fourth moment is at most threshold² times the second.
    error = 5 * threshold * (wanted / draws.size) ** 0.5
    np.testing.assert_allclose(np.mean(draws**2), wanted, atol=error)
    with pytest.raises(ValueError, match=r"threshold: saw 0\.0, wanted more than 0"):
        truncated_normal(0.0)


def test_latents_end_with_codes():
    """Noise first, of whatever kind; every example's codes are its own."""
    codes = Codes((3,), 1)
    noise = functools.partial(jax.random.uniform, minval=2.0, maxval=3.0)
    game = LatentGame(Echo(), Judge(), 6, draw=with_codes(codes, noise))
    value = game.latent({}, context())[0].value
    assert value.shape == (6, 6)
    assert np.all((value[:, :2] >= 2.0) & (value[:, :2] < 3.0))
    np.testing.assert_array_equal(value[:, 2:5].sum(1), 1.0)
    assert np.all(np.abs(value[:, 5]) <= 1.0)
    assert len(np.unique(value[:, 5])) == 6
    narrow = dataclasses.replace(game, latent_size=3)
    with pytest.raises(ValueError, match=r"latent_size: saw \(3,\), wanted at least"):
        narrow.latent({}, context())
