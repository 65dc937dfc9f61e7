"""How far pictures, or maps of features, are from their targets."""

from collections.abc import Callable

import jax
import jax.numpy as jnp

from jaxgan.core.context import Context
from jaxgan.core.types import Play, Tree
from jaxgan.terms.slopes import safe_root

Criterion = Callable[[jax.Array, jax.Array, Context], jax.Array]
"""f(values [B, ...], targets, context) -> numbers [B], or one for all examples."""

Pair = Callable[[Play], tuple[Tree, Tree]]
"""What is to be near what: f(play) -> (values, their targets)."""


def fake_and_real(play: Play) -> tuple[Tree, Tree]:
    """What the generator makes, and the example of the batch that it is to be."""
    return play.fake.value, play.real.value


def mean_absolute(values: jax.Array, targets: jax.Array, context: Context) -> jax.Array:
    """The mean of |v - t| over all but the examples, [B]: 'l1'."""
    del context
    return jnp.mean(_rows(jnp.abs(values - targets)), axis=1)


def mean_squared(values: jax.Array, targets: jax.Array, context: Context) -> jax.Array:
    """The mean of (v - t)² over all but the examples, [B]: 'l2'."""
    del context
    return jnp.mean(_rows(jnp.square(values - targets)), axis=1)


def frobenius(values: jax.Array, targets: jax.Array, context: Context) -> jax.Array:
    """√Σ (v - t)² over everything, the examples of all devices too: BasicSR's 'fro'.

    It grows with the size of the maps, and with the root of the batch's. With
    microbatches it is the mean of theirs.
    """
    squares = jnp.sum(_rows(jnp.square(values - targets)), axis=1)
    count = context.gather(squares).shape[0]
    return safe_root(count * context.mean(squares))


def _rows(values: jax.Array) -> jax.Array:
    """[B, ...] as float32 [B, N]."""
    return values.astype(jnp.float32).reshape(values.shape[0], -1)
