"""ProGAN's drift penalty."""

import jax
import jax.numpy as jnp

from jaxgan.core.types import Play, Schedule, Term


def drift(weight: float | Schedule = 1e-3) -> Term:
    """D(x)² at real x: keeps a Wasserstein critic's output near zero.

    Karras et al. 2018 (arXiv 1710.10196), appendix A.1. Averaged over all logits.
    """

    def apply(state, play: Play):
        squares = [
            jnp.mean(jnp.square(x).reshape(x.shape[0], -1), axis=1)
            for x in jax.tree.leaves(play.real_verdict.logits)
        ]
        return sum(squares[1:], squares[0]) / len(squares), state

    return Term("drift", apply, weight=weight)
