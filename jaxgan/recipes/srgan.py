"""SRGAN."""

from jaxgan import losses
from jaxgan.core import schedules
from jaxgan.core.recipe import Recipe
from jaxgan.core.types import Term
from jaxgan.recipes.alternation import LearningRate, adams
from jaxgan.recipes.restoration import pixels_first, rate_after
from jaxgan.terms import adversarial, mean_squared, pixel


def srgan(
    perceptual: Term,
    pixel_steps: int = 1_000_000,
    learning_rate: LearningRate = 1e-4,
    pixel_rate: float = 1e-4,
    adversarial_weight: float = 1e-3,
    decay: float = 0.0,
) -> Recipe:
    """SRGAN, Ledig et al. 2017 (arXiv 1609.04802), sections 2.2 and 3.2.

    SRResNet first: squared differences of pixels for a million steps. Then the content
    loss of VGG's features + 10⁻³ · the non-saturating loss, both players in turn; Adam
    10⁻⁴ with β₁ = 0.9, batches of 16. The paper then trains 10⁵ steps at 10⁻⁴ and 10⁵
    at 10⁻⁵: `optax.piecewise_constant_schedule(1e-4, {100_000: 0.1})`. For
    `games.paired.PairedGame` whose discriminator sees no source. There the weights of
    SRResNet start a new training; here Adam's memory goes on.

    Args:
      perceptual: the content loss, with its weight: `terms.perceptual`.
      pixel_steps: steps of SRResNet; 0 leaves it out.
      learning_rate: Adam's of both players afterwards; a schedule counts from there.
      pixel_rate: that of SRResNet.
      adversarial_weight: beside the content loss.
      decay: of the generator's average, per step; the paper has none.

    Raises:
      ValueError: naming the number that is out of range.
    """
    return Recipe(
        pixels_first(
            pixel(criterion=mean_squared),
            (perceptual, adversarial(losses.nonsaturating, adversarial_weight)),
            adversarial(losses.nonsaturating),
            pixel_steps,
        ),
        adams(
            rate_after(pixel_rate, pixel_steps, learning_rate), learning_rate, b1=0.9
        ),
        schedules.constant_decay(decay),
    )
