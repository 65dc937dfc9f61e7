"""The Wasserstein GAN with weight clipping."""

import optax

from jaxgan import losses
from jaxgan.core.recipe import Recipe
from jaxgan.core.types import Players
from jaxgan.optimizers import clip_weights
from jaxgan.recipes.alternation import LearningRate, versus


def wgan(
    learning_rate: LearningRate = 5e-5, clip: float = 0.01, critic_steps: int = 5
) -> Recipe:
    """WGAN with weight clipping, Arjovsky et al. 2017 (arXiv 1701.07875), algorithm 1.

    RMSProp 5e-5 for both (decay 0.99, as PyTorch's default, which the official code
    uses), weights clipped to ±0.01 after each critic update, 5 critic updates per
    generator update. The official code's longer critic training at the start (100
    updates for the first 25 rounds) is left out.
    """
    rmsprop = optax.rmsprop(learning_rate, decay=0.99, eps=1e-8, eps_in_sqrt=False)
    return Recipe(
        versus(losses.wasserstein, critic_steps),
        Players(rmsprop, optax.chain(rmsprop, clip_weights(clip))),
    )
