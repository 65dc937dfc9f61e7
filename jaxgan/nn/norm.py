"""Normalisation over the batch or one example, and feature-wise modulation."""

from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn
from jax import lax

from jaxgan.core.context import Context
from jaxgan.nn.conv import Dense, Initializer
from jaxgan.nn.embedding import Embedding

MOMENTUM = 0.9
EPSILON = 1e-5
zeros = nn.initializers.zeros_init()


class BatchNorm(nn.Module):
    """(x - mean) / √(variance + ε) · scale + bias, over all examples of all devices.

    Ioffe and Szegedy 2015 (arXiv 1502.03167), algorithm 1, with PyTorch's momentum (0.1
    of the new), epsilon and unbiased running variance. Running statistics are the
    collection 'batch_stats'. Microbatches are normalised apart.

    Flax's layer raises when training with an immutable collection; this one then uses
    the batch's statistics and stores nothing. If a collection 'standing' is mutable,
    each training pass puts what it normalised by into it: see
    `games.standing_statistics`.

    Attributes:
      affine: whether to scale and shift.
      scale_init: initializer of the scale; DCGAN draws N(1, 0.02²).
      momentum: the share of the old in running statistics.
      epsilon: added to the variance.
      dtype: of the result; statistics are float32.
      own_at_use: outside of training, normalise every example by its own statistics, as
        code does that leaves networks in training mode and shows them one example.
    """

    affine: bool = True
    scale_init: Initializer = nn.initializers.ones_init()
    momentum: float = MOMENTUM
    epsilon: float = EPSILON
    dtype: Any = jnp.float32
    own_at_use: bool = False

    @nn.compact
    def __call__(self, x: jax.Array, context: Context) -> jax.Array:
        """Normalises [B, ..., C] over all axes but the last."""
        features = (x.shape[-1],)
        old_mean = self.variable("batch_stats", "mean", jnp.zeros, features)
        old_var = self.variable("batch_stats", "var", jnp.ones, features)
        x = x.astype(jnp.float32)
        mean, var = old_mean.value, old_var.value
        if context.train:
            axis_name = None if self.is_initializing() else context.axis_name
            mean, var, unbiased = _statistics(x, axis_name)
            mutable = self.is_mutable_collection("batch_stats")
            if mutable and not self.is_initializing():
                keep = self.momentum
                old_mean.value = keep * old_mean.value + (1.0 - keep) * mean
                old_var.value = keep * old_var.value + (1.0 - keep) * unbiased
            if self.is_mutable_collection("standing") and not self.is_initializing():
                self.put_variable("standing", "mean", mean)
                self.put_variable("standing", "var", var)
        if self.own_at_use and not context.train:
            x, mean, scale = standardised(x, self.epsilon), None, None
        else:
            scale = lax.rsqrt(var + self.epsilon)
        if self.affine:
            gain = self.param("scale", self.scale_init, features, jnp.float32)
            scale = gain if scale is None else scale * gain
        x = x if mean is None else x - _row(mean, x.ndim)
        x = x if scale is None else x * _row(scale, x.ndim)
        if self.affine:
            x = x + _row(self.param("bias", zeros, features, jnp.float32), x.ndim)
        return x.astype(self.dtype)


class InstanceNorm(nn.Module):
    """(x - mean) / √(variance + ε), over the places of each example and channel.

    Ulyanov et al. 2016 (arXiv 1607.08022), equation 1, with PyTorch's epsilon: the same
    in training and in use, and no running statistics.

    Attributes:
      affine: whether to scale and shift; image translation does not.
      scale_init: initializer of the scale.
      epsilon: added to the variance.
      dtype: of the result; statistics are float32.
    """

    affine: bool = False
    scale_init: Initializer = nn.initializers.ones_init()
    epsilon: float = EPSILON
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, x: jax.Array, context: Context | None = None) -> jax.Array:
        """Normalises [B, ..., C]; the context, which other norms read, plays no part.

        Raises:
          ValueError: if there is one place only, whose variance is nought.
        """
        del context
        if x.size == x.shape[0] * x.shape[-1]:
            raise ValueError(f"x: saw shape {x.shape}, wanted more than one place")
        features = (x.shape[-1],)
        x = standardised(x.astype(jnp.float32), self.epsilon)
        if self.affine:
            scale = self.param("scale", self.scale_init, features, jnp.float32)
            x = x * _row(scale, x.ndim)
            x = x + _row(self.param("bias", zeros, features, jnp.float32), x.ndim)
        return x.astype(self.dtype)


def standardised(x: jax.Array, epsilon: float = EPSILON) -> jax.Array:
    """(x - mean) / √(variance + ε), over all axes of [B, ..., C] but the outer two."""
    axes = tuple(range(1, x.ndim - 1))
    x = x - jnp.mean(x, axes, keepdims=True)
    return x * lax.rsqrt(jnp.mean(jnp.square(x), axes, keepdims=True) + epsilon)


def _row(vector: jax.Array, ndim: int) -> jax.Array:
    return vector.reshape((1,) * (ndim - 1) + (-1,))


def _statistics(x, axis_name):
    """Mean, variance and unbiased variance [C] over all devices, in two passes."""

    def average(y):
        y = jnp.mean(y, axis=tuple(range(y.ndim - 1)))
        return y if axis_name is None else lax.pmean(y, axis_name)

    devices = 1 if axis_name is None else lax.axis_size(axis_name)
    count = devices * x.size // x.shape[-1]
    mean = average(x)
    var = average(jnp.square(x - _row(mean, x.ndim)))
    return mean, var, var * (count / max(count - 1, 1))


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
        options = {"kernel_init": zeros, "dtype": self.dtype}
        if self.classes:
            modulation = Embedding(self.classes, features, **options)(given)
        else:
            modulation = Dense(features, **options)(given)
        shape = (x.shape[0], *(1,) * (x.ndim - 2), features)
        gamma, beta = jnp.split(modulation.reshape(shape), 2, axis=-1)
        x = x.astype(self.dtype)
        return x * (1.0 + gamma) + beta


class ConditionalBatchNorm(nn.Module):
    """Batch normalisation whose scale and shift depend on what is given.

    De Vries et al. 2017 (arXiv 1707.00683); as in projection GANs (arXiv 1802.05637),
    scale and shift are tables over the classes.

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
