"""Normalisation by the root of the mean square."""

import jax
import jax.numpy as jnp
from flax import linen as nn


def rms_norm(x: jax.Array, epsilon: float = 1e-6) -> jax.Array:
    """x / √(mean(x²) + ε) over the last axis, in float32.

    Zhang and Sennrich 2019 (arXiv 1910.07467), equation 4, without a gain.
    """
    x = x.astype(jnp.float32)
    square = jnp.mean(jnp.square(x), axis=-1, keepdims=True)
    return x * jax.lax.rsqrt(square + epsilon)


class RMSNorm(nn.Module):
    """`rms_norm` times a gain for every feature, 1 at first. The result is float32.

    Attributes:
      epsilon: is added to the mean square.
    """

    epsilon: float = 1e-6

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """Normalises the last axis."""
        ones = nn.initializers.ones_init()
        scale = self.param("scale", ones, (x.shape[-1],), jnp.float32)
        scale = scale.reshape((1,) * (x.ndim - 1) + (-1,))
        return rms_norm(x, self.epsilon) * scale
