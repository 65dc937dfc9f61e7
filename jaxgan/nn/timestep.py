"""Vectors that tell a time."""

from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn

from jaxgan.nn.conv import Dense, Initializer, normal_init


def sinusoids(x: jax.Array, features: int, period: float = 10_000.0) -> jax.Array:
    """Maps numbers [B] to [B, features]: cos(x ωᵢ), then sin(x ωᵢ).

    ωᵢ = period^(-2i / features). Vaswani et al. 2017 (arXiv 1706.03762), section 3.5,
    in the order of DiT (arXiv 2212.09748).

    Raises:
      ValueError: if there is no even number of features.
    """
    if features < 2 or features % 2:
        raise ValueError(f"features: saw {features}, wanted an even number")
    count = features // 2
    frequencies = jnp.float32(period) ** (-jnp.arange(count, dtype=jnp.float32) / count)
    angles = x.astype(jnp.float32)[:, None] * frequencies[None]
    return jnp.concatenate([jnp.cos(angles), jnp.sin(angles)], axis=1)


class TimestepEmbedding(nn.Module):
    """256 sinusoids of 1000 t -> dense -> SiLU -> dense.

    Peebles and Xie 2023 (arXiv 2212.09748), section 3.2. Times are in [0, 1], and the
    sinusoids are float32 whatever the rest is.

    Attributes:
      features: of the vectors.
      frequencies: twice as many sinusoids as that: 128 cosines and 128 sines.
      kernel_init: initializer of both layers.
      dtype: of the computation.
    """

    features: int
    frequencies: int = 128
    kernel_init: Initializer = normal_init
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, time: jax.Array) -> jax.Array:
        """Maps times [B] to [B, features]."""
        layer = {"kernel_init": self.kernel_init, "dtype": self.dtype}
        x = sinusoids(1000.0 * time.astype(jnp.float32), 2 * self.frequencies)
        x = nn.silu(Dense(self.features, name="inner", **layer)(x))
        return Dense(self.features, name="outer", **layer)(x)
