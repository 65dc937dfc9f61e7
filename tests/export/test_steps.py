"""The train step itself as a graph: each of its steps is JAX's, from the same state."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan import recipes
from jaxgan.core import init_state, make_step
from jaxgan.core.schedules import constant_decay
from jaxgan.core.types import Sample
from jaxgan.data import batches, ring
from jaxgan.export.model import as_input
from jaxgan.games.latent import LatentGame
from jaxgan.models import toy
from tests.export.same import exported

STEPS = 5
RECIPES = {
    "nonsaturating": recipes.nonsaturating,
    "minimax": recipes.minimax,
    "wgan": functools.partial(recipes.wgan, first_rounds=0),
    "wgan_gp": recipes.wgan_gp,
    "hinge": lambda rate: recipes.hinge(rate, rate),
    "r3gan": lambda rate: recipes.r3gan(
        gamma=(0.1, 0.01),
        learning_rate=(rate, 0.1 * rate),
        half_life=(0.0, 4_000.0),
        burn_in_images=16_000,
        batch_size=32,
    ),
}
QUICK = ("wgan_gp",)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name in QUICK else pytest.mark.slow)
        for name in RECIPES
    ],
)
def test_every_step_is_the_same(name):
    """Each number of a state, in the largest of its array.

    The second moments of Adam are squares of slopes: those of a penalised critic are
    in the thousands when it begins, and their rounding is as large.
    """
    recipe = RECIPES[name](1e-3)
    widths = (16, 16)
    game = LatentGame(
        toy.Generator(widths, normalise=False), toy.Discriminator(widths, 2), 2
    )
    data = batches(ring(), 32, 0)
    state = jax.jit(
        lambda key: init_state(key, game, recipe.turns, recipe.optimizers, data(0))
    )(jax.random.key(0))
    average = constant_decay(0.99)
    step = make_step(game, recipe.turns, recipe.optimizers, ema_decay=average)

    def stepped(*leaves):
        return jax.tree.leaves(step(*jax.tree.unflatten(tree, leaves)))

    def with_batch(state, place) -> tuple[list, object]:
        return jax.tree.flatten((state, Sample(*map(jnp.asarray, data(place)[:1]))))

    leaves, tree = with_batch(state, 0)
    run, by_jax = exported(stepped, leaves), jax.jit(stepped)
    for place in range(STEPS):
        made, wanted = run(*leaves), by_jax(*leaves)
        for one, other in zip(made, map(as_input, wanted), strict=True):
            if other.dtype.kind in "bi":
                np.testing.assert_array_equal(one, other)
                continue
            largest = float(np.abs(other).max(initial=0.0))
            np.testing.assert_allclose(one, other, rtol=0, atol=1e-6 + 1e-5 * largest)
        count = len(jax.tree.leaves(state))
        state = jax.tree.unflatten(jax.tree.structure(state), wanted[:count])
        leaves, _ = with_batch(state, place + 1)
