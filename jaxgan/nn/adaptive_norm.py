"""Layer normalisation whose scale and shift a condition tells: DiT's adaLN-Zero."""

from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn

from jaxgan.nn.conv import Dense, Initializer

EPSILON = 1e-6


def layer_norm(x: jax.Array, epsilon: float = EPSILON) -> jax.Array:
    """(x - mean) / √(variance + ε) over the last axis, without scale or shift.

    Ba et al. 2016 (arXiv 1607.06450). Computed in float32, returned as `x` came.
    """
    dtype, x = x.dtype, x.astype(jnp.float32)
    x = x - jnp.mean(x, axis=-1, keepdims=True)
    variance = jnp.mean(jnp.square(x), axis=-1, keepdims=True)
    return (x * jax.lax.rsqrt(variance + epsilon)).astype(dtype)


def adaptive_layer_norm(x: jax.Array, shift: jax.Array, scale: jax.Array) -> jax.Array:
    """LayerNorm(x) · (1 + scale) + shift.

    Peebles and Xie 2023 (arXiv 2212.09748), section 3.2.

    Args:
      x: tokens [B, N, C].
      shift, scale: [B, 1, C].
    """
    return layer_norm(x) * (1.0 + scale) + shift


class Modulation(nn.Module):
    """SiLU -> dense: as many vectors of a condition as a block has use for.

    Zero at first, as all of adaLN-Zero (arXiv 2212.09748, section 3.2).

    Attributes:
      parts: how many vectors.
      features: of each.
      kernel_init: initializer of the layer; zeros by default.
      dtype: of the computation.
    """

    parts: int
    features: int
    kernel_init: Initializer = nn.initializers.zeros_init()
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, condition: jax.Array) -> tuple[jax.Array, ...]:
        """Maps [B, Z] to so many vectors [B, 1, features]."""
        layer = Dense(
            self.parts * self.features,
            kernel_init=self.kernel_init,
            dtype=self.dtype,
            name="vectors",
        )
        x = layer(nn.silu(condition))[:, None]
        return tuple(jnp.split(x, self.parts, axis=-1))
