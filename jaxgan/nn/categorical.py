"""Draws of categories that gradients pass through."""

from collections.abc import Callable, Sequence

import jax
import jax.numpy as jnp
from jax import lax

Relaxation = Callable[[jax.Array, jax.Array, float], jax.Array]
"""f(logits, noise, temperature) -> shares of the last axis, whose sum is 1."""


def gumbel(keys: jax.Array, shape: Sequence[int]) -> jax.Array:
    """-log(-log u) [B, *shape] in float32, example i from key i of [B]."""
    return jax.vmap(lambda key: jax.random.gumbel(key, tuple(shape), jnp.float32))(keys)


def mirrored(noise: jax.Array) -> jax.Array:
    """Noise [B, N, N, ...] of which entry (j, i) is entry (i, j), the one of i <= j.

    A draw from symmetric logits is then symmetric, and each pair is drawn once.
    """
    upper = jnp.triu(jnp.ones(noise.shape[1:3], bool))
    upper = upper.reshape(upper.shape + (1,) * (noise.ndim - 3))
    return jnp.where(upper, noise, jnp.swapaxes(noise, 1, 2))


def softmax(logits: jax.Array, noise: jax.Array, temperature: float) -> jax.Array:
    """softmax(logits / τ): nothing is drawn."""
    del noise
    return jax.nn.softmax(logits / temperature)


def gumbel_softmax(
    logits: jax.Array, noise: jax.Array, temperature: float
) -> jax.Array:
    """softmax((logits + g) / τ) of Gumbel noise g.

    Jang et al. 2017 (arXiv 1611.01144), equation 2; Maddison et al. 2017 (1611.00712).
    """
    return jax.nn.softmax((logits + noise) / temperature)


def straight_through(
    logits: jax.Array, noise: jax.Array, temperature: float
) -> jax.Array:
    """The largest of logits + g as ones and zeros, with `gumbel_softmax`'s gradient.

    Jang et al. 2017 (arXiv 1611.01144), section 2.2. Exactly a draw of the categories;
    of noise 0, their mode.
    """
    soft = gumbel_softmax(logits, noise, temperature)
    hard = jax.nn.one_hot(jnp.argmax(soft, axis=-1), soft.shape[-1], dtype=soft.dtype)
    # In this order the sum is exactly `hard`.
    return hard + (soft - lax.stop_gradient(soft))
