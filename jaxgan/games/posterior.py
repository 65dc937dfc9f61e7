"""Latents of pictures, drawn anew whenever they are shown."""

import jax
import jax.numpy as jnp

from jaxgan.core.context import Context
from jaxgan.core.types import Tree

STREAM = "posterior"


def drawn(value: Tree, context: Context) -> jax.Array:
    """mean + deviation · n, n ~ N(0, 1), in training; else the mean: [B, h, w, Z].

    Kingma and Welling 2014 (arXiv 1312.6114), equation 10. Example i is drawn from key
    i, so that it depends on the seed, the step and the turn alone.

    Args:
      value: means and standard deviations, [B, h, w, 2 Z], of `data.encoded` with
        `posterior`.
      context: whose keys draw.

    Raises:
      ValueError: if there is not a deviation for every mean.
    """
    moments = jnp.asarray(value)
    if moments.shape[-1] % 2:
        raise ValueError(
            f"value: saw {moments.shape[-1]} channels, wanted means and as many "
            "standard deviations"
        )
    mean, deviation = jnp.split(moments, 2, axis=-1)
    if not context.train:
        return mean
    shape = mean.shape[1:]
    noise = jax.vmap(lambda key: jax.random.normal(key, shape, mean.dtype))(
        context.draw(STREAM)
    )
    return mean + deviation * noise
