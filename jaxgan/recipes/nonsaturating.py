"""The first GAN's other loss, as DCGAN trains it."""

from jaxgan import losses
from jaxgan.core.recipe import Recipe
from jaxgan.recipes.alternation import LearningRate, alternating


def nonsaturating(
    learning_rate: LearningRate = 2e-4,
    b1: float = 0.5,
    discriminator_rate: LearningRate | None = None,
) -> Recipe:
    """The loss of Goodfellow et al. 2014, section 3, trained as DCGAN does.

    Radford et al. 2016 (arXiv 1511.06434), section 4: Adam 2e-4, betas (0.5, 0.999).

    Args:
      learning_rate: Adam's, for both players.
      b1: Adam's first beta.
      discriminator_rate: for the discriminator instead, if not None. A generator that
        loses early, and collapses, may want a slower opponent.
    """
    return alternating(losses.nonsaturating, learning_rate, b1, discriminator_rate)
