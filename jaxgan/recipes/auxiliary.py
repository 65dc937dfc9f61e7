"""Recipes whose discriminator has a head beside its logit: see `jaxgan.nn.Headed`."""

import optax

from jaxgan import losses
from jaxgan.core.heads import Codes
from jaxgan.core.types import Players, Term, Turn
from jaxgan.recipes.recipe import LearningRate, Recipe
from jaxgan.terms import adversarial, auxiliary_classifier, mutual_information

MNIST_CODES = Codes(categories=(10,), continuous=2)
"""InfoGAN's for MNIST: digits, and what turned out to be rotation and width."""


def acgan(
    learning_rate: LearningRate = 2e-4,
    b1: float = 0.5,
    weight: float = 1.0,
    fake: float = 1.0,
) -> Recipe:
    """ACGAN, Odena et al. 2017 (arXiv 1610.09585), section 3 and appendix A.

    The non-saturating loss, and a classifier of real and fake examples that both
    players want to be right. Adam 2e-4, betas (0.5, 0.999), one update each. The
    discriminator needs `nn.ClassHead` under the name 'classes', and the game labels for
    real and fake.

    Args:
      learning_rate: Adam's, for both players.
      b1: Adam's first beta.
      weight: of the classifier.
      fake: its weight of fakes on the discriminator's turn, see `auxiliary_classifier`.
    """
    adam = optax.adam(learning_rate, b1=b1, b2=0.999)
    return _with_head(auxiliary_classifier(weight, fake=fake), Players(adam, adam))


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
    adams = (
        optax.adam(rate, b1=b1, b2=0.999)
        for rate in (generator_rate, discriminator_rate)
    )
    term = mutual_information(codes, weight, continuous=continuous)
    return _with_head(term, Players(*adams))


def _with_head(term: Term, optimizers: Players[optax.GradientTransformation]) -> Recipe:
    """Both players also minimise the term."""
    terms = (adversarial(losses.nonsaturating), term)
    turns = (Turn("discriminator", terms), Turn("generator", terms))
    return Recipe(turns, optimizers)
