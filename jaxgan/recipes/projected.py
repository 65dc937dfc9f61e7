"""Projected GANs."""

from jaxgan import losses
from jaxgan.core import schedules
from jaxgan.core.recipe import Recipe
from jaxgan.recipes.alternation import LearningRate, adams, versus


def projected(
    generator_rate: LearningRate = 2e-4,
    discriminator_rate: LearningRate = 2e-4,
    half_life: float = 20_000.0,
) -> Recipe:
    """Projected GAN, Sauer et al. 2021 (arXiv 2111.01007), as its code trains FastGAN.

    The hinge loss, over the logits of all scales in one row, so that large maps weigh
    more; no penalty: the projection and spectral norms do without. One update each,
    Adam with betas (0, 0.99). The code trains StyleGAN2 with rates of 0.002 and
    separable discriminators. Augmentation (colour, translation by an eighth, holes of a
    fifth) is the experiment's business.

    Args:
      generator_rate: Adam's.
      discriminator_rate: Adam's.
      half_life: of the generator's average, in images, without a ramp-up; the code has
        10 000 / 32 times the batch, which is 64 by default here.

    Raises:
      ValueError: naming the number that is out of range.
    """
    return Recipe(
        versus(losses.hinge, 1),
        adams(generator_rate, discriminator_rate, 0.0, 0.99),
        schedules.half_life(half_life),
    )
