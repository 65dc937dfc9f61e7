"""pix2pix."""

from jaxgan import losses
from jaxgan.core.ranges import check_number
from jaxgan.core.recipe import Recipe
from jaxgan.core.types import Turn
from jaxgan.recipes.alternation import LearningRate, adams
from jaxgan.terms import adversarial, pixel
from jaxgan.terms.criteria import Criterion, mean_absolute


def pix2pix(
    learning_rate: LearningRate = 2e-4,
    l1_weight: float = 100.0,
    b1: float = 0.5,
    criterion: Criterion = mean_absolute,
) -> Recipe:
    """pix2pix, Isola et al. 2017 (arXiv 1611.07004), sections 3 and 3.3.

    The non-saturating loss, halved for the discriminator, which moves first, and
    100 · L1; Adam 2e-4 with betas (0.5, 0.999), batches of 1. For
    `games.paired.PairedGame`. The official rate falls to nothing over the second half
    of 200 epochs: `schedules.linear_decay(2e-4, 100, 100, every=n)`, with n steps per
    epoch. The official code shows both players the same fakes: train with
    `--shared-draws` to have the same dropout on both turns.

    Args:
      learning_rate: Adam's, for both players: a number, or a schedule.
      l1_weight: λ.
      b1: Adam's first beta.
      criterion: of the distance that λ weighs. Where targets are black all over but for
        thin lines, `mean_squared`: the median of what a pixel may be is black, and L1
        leads there first, where tanh has no slope.

    Raises:
      ValueError: naming the number that is out of range.
    """
    check_number("learning_rate", learning_rate, above=0)
    near = pixel(l1_weight, criterion=criterion)
    return Recipe(
        (
            Turn("discriminator", (adversarial(losses.nonsaturating, 0.5),)),
            Turn("generator", (adversarial(losses.nonsaturating), near)),
        ),
        adams(learning_rate, learning_rate, b1),
    )
