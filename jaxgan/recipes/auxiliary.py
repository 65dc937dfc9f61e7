"""Recipes whose discriminator has a head beside its logit: see `jaxgan.nn.Headed`."""

from jaxgan import losses
from jaxgan.core import schedules
from jaxgan.core.heads import Codes
from jaxgan.core.types import Loss, Term, Turn
from jaxgan.recipes.recipe import LearningRate, Recipe, adams
from jaxgan.terms import (
    adversarial,
    auxiliary_classifier,
    data_to_data_cross_entropy,
    mutual_information,
)

MNIST_CODES = Codes(categories=(10,), continuous=2)
"""InfoGAN's for MNIST: digits, and what turned out to be rotation and width."""


def acgan(
    generator_rate: LearningRate = 2e-4,
    discriminator_rate: LearningRate = 2e-4,
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
      generator_rate: Adam's, for the generator.
      discriminator_rate: Adam's, for the discriminator and the head.
      b1: Adam's first beta.
      weight: of the classifier.
      fake: its weight of fakes on the discriminator's turn, see `auxiliary_classifier`.
    """
    term = auxiliary_classifier(weight, fake=fake)
    optimizers = adams(generator_rate, discriminator_rate, b1)
    return Recipe(_turns(losses.nonsaturating, term), optimizers)


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
    return Recipe(_turns(losses.nonsaturating, term), optimizers)


def reacgan(
    generator_rate: LearningRate = 2.8284e-4,
    discriminator_rate: LearningRate = 2.8284e-4,
    b1: float = 0.5,
    critic_steps: int = 5,
    weight: float = 0.5,
    temperature: float = 0.5,
    margin: float = 0.98,
    average_from: int = 5_000,
) -> Recipe:
    """ReACGAN, Kang et al. 2021 (arXiv 2111.01118), as its code trains it on CIFAR-10.

    Hinge loss and D2D-CE on both turns, BigGAN's networks, batches of 128; Adam 2√2e-4,
    betas (0.5, 0.999), 5 discriminator updates per generator update; the generator's
    average decays by 0.9999 per generator update. The discriminator needs
    `nn.ProxyHead` under the name 'proxies', and the game labels for real and fake.

    Args:
      generator_rate: Adam's, for the generator.
      discriminator_rate: Adam's, for the discriminator and the head.
      b1: Adam's first beta.
      critic_steps: discriminator updates per generator update.
      weight: of D2D-CE.
      temperature: see `data_to_data_cross_entropy`.
      margin: likewise.
      average_from: the step at which averaging begins: 1000 generator updates.
    """
    term = data_to_data_cross_entropy(weight, temperature=temperature, margin=margin)
    return Recipe(
        _turns(losses.hinge, term, critic_steps),
        adams(generator_rate, discriminator_rate, b1),
        # The average moves on every step, the generator on every `critic_steps`th.
        schedules.constant_decay(0.9999 ** (1.0 / critic_steps), average_from),
    )


def _turns(loss: Loss, term: Term, critic_steps: int = 1) -> tuple[Turn, ...]:
    """Both players also minimise the term."""
    terms = (adversarial(loss), term)
    return (
        Turn("discriminator", terms),
        Turn("generator", terms, every=critic_steps),
    )
