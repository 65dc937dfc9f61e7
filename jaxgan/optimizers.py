"""What published methods want of optimizers beyond optax."""

import jax
import optax


def lazy_adam(
    learning_rate: float, b1: float, b2: float, every: int, eps: float = 1e-8
) -> optax.GradientTransformation:
    """Adam for a player that also plays a lazy penalty turn every so many steps.

    Karras et al. 2020 (arXiv 1912.04958), appendix B: such a turn is an update of its
    own, so rate and betas become λc, β^c with c = k / (k + 1).
    """
    correction = every / (every + 1)
    return optax.adam(
        learning_rate * correction, b1=b1**correction, b2=b2**correction, eps=eps
    )


def clip_weights(limit: float) -> optax.GradientTransformation:
    """Makes the updated parameters lie in [-limit, limit]; chain it last.

    Raises:
      ValueError: if `limit` is not positive.
    """
    if not limit > 0:
        raise ValueError(f"limit: saw {limit}, wanted a positive number")

    def update(updates, state, params=None):
        if params is None:
            raise ValueError("params: saw None, wanted the weights to clip")
        clipped = jax.tree.map(
            lambda p, u: (p + u).clip(-limit, limit) - p, params, updates
        )
        return clipped, state

    return optax.GradientTransformation(lambda params: optax.EmptyState(), update)
