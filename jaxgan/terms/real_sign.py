"""How sure the discriminator is of real examples: ADA's sign of overfitting."""

import jax
import jax.numpy as jnp

from jaxgan.core.types import Play, Term
from jaxgan.terms.adversarial import mean_per_example


def real_sign() -> Term:
    """sign D(x) at real x: a measurement, which adds nothing to the objective.

    Karras et al. 2020 (arXiv 2006.06676), equation 1: its mean r_t is 0 without and 1
    with complete overfitting. For the discriminator's first turn.
    """

    def apply(state, play: Play):
        return mean_per_example(jax.tree.map(jnp.sign, play.real_verdict.logits)), state

    return Term("real_sign", apply, weight=0.0)
