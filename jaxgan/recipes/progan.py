"""ProGAN."""

import optax

from jaxgan import losses
from jaxgan.core import schedules
from jaxgan.core.growth import Growing, by_level
from jaxgan.core.ranges import check_number
from jaxgan.core.recipe import Recipe
from jaxgan.core.types import Players
from jaxgan.optimizers import adam, forgetting
from jaxgan.recipes.alternation import versus
from jaxgan.terms import drift, gradient_penalty

RATES = (*(1e-3,) * 5, 1.5e-3, 2e-3, 3e-3)
"""By the level, from 4×4 on; 512×512 and all larger have the last."""


def progan(
    growing: Growing | None = None,
    learning_rate: float | None = None,
    penalty: float = 10.0,
    drift_weight: float = 1e-3,
    decay: float = 0.999,
    ramp_up: float | None = None,
) -> Recipe:
    """ProGAN, Karras et al. 2018 (arXiv 1710.10196), appendix A.1.

    WGAN-GP, λ = 10, one critic update per generator update, and 10⁻³ D(x)² at real x;
    Adam with betas (0, 0.99), whose rate is 0.001, and by size 0.0015 at 128, 0.002 at
    256 and 0.003 at 512 and 1024 (the official code's for eight GPUs). Where a fade
    begins or ends both optimizers forget their moments, as there.

    Args:
      growing: the schedule of the networks; None is of networks that do not grow.
      learning_rate: at all levels; None is the published one of each, and without
        growth 0.001.
      penalty: λ.
      drift_weight: of D(x)².
      decay: of the generator's average, per step.
      ramp_up: see `growing_average`.

    Raises:
      ValueError: naming the number that is out of range.
    """
    return Recipe(
        versus(losses.wasserstein, 1, gradient_penalty(penalty), drift(drift_weight)),
        growing_adams(growing, learning_rate),
        growing_average(growing, schedules.constant_decay(decay), ramp_up),
    )


def growing_adams(
    growing: Growing | None, learning_rate: float | None
) -> Players[optax.GradientTransformation]:
    """Makes ProGAN's and StyleGAN's Adam for both players; arguments as of `progan`."""
    check_number("learning_rate", learning_rate, above=0)
    if growing is None:
        both = adam(learning_rate or RATES[0], 0.0, 0.99)
    else:
        moments = optax.scale_by_adam(b1=0.0, b2=0.99, eps=1e-8)
        rate = learning_rate or by_level(growing, RATES)
        both = optax.chain(
            forgetting(moments, growing.phase), optax.scale_by_learning_rate(rate)
        )
    return Players(both, both)


def growing_average(
    growing: Growing | None, decay: schedules.Decay, ramp_up: float | None
) -> schedules.Decay:
    """Makes ProGAN's and StyleGAN's average.

    Args:
      growing: as of `progan`.
      decay: in the long run.
      ramp_up: the half-life is at most this share of the images since a fade began or
        ended, or since the first step: what is averaged otherwise lags behind new
        layers where a fade is short, as it is not in the papers; None: not so.
    """
    if ramp_up is None:
        return decay
    seen = growing.since_phase if growing else None
    return schedules.ramped_up(decay, ramp_up, seen)
