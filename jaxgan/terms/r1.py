"""The zero-centred penalty on real examples."""

from jaxgan.core.types import Play, Schedule, Term
from jaxgan.terms.slopes import squared_slope


def r1(weight: float | Schedule) -> Term:
    """½ ‖∇ₓ D(x)‖² at real x.

    Mescheder et al. 2018 (arXiv 1801.04406), equation 9. `weight` is γ. When the turn
    is lazy, multiply γ by its `every`, as StyleGAN2 does.
    """

    def apply(state, play: Play):
        return 0.5 * squared_slope(play, play.real, "real"), state

    return Term("r1", apply, weight=weight)
