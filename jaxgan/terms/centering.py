"""The penalty that keeps a relativistic discriminator's logits around zero."""

import jax

from jaxgan.core.types import Play, Schedule, Term
from jaxgan.terms.adversarial import mean_per_example


def centering(weight: float | Schedule = 0.01) -> Term:
    """(D(x) + D(y))² at the pair of a real x and a fake y.

    Lin et al. 2025 (arXiv 2511.22475). A relativistic loss sees but the
    difference of a pair; their sum would drift. Averaged over all logits.
    """

    def apply(state, play: Play):
        squares = jax.tree.map(
            lambda real, fake: (real + fake) ** 2,
            play.real_verdict.logits,
            play.fake_verdict.logits,
        )
        return mean_per_example(squares), state

    return Term("centering", apply, weight=weight)
