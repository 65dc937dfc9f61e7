"""Leaky ReLUs whose slopes are learned."""

from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn

START = 0.25


class PReLU(nn.Module):
    """x where positive, else slope · x, with one learned slope per channel.

    He et al. 2015 (arXiv 1502.01852), equation 1. Slopes start at ¼. PyTorch's PReLU
    has one slope for all channels unless it is told their number.

    Attributes:
      dtype: of the computation; the slopes are float32.
    """

    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """Maps [..., C]."""
        start = nn.initializers.constant(START)
        slope = self.param("slope", start, (x.shape[-1],), jnp.float32)
        x = x.astype(self.dtype)
        slope = slope.astype(self.dtype).reshape((1,) * (x.ndim - 1) + (-1,))
        return jnp.where(x > 0, x, slope * x)
