"""The Wasserstein GAN with a gradient penalty."""

from jaxgan import losses
from jaxgan.core.recipe import Recipe
from jaxgan.core.types import Players
from jaxgan.optimizers import LearningRate, adam
from jaxgan.recipes.alternation import versus
from jaxgan.terms import gradient_penalty


def wgan_gp(
    learning_rate: LearningRate = 1e-4,
    b1: float = 0.0,
    b2: float = 0.9,
    penalty: float = 10.0,
    critic_steps: int = 5,
) -> Recipe:
    """WGAN-GP, Gulrajani et al. 2017 (arXiv 1704.00028), algorithm 1.

    Adam 1e-4, betas (0, 0.9), λ = 10, 5 critic updates per generator update. The
    CIFAR-10 ResNet of the paper uses 2e-4, decayed linearly to 0. The critic must not
    normalise over the batch.
    """
    both = adam(learning_rate, b1, b2)
    return Recipe(
        versus(losses.wasserstein, critic_steps, gradient_penalty(penalty)),
        Players(both, both),
    )
