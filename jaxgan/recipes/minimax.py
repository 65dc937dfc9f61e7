"""The zero-sum game of the first GAN."""

from jaxgan import losses
from jaxgan.core.recipe import Recipe
from jaxgan.recipes.alternation import LearningRate, alternating


def minimax(
    learning_rate: LearningRate = 2e-4,
    b1: float = 0.5,
    discriminator_rate: LearningRate | None = None,
) -> Recipe:
    """The zero-sum game of Goodfellow et al. 2014 (arXiv 1406.2661), equation 1.

    Optimizers are those of DCGAN (Radford et al. 2016, arXiv 1511.06434): Adam 2e-4,
    betas (0.5, 0.999), one discriminator update per generator update. The paper itself
    used momentum SGD. The generator's gradient vanishes when it loses: prefer
    `nonsaturating`, which has the same arguments.
    """
    return alternating(losses.minimax, learning_rate, b1, discriminator_rate)
