"""Normalisation over groups of channels of one example."""

from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn

from jaxgan.core.explicit_mesh import along_batch
from jaxgan.nn.norm import EPSILON


class GroupNorm(nn.Module):
    """(x - mean) / √(variance + ε) · scale + bias, over places and channels of a group.

    Wu and He 2018 (arXiv 1803.08494), equation 7, with PyTorch's epsilon: the same in
    training and in use.

    Attributes:
      groups: of neighbouring channels.
      epsilon: added to the variance.
      dtype: of the result; statistics are float32.
    """

    groups: int = 32
    epsilon: float = EPSILON
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """Normalises [B, ..., C].

        Raises:
          ValueError: if the groups cannot share C out.
        """
        features = x.shape[-1]
        if self.groups < 1 or features % self.groups:
            raise ValueError(
                f"groups: saw {self.groups}, wanted a divisor of {features} channels"
            )

        def normalised(x):
            y = x.reshape(x.shape[0], -1, self.groups, features // self.groups)
            y = y - jnp.mean(y, (1, 3), keepdims=True)
            variance = jnp.mean(jnp.square(y), (1, 3), keepdims=True)
            return (y * jax.lax.rsqrt(variance + self.epsilon)).reshape(x.shape)

        x = along_batch(normalised, x.astype(jnp.float32))
        row = (1,) * (x.ndim - 1) + (features,)
        ones, zeros = nn.initializers.ones_init(), nn.initializers.zeros_init()
        scale = self.param("scale", ones, (features,), jnp.float32)
        bias = self.param("bias", zeros, (features,), jnp.float32)
        return (x * scale.reshape(row) + bias.reshape(row)).astype(self.dtype)
