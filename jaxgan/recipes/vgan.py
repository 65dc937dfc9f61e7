"""VGAN."""

from jaxgan import losses
from jaxgan.core.ranges import check_number
from jaxgan.core.recipe import Recipe
from jaxgan.core.types import Turn
from jaxgan.recipes.alternation import LearningRate, adams
from jaxgan.terms import adversarial, mask_sparsity


def vgan(
    learning_rate: LearningRate = 2e-4,
    b1: float = 0.5,
    sparsity: float = 0.1,
) -> Recipe:
    """VGAN, Vondrick et al. 2016 (arXiv 1609.02612), sections 3 and 4.

    The non-saturating loss, halved for the discriminator, which moves first, and 0.1 of
    the foreground's mask; Adam 2e-4, betas (0.5, 0.999), batches of 64. For a generator
    that says its mask, as `vgan.Generator` does.

    Args:
      learning_rate: Adam's, for both players.
      b1: Adam's first beta.
      sparsity: weight of the mask; 0 leaves it out, and any generator will do.

    Raises:
      ValueError: naming the number that is out of range.
    """
    check_number("learning_rate", learning_rate, above=0)
    terms = (adversarial(losses.nonsaturating),)
    if sparsity:
        terms = (*terms, mask_sparsity(sparsity))
    return Recipe(
        (
            Turn("discriminator", (adversarial(losses.nonsaturating, 0.5),)),
            Turn("generator", terms),
        ),
        adams(learning_rate, learning_rate, b1),
    )
