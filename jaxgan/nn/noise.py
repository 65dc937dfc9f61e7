"""Randomness inside networks: drawn per example, never per batch."""

import functools
import math
from collections.abc import Callable, Sequence

import jax
import jax.numpy as jnp
import numpy as np
from flax import linen as nn
from jax import lax

from jaxgan.core.context import Context
from jaxgan.nn.apart import apart


def normal(keys: jax.Array, shape: Sequence[int]) -> jax.Array:
    """N(0, 1) [B, *shape] in float32, example i from key i of [B]."""
    return jax.vmap(lambda key: jax.random.normal(key, tuple(shape), jnp.float32))(keys)


def normals(keys: jax.Array, shapes: Sequence[Sequence[int]]) -> list[jax.Array]:
    """N(0, 1) of several shapes, [B, *shape] each, by one draw.

    On CPUs it is apart from what takes it: kernels that draw are by far the slowest to
    compile, and would be compiled again for each.
    """
    sizes = [math.prod(shape) for shape in shapes]
    draw = _normal_rows(sum(sizes))
    drawn = lax.platform_dependent(keys, cpu=apart(draw), default=draw)
    parts = jnp.split(drawn, np.cumsum(sizes)[:-1], axis=1)
    return [part.reshape(-1, *shape) for part, shape in zip(parts, shapes)]


@functools.cache
def _normal_rows(size: int) -> Callable[[jax.Array], jax.Array]:
    return functools.partial(normal, shape=(size,))


def uniform(
    keys: jax.Array, shape: Sequence[int], low: float = 0.0, high: float = 1.0
) -> jax.Array:
    """U[low, high) [B, *shape] in float32, example i from key i of [B]."""
    return jax.vmap(
        lambda key: jax.random.uniform(key, tuple(shape), jnp.float32, low, high)
    )(keys)


class Dropout(nn.Module):
    """Zeroes features with probability `rate` in training, scaling up the others.

    Srivastava et al. 2014, inverted. Every layer draws from the stream of its own path,
    every example from its own key, so masks do not depend on the number of devices.

    Attributes:
      rate: the probability, in [0, 1).
      at_use: also outside of training, as pix2pix does.
    """

    rate: float
    at_use: bool = False

    @nn.compact
    def __call__(self, x: jax.Array, context: Context) -> jax.Array:
        """Masks [B, ...].

        Raises:
          ValueError: if the rate is out of range.
        """
        if not 0.0 <= self.rate < 1.0:
            raise ValueError(f"rate: saw {self.rate}, wanted a number in [0, 1)")
        if not (context.train or self.at_use) or not self.rate:
            return x
        keep = 1.0 - self.rate
        mask = jax.vmap(lambda key: jax.random.bernoulli(key, keep, x.shape[1:]))(
            context.draw("/".join(map(str, self.path)))
        )
        return jnp.where(mask, x / keep, jnp.zeros((), x.dtype))
