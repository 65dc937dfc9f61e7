"""StyleGAN."""

from jaxgan import losses
from jaxgan.core import schedules
from jaxgan.core.growth import Growing
from jaxgan.core.recipe import Recipe
from jaxgan.recipes.alternation import versus
from jaxgan.recipes.progan import growing_adams, growing_average
from jaxgan.terms import r1


def stylegan(
    growing: Growing | None = None,
    learning_rate: float | None = None,
    gamma: float = 10.0,
    half_life: float = 10_000.0,
    ramp_up: float | None = None,
) -> Recipe:
    """StyleGAN, Karras et al. 2019 (arXiv 1812.04948), appendix C.

    The non-saturating loss, and R1 on every step; Adam with betas (0, 0.99) and
    ProGAN's rates, see `progan`. Its schedule begins at 8×8: `Growing(first=1)`.

    Args:
      growing: as of `progan`.
      learning_rate: likewise.
      gamma: of R1, ½γ‖∇D(real)‖².
      half_life: of the generator's average, in images.
      ramp_up: see `jaxgan.recipes.progan.growing_average`.

    Raises:
      ValueError: naming the number that is out of range.
    """
    return Recipe(
        versus(losses.nonsaturating, 1, r1(gamma)),
        growing_adams(growing, learning_rate),
        growing_average(growing, schedules.half_life(half_life), ramp_up),
    )
