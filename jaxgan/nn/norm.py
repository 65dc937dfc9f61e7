"""Normalisation over the batch, plain and conditional, and feature-wise modulation."""

from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn

from jaxgan.core.context import Context
from jaxgan.nn.conv import Dense

MOMENTUM = 0.9
EPSILON = 1e-5


class BatchNorm(nn.Module):
    """Batch normalisation over all examples of all devices.

    Ioffe and Szegedy 2015 (arXiv 1502.03167), with PyTorch's momentum (0.1 of the new)
    and epsilon. Running statistics are the collection 'batch_stats'. Microbatches are
    normalised apart.

    Attributes:
      affine: whether to scale and shift.
      scale_init: initializer of the scale; DCGAN draws N(1, 0.02²).
      dtype: of the result; statistics are float32.
    """

    affine: bool = True
    scale_init: Any = nn.initializers.ones_init()
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, x: jax.Array, context: Context) -> jax.Array:
        """Normalises [B, ..., C] over all axes but the last."""
        return nn.BatchNorm(
            use_running_average=not context.train,
            axis_name=context.axis_name,
            momentum=MOMENTUM,
            epsilon=EPSILON,
            use_scale=self.affine,
            use_bias=self.affine,
            scale_init=self.scale_init,
            dtype=self.dtype,
            name="norm",
        )(x)


class FiLM(nn.Module):
    """x · (1 + γ(given)) + β(given), per channel.

    Perez et al. 2018 (arXiv 1709.07871), equation 1. Starts as the identity.

    Attributes:
      classes: if positive, `given` is integer labels [B] and γ, β are tables; if 0 it
        is vectors [B, N] and they are linear.
      dtype: of the result.
    """

    classes: int = 0
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, x: jax.Array, given: jax.Array) -> jax.Array:
        """Modulates [B, ..., C]."""
        features = 2 * x.shape[-1]
        zeros = nn.initializers.zeros_init()
        if self.classes:
            table = nn.Embed(self.classes, features, embedding_init=zeros, name="table")
            modulation = table(given)
        else:
            modulation = Dense(features, kernel_init=zeros, name="linear")(given)
        shape = (x.shape[0], *(1,) * (x.ndim - 2), features)
        gamma, beta = jnp.split(modulation.astype(self.dtype).reshape(shape), 2, -1)
        return x * (1.0 + gamma) + beta


class ConditionalBatchNorm(nn.Module):
    """Batch normalisation whose scale and shift depend on what is given.

    De Vries et al. 2017 (arXiv 1707.00683); as in projection GANs, scale and shift are
    tables over the classes.

    Attributes:
      classes: as in `FiLM`.
      dtype: of the result.
    """

    classes: int = 0
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, x: jax.Array, given: jax.Array, context: Context) -> jax.Array:
        """Normalises [B, ..., C] over all axes but the last, then modulates."""
        x = BatchNorm(affine=False, dtype=self.dtype)(x, context)
        return FiLM(self.classes, dtype=self.dtype)(x, given)
