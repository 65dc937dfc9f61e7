"""Counts of Poisson's distribution for rates on a grid: exact, and without loops."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
from scipy.special import pdtr

LEVELS = 256
POWERS = 9
WINDOW = 256
"""Counts that are considered: 8 deviations of the largest rate to each side."""


def poisson_counts(bits: jax.Array, values: jax.Array, power: jax.Array) -> jax.Array:
    """Draws counts of the rates 2ᵖ · value / 255.

    The distribution function is inverted: its table holds 32 bits, of 256 values and 9
    powers. JAX's own draws loop until the last of all numbers is accepted.

    Args:
      bits: uniform uint32, of any shape.
      values: int32 from 0 to 255, of that shape.
      power: p, an int32 scalar from 0 to 8.

    Returns:
      float32 whole numbers.
    """
    firsts, table = _table()
    row = power * LEVELS + values
    # The last bit is spared: whatever is as good as certain is below it.
    bits = jnp.minimum(bits, jnp.uint32(2**32 - 2))
    thresholds = jnp.asarray(table.ravel())
    position = jnp.zeros_like(row)
    step = WINDOW // 2
    while step:
        ahead = thresholds.at[row * WINDOW + position + (step - 1)]
        reached = ahead.get(mode="promise_in_bounds") <= bits
        position = jnp.where(reached, position + step, position)
        step //= 2
    first = jnp.asarray(firsts).at[row].get(mode="promise_in_bounds")
    return (first + position).astype(jnp.float32)


@functools.lru_cache(maxsize=1)
def _table() -> tuple[np.ndarray, np.ndarray]:
    """First counts, and 2³² P(count <= first + j), j < WINDOW, a row per rate."""
    rates = 2.0 ** np.arange(POWERS)[:, None] * np.arange(LEVELS) / 255.0
    firsts = np.maximum(np.floor(rates) - WINDOW // 2, 0.0)
    shares = pdtr(firsts[..., None] + np.arange(WINDOW), rates[..., None])
    table = np.minimum(np.floor(shares * 2.0**32), 2.0**32 - 1).astype(np.uint32)
    return firsts.astype(np.int32).ravel(), table.reshape(-1, WINDOW)
