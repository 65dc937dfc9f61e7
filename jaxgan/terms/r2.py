"""The zero-centred penalty on fakes."""

from jaxgan.core.types import Play, Schedule, Term
from jaxgan.terms.slopes import squared_slope


def r2(weight: float | Schedule) -> Term:
    """½ ‖∇ₓ D(x)‖² at fake x.

    Mescheder et al. 2018 (arXiv 1801.04406), equation 10. `weight` is γ.
    """

    def apply(state, play: Play):
        return 0.5 * squared_slope(play, play.fake, "fake"), state

    return Term("r2", apply, weight=weight)
