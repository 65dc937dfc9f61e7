"""The classic lesson: dense networks for 28×28 digits."""

import math
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn

from jaxgan.core.context import Context
from jaxgan.core.types import Verdict
from jaxgan.models.attributes import check_attributes
from jaxgan.nn import BatchNorm, Dense, Dropout, Network

SLOPE = 0.2
glorot = nn.initializers.glorot_uniform()


class Generator(Network):
    """Z -> 256 -> 512 -> image: Dense, LeakyReLU 0.2, BatchNorm each; tanh at the end.

    Attributes:
      shape: of one image, (H, W, C).
      widths: of the hidden layers.
      dtype: of the computation.
    """

    shape: Sequence[int] = (28, 28, 1)
    widths: Sequence[int] = (256, 512)
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, value: jax.Array, given: Any, context: Context) -> jax.Array:
        """Maps latents [B, Z] to images [B, H, W, C] in (-1, 1)."""
        check_attributes(self)
        del given
        x = value
        for width in self.widths:
            x = Dense(width, kernel_init=glorot, dtype=self.dtype)(x)
            x = nn.leaky_relu(x, SLOPE)
            x = BatchNorm(dtype=self.dtype)(x, context)
        x = Dense(math.prod(self.shape), kernel_init=glorot, dtype=self.dtype)(x)
        return jnp.tanh(x).reshape(-1, *self.shape)


class Discriminator(Network):
    """Image -> 512 -> 256 -> logit: Dense, LeakyReLU 0.2, dropout 0.3 each.

    The lesson's final sigmoid is part of the loss.

    Attributes:
      widths: of the hidden layers.
      dropout: probability of dropping a hidden feature.
      dtype: of the computation.
    """

    widths: Sequence[int] = (512, 256)
    dropout: float = 0.3
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, value: jax.Array, given: Any, context: Context) -> Verdict:
        """Maps images [B, ...] to logits [B]."""
        check_attributes(self)
        del given
        x = value.reshape(value.shape[0], -1)
        for width in self.widths:
            x = Dense(width, kernel_init=glorot, dtype=self.dtype)(x)
            x = Dropout(self.dropout)(nn.leaky_relu(x, SLOPE), context)
        return Verdict(Dense(1, kernel_init=glorot, dtype=self.dtype)(x)[:, 0], x)
