"""CycleGAN."""

from jaxgan import losses
from jaxgan.core.ranges import check_number
from jaxgan.core.recipe import Recipe
from jaxgan.core.types import Tree, Turn
from jaxgan.recipes.alternation import LearningRate, adams
from jaxgan.terms import adversarial, cycle, identity, image_pool


def cyclegan(
    shape: Tree = (256, 256, 3),
    learning_rate: LearningRate = 2e-4,
    b1: float = 0.5,
    cycle_weight: float = 10.0,
    identity_weight: float = 5.0,
    x: float = 1.0,
    y: float = 1.0,
    pool: int = 50,
) -> Recipe:
    """CycleGAN, Zhu et al. 2017 (arXiv 1703.10593), sections 3, 4 and 7.1.

    Least squares in both directions, λ = 10 for the cycles and half of that for the
    identity, as the official code has for all sets; Adam 2e-4 with betas (0.5, 0.999),
    batches of 1; a pool of 50 earlier fakes for each critic. For
    `games.unpaired.UnpairedGame`. Both translators move first, then both critics, which
    are halved beside them. The official code shows critics the fakes of the translators
    before their move; here they see those of the translators as they have just become.
    The official rate falls to nothing over the second half of 200 epochs:
    `schedules.linear_decay(2e-4, 100, 100, every=n)`, with n steps per epoch.

    Args:
      shape: of one example of both domains, (H, W, C), or {"x": ..., "y": ...}: the
        pools hold such.
      learning_rate: Adam's, for both players: a number, or a schedule.
      b1: Adam's first beta.
      cycle_weight: λ.
      identity_weight: beside it; 0 leaves the term out.
      x: of the terms of the domain x, beside both weights: the official λ_A over 10.
      y: of those of y: λ_B over 10.
      pool: how many fakes of a domain are kept; 0 shows only the newest.

    Raises:
      ValueError: naming the number that is out of range.
    """
    check_number("learning_rate", learning_rate, above=0)
    if not isinstance(shape, dict):
        shape = {"x": shape, "y": shape}
    # Their sum over two directions, where a term has the mean, and without the ½ of
    # `least_squares`.
    generator = [
        adversarial(losses.least_squares, 4.0),
        cycle(cycle_weight, x=x, y=y),
    ]
    if identity_weight:
        generator.append(identity(identity_weight, x=x, y=y))
    discriminator = adversarial(losses.least_squares, 2.0)
    if pool:
        discriminator = image_pool(discriminator, shape, pool)
    return Recipe(
        (Turn("generator", tuple(generator)), Turn("discriminator", (discriminator,))),
        adams(learning_rate, learning_rate, b1),
    )
