"""ProGAN's drift penalty."""

import jax
import jax.numpy as jnp

from jaxgan.core.types import Play, Schedule, Term
from jaxgan.terms.adversarial import mean_per_example


def drift(weight: float | Schedule = 1e-3) -> Term:
    """D(x)² at real x: keeps a Wasserstein critic's output near zero.

    Karras et al. 2018 (arXiv 1710.10196), appendix A.1. Averaged over all logits.
    """

    def apply(state, play: Play):
        squares = jax.tree.map(jnp.square, play.real_verdict.logits)
        return mean_per_example(squares), state

    return Term("drift", apply, weight=weight)
