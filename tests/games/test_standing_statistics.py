"""Means of the statistics that passes normalise by."""

import jax
import numpy as np
from flax import linen as nn

from jaxgan.games.latent import LatentGame
from jaxgan.games.standing_statistics import standing_statistics
from jaxgan.nn import BatchNorm
from tests.games.test_latent import BATCH, Judge, context


class Normal(nn.Module):
    @nn.compact
    def __call__(self, value, given, context):
        del given
        return BatchNorm()(3.0 * value + 1.0, context)


def test_standing_statistics_are_those_of_the_passes():
    """Means over passes of what each normalised by, and nothing else changes."""
    game = LatentGame(Normal(), Judge(), latent_size=3)
    variables = game.init(jax.random.key(0), BATCH).generator
    made = standing_statistics(game, variables, context(), passes=4)
    latents = [
        game.latent(variables, context().fork(f"standing_{number}"))[0].value
        for number in range(4)
    ]
    assert len(np.unique(np.stack(latents))) == 4 * 6 * 3
    rows = 3.0 * np.stack(latents) + 1.0
    seen = made["batch_stats"]["BatchNorm_0"]
    np.testing.assert_allclose(seen["mean"], rows.mean((0, 1)), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(seen["var"], rows.var(1).mean(0), rtol=1e-4)
    assert jax.tree.structure(made) == jax.tree.structure(variables)
    before = variables["batch_stats"]["BatchNorm_0"]["mean"]
    np.testing.assert_array_equal(before, np.zeros(3))
    np.testing.assert_array_equal(
        made["params"]["BatchNorm_0"]["scale"],
        variables["params"]["BatchNorm_0"]["scale"],
    )
