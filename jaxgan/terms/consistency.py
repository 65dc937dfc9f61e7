"""Consistency of the discriminator under augmentation."""

import jax
import jax.numpy as jnp

from jaxgan.core.ranges import check_number
from jaxgan.core.types import Augment, Play, Sample, Schedule, Term
from jaxgan.terms.adversarial import mean_per_example


def consistency(
    augment: Augment, weight: float | Schedule = 10.0, *, fake: float = 0.0
) -> Term:
    """(D(x) - D(T(x)))² at real x, and `fake` times the same at fake x.

    Zhang et al. 2020 (arXiv 1910.12027), equation 3, with λ = 10; with `fake=1.0` the
    balanced regularisation, bCR, of Zhao et al. 2020 (arXiv 2002.04724), algorithm 1.

    Args:
      augment: T, without state, such as `diffaugment((translation,))`; the papers
        translate and flip.
      weight: λ.
      fake: weight of the fakes relative to that of the reals.

    Raises:
      ValueError: if that is negative.
    """

    check_number("fake", fake, least=0)

    def apart(play: Play, sample: Sample, verdict, stream: str):
        context = play.context.fork(f"consistency_{stream}")
        moved = augment.apply(augment.init(), sample, context)
        other = play.discriminate(moved, f"consistency_{stream}")
        squares = jax.tree.map(
            lambda a, b: jnp.square(a - b), verdict.logits, other.logits
        )
        return mean_per_example(squares)

    def apply(state, play: Play):
        value = apart(play, play.real, play.real_verdict, "real")
        if fake:
            value = value + fake * apart(play, play.fake, play.fake_verdict, "fake")
        return value, state

    return Term("consistency", apply, weight=weight)
