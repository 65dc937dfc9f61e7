"""The smallest game of all: one number against another.

The Dirac-GAN of Mescheder et al. 2018 (arXiv 1801.04406), section 2: the data lie at 0,
the generator makes θ, and the discriminator is the line ψx.
"""

from typing import Any

import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np
import optax

from jaxgan import losses
from jaxgan.core import Players, Sample, Turn
from jaxgan.core.recipe import Recipe
from jaxgan.core.state import init_state
from jaxgan.core.step import make_step
from jaxgan.games.latent import LatentGame
from jaxgan.terms import adversarial, r1

STEPS, RATE = 500, 0.1
START = 1.2
"""Of θ; ψ begins at 0."""


class Place(nn.Module):
    """A generator of one number, whatever the latent."""

    @nn.compact
    def __call__(self, value, given, context):
        """Maps latents [B, 1] to points [B, 1]."""
        place = self.param("place", nn.initializers.constant(START), (1, 1))
        return 0.0 * value + place


class Tilt(nn.Module):
    """A discriminator with one slope."""

    @nn.compact
    def __call__(self, value, given, context):
        """Maps points [B, 1] to logits [B]."""
        slope = self.param("slope", nn.initializers.zeros, (1, 1))
        return (value @ slope)[:, 0]


def path(penalty: float) -> np.ndarray:
    """Plays, and returns (θ, ψ) after every step, [STEPS + 1, 2]."""
    game = LatentGame(Place(), Tilt(), latent_size=1)
    play = adversarial(losses.minimax)
    recipe = Recipe(
        (Turn("discriminator", (play, r1(penalty))), Turn("generator", (play,))),
        Players(optax.sgd(RATE), optax.sgd(RATE)),
    )
    batch = Sample(jnp.zeros((1, 1)))
    first = init_state(jax.random.key(0), game, recipe.turns, recipe.optimizers, batch)
    step = make_step(game, recipe.turns, recipe.optimizers)

    def seen(state):
        generator, discriminator = state.variables
        both = generator["params"]["place"], discriminator["params"]["slope"]
        return jnp.stack([x[0, 0] for x in both])

    def play_on(state, _):
        after, _ = step(state, batch)
        return after, seen(after)

    _, places = jax.jit(lambda state: jax.lax.scan(play_on, state, None, STEPS))(first)
    return np.concatenate([[np.asarray(seen(first))], places])


def oscillation() -> list[dict[str, Any]]:
    """Without a penalty it circles; with R1 it comes to rest."""
    games = (("No penalty", 0.0), ("With R1", 0.3))
    return [
        {
            "title": title,
            "path": [[round(float(x), 4) for x in place] for place in path(penalty)],
        }
        for title, penalty in games
    ]
