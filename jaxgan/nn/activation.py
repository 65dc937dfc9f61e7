"""Activations with a gain that keeps the size of their input, as StyleGAN2 has them."""

import math
from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp


class Activation(NamedTuple):
    """A function, and the factor after it that keeps unit variance, about.

    Attributes:
      function: elementwise.
      gain: its default factor.
    """

    function: Callable[[jax.Array], jax.Array]
    gain: float = 1.0


def leaky(slope: float) -> Activation:
    """x where positive, else slope · x; gain √2."""
    return Activation(lambda x: jax.nn.leaky_relu(x, slope), math.sqrt(2.0))


linear = Activation(lambda x: x)
relu = Activation(jax.nn.relu, math.sqrt(2.0))
leaky_relu = leaky(0.2)
tanh = Activation(jnp.tanh)
sigmoid = Activation(jax.nn.sigmoid)
elu = Activation(jax.nn.elu)
selu = Activation(jax.nn.selu)
softplus = Activation(jax.nn.softplus)
swish = Activation(jax.nn.swish, math.sqrt(2.0))


def activate(
    x: jax.Array,
    bias: jax.Array | None = None,
    activation: Activation = leaky_relu,
    *,
    gain: float | None = None,
    clamp: float | None = None,
    axis: int = -1,
) -> jax.Array:
    """clip(gain · function(x + bias), ±clamp).

    Karras et al. 2020 (arXiv 1912.04958), code: the operator that follows every layer.

    Args:
      x: of any shape.
      bias: [C], along `axis`; in the dtype of `x`.
      activation: the function and its default gain.
      gain: in place of the default.
      clamp: bound of the result, or None.
      axis: of the bias.

    Raises:
      ValueError: if the bias does not fit, or the clamp is negative.
    """
    if bias is not None:
        if bias.shape != (x.shape[axis],):
            raise ValueError(f"bias: saw {bias.shape}, wanted ({x.shape[axis]},)")
        shape = [1] * x.ndim
        shape[axis] = -1
        x = x + bias.reshape(shape)
    gain = activation.gain if gain is None else gain
    x = activation.function(x)
    x = x if gain == 1.0 else x * gain
    if clamp is None:
        return x
    if not clamp >= 0:
        raise ValueError(f"clamp: saw {clamp}, wanted a number of at least 0")
    return jnp.clip(x, -clamp, clamp)
