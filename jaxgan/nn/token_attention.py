"""Attention of tokens to each other, with several heads."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn

from jaxgan.core.explicit_mesh import along_batch
from jaxgan.nn.conv import Dense, Initializer, xavier

Prepare = Callable[[str, jax.Array], jax.Array]
"""f(name, x [B, N, heads, C / heads]) -> x, for 'query' and 'key'."""


class MultiHeadAttention(nn.Module):
    """softmax(q kᵀ / √features of a head) v, per head, between two dense layers.

    Vaswani et al. 2017 (arXiv 1706.03762), section 3.2.2. The softmax is float32.

    Attributes:
      heads: how many; they share the features of the tokens out.
      prepare: what becomes of queries and keys before they meet: a norm, a rotation by
        the place. It may make layers. None leaves them.
      use_bias: of both layers.
      kernel_init: initializer of both layers.
      dtype: of the computation.
    """

    heads: int
    prepare: Prepare | None = None
    use_bias: bool = True
    kernel_init: Initializer = xavier
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """Maps tokens [B, N, C] to the same shape.

        Raises:
          ValueError: if the heads cannot share C out.
        """
        tokens, features = x.shape[1:]
        if self.heads < 1 or features % self.heads:
            raise ValueError(
                f"heads: saw {self.heads}, wanted a divisor of {features} features"
            )
        layer = {
            "use_bias": self.use_bias,
            "kernel_init": self.kernel_init,
            "dtype": self.dtype,
        }
        joined = Dense(3 * features, name="query_key_value", **layer)(x)

        def apart(joined):
            shape = (-1, tokens, 3, self.heads, features // self.heads)
            return tuple(jnp.moveaxis(joined.reshape(shape), 2, 0))

        query, key, value = along_batch(apart, joined)
        if self.prepare is not None:
            query = self.prepare("query", query)
            key = self.prepare("key", key)

        def attend(query, key, value):
            # It promotes bfloat16 to float32, which strict promotion refuses.
            with jax.numpy_dtype_promotion("standard"):
                found = jax.nn.dot_product_attention(query, key, value)
            return found.reshape(-1, tokens, features)

        found = along_batch(attend, query, key, value)
        return Dense(features, name="out", **layer)(found)
