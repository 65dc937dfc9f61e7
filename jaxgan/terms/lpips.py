"""A learned distance to the target."""

from collections.abc import Callable

import jax
import jax.numpy as jnp

from jaxgan.core.types import Play, Schedule, Term, Variables
from jaxgan.terms.criteria import Pair, fake_and_real
from jaxgan.terms.perceptual import frozen_variables

Distance = Callable[[Variables, jax.Array, jax.Array], jax.Array]
"""f(variables, images, images) -> distances [B] of pairs, or maps [B, H, W]; pure."""


def lpips(
    distance: Distance,
    weight: float | Schedule = 1.0,
    *,
    frozen: str = "lpips",
    pair: Pair = fake_and_real,
) -> Term:
    """The distance that a frozen network sees, of what is made to what it is to be.

    Zhang et al. 2018 (arXiv 1801.03924). Gradients reach the values, not their targets.

    Args:
      distance: `models.lpips.vgg16().apply`, which losses usually have, or that of
        `alexnet`; of maps the mean counts.
      weight: VQGAN's is 1 (arXiv 2012.09841).
      frozen: the name of the network's variables in `Context.frozen`.
      pair: finds values and targets; by default fakes, and the real examples.

    Raises:
      ValueError: when traced, on the discriminator's turn, or if there is no such
        frozen network.
    """

    def apply(state, play: Play):
        variables = frozen_variables("lpips", frozen, play)
        values, targets = pair(play)
        distances = distance(variables, values, jax.lax.stop_gradient(targets))
        rows = distances.astype(jnp.float32).reshape(distances.shape[0], -1)
        return jnp.mean(rows, axis=1), state

    return Term("lpips", apply, weight=weight)
