"""ACGAN."""

from jaxgan import losses
from jaxgan.core.recipe import Recipe
from jaxgan.recipes.alternation import LearningRate, adams, sharing
from jaxgan.terms import auxiliary_classifier


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
    return Recipe(sharing(losses.nonsaturating, term), optimizers)
