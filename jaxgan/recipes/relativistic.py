"""Relativistic pairing."""

from jaxgan import losses
from jaxgan.core.recipe import Recipe
from jaxgan.recipes.alternation import LearningRate, alternating


def relativistic(
    learning_rate: LearningRate = 2e-4,
    b1: float = 0.5,
    discriminator_rate: LearningRate | None = None,
) -> Recipe:
    """RpGAN, Jolicoeur-Martineau 2018 (arXiv 1807.00734), algorithm 1.

    Adam 2e-4, betas (0.5, 0.999), one update each. Arguments are those of
    `nonsaturating`.
    """
    return alternating(losses.relativistic, learning_rate, b1, discriminator_rate)
