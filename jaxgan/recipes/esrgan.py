"""ESRGAN."""

from jaxgan import losses
from jaxgan.core import schedules
from jaxgan.core.recipe import Recipe
from jaxgan.core.types import Term
from jaxgan.recipes.alternation import LearningRate, adams
from jaxgan.recipes.restoration import pixels_first, rate_after
from jaxgan.terms import adversarial, pixel

UNIT = 0.5
"""What an absolute difference in [0, 1] is of one in [-1, 1]."""


def esrgan(
    perceptual: Term,
    pixel_steps: int = 1_000_000,
    learning_rate: LearningRate = 1e-4,
    pixel_rate: float = 2e-4,
    pixel_weight: float = 0.01,
    adversarial_weight: float = 0.005,
    b2: float = 0.99,
    decay: float = 0.999,
) -> Recipe:
    """ESRGAN, Wang et al. 2018 (arXiv 1809.00219), sections 3.2, 3.3 and 4.1.

    Absolute differences of pixels first. Then the perceptual loss, of VGG's features
    before the activation, + 0.005 · the relativistic average loss + 0.01 · L1, in this
    order, the generator first; Adam 10⁻⁴, batches of 16. Constants and order are those
    of the authors' BasicSR, whose betas are (0.9, 0.99) where the paper has (0.9,
    0.999), and which averages the generator; it halves both sides of the relativistic
    loss, and detaches the discriminator's means. The rate is halved after 50 000,
    100 000, 200 000 and 300 000 steps: `optax.piecewise_constant_schedule`. For
    `games.paired.PairedGame` whose discriminator sees no source. The official code
    shows the discriminator fakes from before the generator's move, and starts Adam anew
    after the pixels.

    Args:
      perceptual: with its weight, 1: `terms.perceptual`, of layer conv5_4.
      pixel_steps: steps by pixels alone; 0 leaves them out, to start from a run.
      learning_rate: Adam's of both players afterwards; a schedule counts from there.
      pixel_rate: of the steps by pixels.
      pixel_weight: η, of images in [0, 1].
      adversarial_weight: λ.
      b2: Adam's second beta.
      decay: of the generator's average, per step.

    Raises:
      ValueError: naming the number that is out of range.
    """
    constants = losses.relativistic_average_of_constants
    return Recipe(
        pixels_first(
            pixel(UNIT),
            (
                pixel(UNIT * pixel_weight),
                perceptual,
                adversarial(losses.relativistic_average, 0.5 * adversarial_weight),
            ),
            adversarial(constants, 0.5),
            pixel_steps,
        ),
        adams(
            rate_after(pixel_rate, pixel_steps, learning_rate),
            learning_rate,
            b1=0.9,
            b2=b2,
        ),
        schedules.constant_decay(decay),
    )
