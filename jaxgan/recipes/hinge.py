"""The hinge loss, as SNGAN and SAGAN train it."""

from jaxgan import losses
from jaxgan.core.recipe import Recipe
from jaxgan.recipes.alternation import LearningRate, adams, versus


def hinge(
    generator_rate: LearningRate = 2e-4,
    discriminator_rate: LearningRate = 2e-4,
    b1: float = 0.0,
    b2: float = 0.9,
    critic_steps: int = 5,
) -> Recipe:
    """SNGAN's, Miyato et al. 2018 (arXiv 1802.05957), table 1 setting C.

    Adam 2e-4, betas (0, 0.9), 5 discriminator updates per generator update, with
    spectral normalisation in the discriminator. SAGAN (arXiv 1805.08318) uses rates
    1e-4 and 4e-4 with one update each.
    """
    return Recipe(
        versus(losses.hinge, critic_steps),
        adams(generator_rate, discriminator_rate, b1, b2),
    )
