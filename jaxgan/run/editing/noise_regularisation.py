"""What keeps noise maps noise while they are optimised."""

from collections.abc import Sequence

import jax
import jax.numpy as jnp
from jax import lax

SMALLEST = 8
"""Side of the maps that are not halved any more."""


def noise_regularisation(maps: Sequence[jax.Array]) -> jax.Array:
    """Σ over maps and their halves of (mean n · n shifted by one)², along each axis.

    Karras et al. 2020 (arXiv 1912.04958), appendix D, as the official code has it: a
    map is averaged by 2 × 2 pixels until it has 8 per side. The paper multiplies the
    averages by 2 to keep their variance; the official code does not.

    Args:
      maps: [H, W] each.
    """
    total = jnp.zeros(())
    for noise in maps:
        while True:
            for axis in (0, 1):
                shifted = jnp.roll(noise, 1, axis)
                total += jnp.square(jnp.mean(noise * shifted))
            if min(noise.shape) <= SMALLEST:
                break
            noise = halved(noise)
    return total


def halved(noise: jax.Array) -> jax.Array:
    """A map [H, W] averaged by 2 × 2 pixels; an odd last row or column is left out."""
    height, width = (side // 2 for side in noise.shape)
    even = noise[: 2 * height, : 2 * width]
    return jnp.mean(even.reshape(height, 2, width, 2), axis=(1, 3))


def normalised(noise: jax.Array) -> jax.Array:
    """A map of mean 0 and mean square 1."""
    centred = noise - jnp.mean(noise)
    return centred * lax.rsqrt(jnp.mean(jnp.square(centred)))
