"""InfoGAN."""

from jaxgan import losses
from jaxgan.core.heads import Codes
from jaxgan.core.recipe import Recipe
from jaxgan.recipes.alternation import LearningRate, adams, sharing
from jaxgan.terms import mutual_information

MNIST_CODES = Codes(categories=(10,), continuous=2)
"""InfoGAN's for MNIST: digits, and what turned out to be rotation and width."""


def infogan(
    codes: Codes = MNIST_CODES,
    generator_rate: LearningRate = 1e-3,
    discriminator_rate: LearningRate = 2e-4,
    b1: float = 0.5,
    weight: float = 1.0,
    continuous: float = 1.0,
) -> Recipe:
    """InfoGAN, Chen et al. 2016 (arXiv 1606.03657), appendix C.1: MNIST.

    The non-saturating loss less λ times a lower bound of the mutual information between
    codes and fake, on both turns. Adam 1e-3 for the generator and 2e-4 for the
    discriminator, betas (0.5, 0.999), λ = 1, one update each. The discriminator needs
    `nn.CodeHead` under the name 'codes', and the game latents by `with_codes`; the
    official code's noise is 62 numbers, uniform in [-1, 1].

    Args:
      codes: the last numbers of the latent.
      generator_rate: Adam's, for the generator.
      discriminator_rate: Adam's, for the discriminator and the head.
      b1: Adam's first beta.
      weight: λ.
      continuous: weight of continuous codes beside categories.
    """
    term = mutual_information(codes, weight, continuous=continuous)
    optimizers = adams(generator_rate, discriminator_rate, b1)
    return Recipe(sharing(losses.nonsaturating, term), optimizers)
