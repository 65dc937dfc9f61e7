"""How much of the way from noise to data a step of a chain goes."""

from collections.abc import Callable

import jax
import jax.numpy as jnp

from jaxgan.core.timed import times_of
from jaxgan.core.types import Play

PerExample = Callable[[Play], jax.Array]
"""f(play) -> numbers [B]."""

LEAST = 0.001


def step_share(play: Play) -> jax.Array:
    """max(|s - t|, .001), [B], of steps from time s to t.

    Lin et al. 2025 (arXiv 2511.22475): penalties on a step are multiplied by it, and
    its price of transport is divided by it. The latent is given both times.

    Raises:
      ValueError: when traced, if it is not.
    """
    start, end = times_of(play.latent.given, 2)
    return jnp.maximum(jnp.abs(start - end), LEAST)
