"""Real-ESRGAN."""

from jaxgan import losses
from jaxgan.core import schedules
from jaxgan.core.recipe import Recipe
from jaxgan.core.types import Term
from jaxgan.recipes.alternation import LearningRate, adams
from jaxgan.recipes.esrgan import UNIT
from jaxgan.recipes.restoration import pixels_first, rate_after
from jaxgan.terms import adversarial, fake_and_real, pixel
from jaxgan.terms.criteria import Pair


def real_esrgan(
    perceptual: Term,
    pair: Pair = fake_and_real,
    pixel_steps: int = 1_000_000,
    learning_rate: LearningRate = 1e-4,
    pixel_rate: float = 2e-4,
    pixel_weight: float = 1.0,
    adversarial_weight: float = 0.1,
    decay: float = 0.999,
) -> Recipe:
    """Real-ESRGAN, Wang et al. 2021 (arXiv 2107.10833), section 4.1.

    Real-ESRNet first: absolute differences of pixels, at 2e-4. Then L1 + the perceptual
    loss of five layers + 0.1 · the non-saturating loss, the generator first; Adam 10⁻⁴
    with betas (0.9, 0.99), batches of 48, 400 000 steps; the generator is averaged from
    the first step on. For `games.paired.PairedGame` with a `degrade`, whose
    discriminator, a U-Net that judges every pixel, sees no source. The official code
    shows the discriminator fakes from before the generator's move, and starts Adam anew
    after Real-ESRNet.

    Pixels and features are compared with sharpened targets, the discriminator sees
    targets as they are: give this and `perceptual` the same pair, such as
    `terms.against(sharpen)`.

    Args:
      perceptual: with its weight, 1: `terms.perceptual`, of layers conv1_2 and conv2_2
        (0.1 each), conv3_4, conv4_4 and conv5_4 (1 each).
      pair: finds values and targets of the pixels.
      pixel_steps: steps of Real-ESRNet; 0 leaves it out, to start from a run.
      learning_rate: Adam's of both players afterwards; a schedule counts from there.
      pixel_rate: that of Real-ESRNet.
      pixel_weight: of images in [0, 1].
      adversarial_weight: of the generator's loss.
      decay: of the generator's average, per step.

    Raises:
      ValueError: naming the number that is out of range.
    """
    return Recipe(
        pixels_first(
            pixel(UNIT, pair=pair),
            (
                pixel(UNIT * pixel_weight, pair=pair),
                perceptual,
                adversarial(losses.nonsaturating, adversarial_weight),
            ),
            adversarial(losses.nonsaturating),
            pixel_steps,
        ),
        adams(
            rate_after(pixel_rate, pixel_steps, learning_rate),
            learning_rate,
            b1=0.9,
            b2=0.99,
        ),
        schedules.constant_decay(decay),
    )
