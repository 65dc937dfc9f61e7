"""GAT: scalable GANs with transformers."""

import optax

from jaxgan import losses
from jaxgan.core import schedules
from jaxgan.core.ranges import check_number
from jaxgan.core.recipe import Recipe
from jaxgan.core.types import Players, Term
from jaxgan.optimizers import LearningRate, adam, rate_by_width
from jaxgan.recipes.alternation import versus
from jaxgan.terms import approximated_r1, approximated_r2


def gat(
    learning_rate: LearningRate = 2e-4,
    widths: tuple[int, int] = (768, 768),
    gamma: float = 0.1,
    epsilon: float = 0.01,
    half_life: float = 355_000.0,
    clip: float = 1.0,
    terms: tuple[Term, ...] = (),
    ramp_up: float | None = None,
) -> Recipe:
    """GAT, Hyun et al. 2025 (arXiv 2509.24935), with the constants of its code.

    The relativistic loss with R1 and R2 by finite differences on every step; one update
    each, Adam with betas (0, 0.99), clipped gradients, and learning rates by width:
    4e-4 for S, 2e-4 for B, 1.5e-4 for L, 1.33e-4 for XL, in batches of 512. The
    discriminator is to see `augment.level_noise`, and fakes to have the reals' labels.

    The code draws z once for both moves of a step; here each draws its own.

    Args:
      learning_rate: Adam's at a width of 768.
      widths: of the generator and of the discriminator.
      gamma: of the penalties ½γ ((D(x + ε n) - D(x)) / ε)².
      epsilon: how far the other points are, in numbers of the data: the paper's are
        latents of deviation 1.
      half_life: of the generator's average, in images: 0.999 per step of 512 in the
        code.
      clip: the largest norm of either player's gradient.
      terms: the discriminator's besides: the paper's has `terms.alignment`, without
        which it reports a clear drop.
      ramp_up: the half-life is at most this share of the images seen; None: not so,
        as published.

    Raises:
      ValueError: naming the number that is out of range.
    """
    check_number("gamma", gamma, least=0)
    check_number("clip", clip, above=0)

    def optimizer(width: int) -> optax.GradientTransformation:
        rate = rate_by_width(learning_rate, width)
        return optax.chain(optax.clip_by_global_norm(clip), adam(rate, 0.0, 0.99))

    penalties = (
        make(gamma, epsilon=epsilon) for make in (approximated_r1, approximated_r2)
    )
    return Recipe(
        versus(losses.relativistic, 1, *penalties, *terms),
        Players(*map(optimizer, widths)),
        schedules.half_life(half_life, ramp_up),
    )
