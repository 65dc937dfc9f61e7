"""Total variation: fakes without noise."""

from collections.abc import Callable

import jax
import jax.numpy as jnp

from jaxgan.core.types import Play, Schedule, Term
from jaxgan.terms.adversarial import mean_per_example


def total_variation(
    weight: float | Schedule = 1.0,
    *,
    penalty: Callable[[jax.Array], jax.Array] = jnp.abs,
) -> Term:
    """mean p(x_{h+1,w} - x_{h,w}) + mean p(x_{h,w+1} - x_{h,w}) of fakes x.

    Rudin, Osher and Fatemi 1992, in its anisotropic form; the weighted loss of BasicSR.
    Of values [B, N, C] it is along the one axis that they have.

    Args:
      weight: of the term.
      penalty: p: `jnp.abs`, or `jnp.square`.

    Raises:
      ValueError: when traced, on the discriminator's turn, or if values have no axis
        between examples and channels, or nothing to compare along it.
    """

    def apply(state, play: Play):
        if play.player != "generator":
            raise ValueError("total_variation: saw it on D's turn, wanted G's")
        leaves = [_of_leaf(leaf) for leaf in jax.tree.leaves(play.fake.value)]
        return sum(leaves[1:], leaves[0]) / len(leaves), state

    def _of_leaf(x: jax.Array) -> jax.Array:
        x, axes = x.astype(jnp.float32), range(1, x.ndim - 1)
        if not axes or min(x.shape[1:-1]) < 2:
            raise ValueError(
                f"total_variation: saw values {list(x.shape)}, wanted images "
                "[B, H, W, C] of 2 pixels at least"
            )
        parts = [mean_per_example(penalty(jnp.diff(x, axis=axis))) for axis in axes]
        return sum(parts[1:], parts[0])

    return Term("total_variation", apply, weight=weight)
