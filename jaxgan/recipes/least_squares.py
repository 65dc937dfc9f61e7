"""LSGAN."""

from jaxgan import losses
from jaxgan.core.recipe import Recipe
from jaxgan.recipes.alternation import LearningRate, alternating


def least_squares(
    learning_rate: LearningRate = 2e-4,
    b1: float = 0.5,
    discriminator_rate: LearningRate | None = None,
) -> Recipe:
    """LSGAN, Mao et al. 2017 (arXiv 1611.04076): Adam 2e-4, betas (0.5, 0.999).

    Arguments are those of `nonsaturating`.
    """
    return alternating(losses.least_squares, learning_rate, b1, discriminator_rate)
