"""Slopes of the discriminator: what every gradient penalty is made of."""

import jax
import jax.numpy as jnp

from jaxgan.core.explicit_mesh import along_batch
from jaxgan.core.types import Play, Sample, Tree


def squared_slope(play: Play, sample: Sample, stream: str) -> jax.Array:
    """‖∇ₓ Σ logits‖² per verdict, [B].

    The squares are summed over all of a verdict's input: every pixel and channel, every
    leaf, and with packing every example of the pack. The sum of logits is over the
    examples too, which are independent unless a layer reads the batch.
    """

    def total(value):
        logits = play.discriminate(sample._replace(value=value), stream).logits
        leaves = jax.tree.leaves(logits)
        return sum(jnp.sum(x) for x in leaves), leaves[0].shape[0]

    slope, verdicts = jax.grad(total, has_aux=True)(sample.value)
    squares = [
        jnp.sum(jnp.square(x.astype(jnp.float32)).reshape(verdicts, -1), axis=1)
        for x in jax.tree.leaves(slope)
    ]
    return sum(squares, jnp.zeros(verdicts))


def safe_root(squares: jax.Array) -> jax.Array:
    """√x whose gradient at 0 is 0 rather than infinite."""
    positive = squares > 0.0
    return jnp.where(positive, jnp.sqrt(jnp.where(positive, squares, 1.0)), 0.0)


def per_verdict(numbers: jax.Array, play: Play) -> jax.Array:
    """Of one number per example [B], gives every example of a pack the pack's first."""
    verdicts = jax.tree.leaves(play.real_verdict.logits)[0].shape[0]

    def of_the_first(numbers):
        first = numbers.reshape(verdicts, -1)[:, 0]
        return jnp.repeat(first, numbers.shape[0] // verdicts, axis=0)

    return along_batch(of_the_first, numbers)


def along(numbers: jax.Array, tree: Tree) -> Tree:
    """Shapes [B] to broadcast against every leaf [B, ...], in the leaf's dtype."""
    return jax.tree.map(
        lambda x: numbers.reshape(-1, *(1,) * (x.ndim - 1)).astype(x.dtype), tree
    )
