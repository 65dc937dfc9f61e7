"""Feature matching."""

import jax
import jax.numpy as jnp

from jaxgan.core.types import Play, Schedule, Term


def feature_matching(weight: float | Schedule = 1.0) -> Term:
    """‖E f(x) - E f(G(z))‖² of the discriminator's features f.

    Salimans et al. 2016 (arXiv 1606.03498), section 3.1. Features are all leaves of
    `Verdict.features`, [B, ...]; means are over all examples of all devices, and the
    norm over everything else.

    Raises:
      ValueError: when traced, if the discriminator returns no features, or on its turn.
    """

    def apply(state, play: Play):
        if play.player != "generator":
            raise ValueError("feature_matching: saw it on D's turn, wanted G's")
        pairs = (play.real_verdict.features, play.fake_verdict.features)
        if not jax.tree.leaves(pairs):
            raise ValueError(
                "features: saw none, wanted a discriminator that returns them in its "
                "Verdict"
            )
        real, fake = (
            play.context.mean(jax.tree.map(lambda x: x.astype(jnp.float32), side))
            for side in pairs
        )
        squares = [
            jnp.sum(jnp.square(a - b))
            for a, b in zip(jax.tree.leaves(real), jax.tree.leaves(fake))
        ]
        return sum(squares[1:], squares[0]), state

    return Term("feature_matching", apply, weight=weight)
