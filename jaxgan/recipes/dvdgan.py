"""DVD-GAN, and its prediction."""

from jaxgan import losses
from jaxgan.core.ranges import check_count, check_number
from jaxgan.core.recipe import Recipe
from jaxgan.core.types import Turn
from jaxgan.recipes.alternation import LearningRate, adams
from jaxgan.terms import adversarial, grid_cell

CRITICS = 2.0
"""Their losses are added up, where `adversarial` has the mean of them."""


def dvdgan(
    generator_rate: LearningRate = 1e-4,
    discriminator_rate: LearningRate = 5e-4,
    critic_steps: int = 2,
    b1: float = 0.0,
    grid_cells: float = 0.0,
) -> Recipe:
    """DVD-GAN, Clark et al. 2019 (arXiv 1907.06571), section 3 and appendix.

    The hinge losses of frames and of clips, added up; Adam 1e-4 and 5e-4, betas (0,
    0.999), 2 discriminator updates per generator update, batches of 512. Prediction of
    radar (Ravuri et al. 2021, arXiv 2104.00954) is trained so too, with rates of 5e-5
    and 2e-4 and `grid_cells` of 20.

    Args:
      generator_rate: Adam's, for the generator.
      discriminator_rate: Adam's, for both discriminators.
      critic_steps: discriminator updates per generator update.
      b1: Adam's first beta.
      grid_cells: weight of `grid_cell`, for predictors; 0 leaves it out.

    Raises:
      ValueError: naming the number that is out of range.
    """
    check_count("critic_steps", critic_steps)
    check_number("grid_cells", grid_cells, least=0)
    play = adversarial(losses.hinge, CRITICS)
    terms = (play, grid_cell(grid_cells)) if grid_cells else (play,)
    return Recipe(
        (
            Turn("discriminator", (play,)),
            Turn("generator", terms, every=critic_steps),
        ),
        adams(generator_rate, discriminator_rate, b1),
    )
