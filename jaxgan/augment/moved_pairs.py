"""Pairs of a real example and the fake beside it, moved and holed alike."""

from functools import partial

import jax
import jax.numpy as jnp

from jaxgan.augment.diffaugment import diffaugment
from jaxgan.core.ranges import check_number
from jaxgan.core.types import Augment

REACH = 0.3
"""The share of either side by which an image is moved, at most."""
SHARES = (0.1, 0.5)
"""Of the image that a hole covers."""
RATIOS = (0.3, 3.3)
"""A hole's height over its width."""


def moved_pairs(probability: float = 0.4, holes: int = 3) -> Augment:
    """Moves images and zeroes rectangles of them; both of a pair are treated alike.

    Lin et al. 2025 (arXiv 2511.22475), at the end of the training: each transform is
    applied with a probability of 0.4. A loss that compares D(x) with D(G(z)) then
    compares what was hidden alike. Images are latents, or pictures [B, H, W, C].

    Args:
      probability: of each transform, for each pair.
      holes: how many times an image may be holed.

    Raises:
      ValueError: if the probability is none.
    """
    check_number("probability", probability, least=0, most=1)
    hole = partial(erased, probability=probability)
    move = partial(moved, probability=probability)
    return diffaugment((move, *(hole,) * holes))._replace(paired=True)


def moved(key: jax.Array, image: jax.Array, probability: float = 1.0) -> jax.Array:
    """Moves an image [H, W, C] down and to the right, by up to `REACH` of its sides.

    By whole places; zeros come after it. That both directions are never left or up is
    the official code's.
    """
    height, width, _ = image.shape
    draws = jax.random.uniform(key, (3,))
    move = jnp.round(REACH * draws[:2] * jnp.array([height, width], jnp.float32))
    down, right = jnp.where(draws[2] < probability, move, 0.0).astype(jnp.int32)
    most = (round(REACH * height), round(REACH * width))
    wide = jnp.pad(image, [*((side, 0) for side in most), (0, 0)])
    start = (most[0] - down, most[1] - right, jnp.int32(0))
    return jax.lax.dynamic_slice(wide, start, image.shape)


def erased(key: jax.Array, image: jax.Array, probability: float = 1.0) -> jax.Array:
    """Zeroes a rectangle of an image [H, W, C], anywhere within.

    Its area is a share of the image's, uniform in `SHARES`; height over width is
    uniform between the first of `RATIOS` and 1, or between 1 and the second, half of
    the time each.
    """
    size = jnp.array(image.shape[:2], jnp.float32)
    share, ratio, low, *place, chance = jax.random.uniform(key, (6,))
    area = jnp.prod(size) * (SHARES[0] + (SHARES[1] - SHARES[0]) * share)
    flat = RATIOS[0] + (1.0 - RATIOS[0]) * ratio
    tall = 1.0 + (RATIOS[1] - 1.0) * ratio
    ratio = jnp.where(low < 0.5, flat, tall)
    sides = jnp.sqrt(jnp.stack([area * ratio, area / ratio]))
    sides = jnp.clip(jnp.round(sides), 1.0, size)
    first = jnp.floor(jnp.stack(place) * (size - sides + 1.0))

    def inside(axis):
        at = jnp.arange(image.shape[axis], dtype=jnp.float32) - first[axis]
        return (at >= 0) & (at < sides[axis])

    hidden = (inside(0)[:, None] & inside(1)[None])[..., None]
    hidden = hidden & (chance < probability)
    return jnp.where(hidden, jnp.zeros((), image.dtype), image)
