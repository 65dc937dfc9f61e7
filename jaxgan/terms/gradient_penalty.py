"""WGAN-GP's penalty."""

import jax
import jax.numpy as jnp

from jaxgan.core.types import Play, Sample, Schedule, Term
from jaxgan.terms.slopes import along, per_verdict, safe_root, squared_slope


def gradient_penalty(
    weight: float | Schedule = 10.0, *, one_sided: bool = False
) -> Term:
    """(‖∇ₓ D(x̂)‖ - 1)² at x̂ = real + α (fake - real), α ~ U(0, 1).

    Gulrajani et al. 2017 (arXiv 1704.00028), equation 3. One α per example (per pack,
    with packing), one norm over all of the example. The interpolation is conditioned on
    what the real example is.

    Args:
      weight: λ.
      one_sided: penalise only slopes above 1: max(0, ‖∇ₓ D(x̂)‖ - 1)² (the same paper,
        section 4; Petzka et al. 2018, arXiv 1709.08894).
    """

    def apply(state, play: Play):
        alpha = jax.vmap(jax.random.uniform)(play.context.draw("gradient_penalty"))
        alpha = per_verdict(alpha, play)
        between = jax.tree.map(
            lambda real, fake, share: real + share * (fake - real),
            play.real.value,
            play.fake.value,
            along(alpha, play.real.value),
        )
        sample = Sample(between, play.real.given)
        excess = safe_root(squared_slope(play, sample, "between")) - 1.0
        if one_sided:
            excess = jnp.maximum(excess, 0.0)
        return jnp.square(excess), state

    return Term("gradient_penalty", apply, weight=weight)
