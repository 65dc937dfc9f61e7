"""Clips of frames: looked at frame by frame, in chosen frames, or at half their size.

Clips are [B, T, H, W, C].
"""

import dataclasses
from collections.abc import Callable

import jax
import jax.numpy as jnp

from jaxgan.core.context import Context
from jaxgan.core.explicit_mesh import along_batch
from jaxgan.core.ranges import check_count


def frame_by_frame(
    function: Callable[[jax.Array], jax.Array], clips: jax.Array
) -> jax.Array:
    """Applies a function of images [B · T, ...] to all frames of [B, T, ...]."""
    frames = clips.shape[1]
    found = function(folded(clips))
    return along_batch(lambda x: x.reshape(-1, frames, *x.shape[1:]), found)


def folded(clips: jax.Array) -> jax.Array:
    """All frames as examples: [B, T, ...] to [B · T, ...], clip by clip."""
    return along_batch(lambda x: x.reshape(-1, *x.shape[2:]), clips)


def of_frames(context: Context, frames: int) -> Context:
    """The surroundings of all frames as examples: each has a key [B · T] of its own.

    Args:
      context: of the clips.
      frames: T, of each.
    """

    def keys(key):
        return jax.vmap(jax.random.fold_in, (None, 0))(key, jnp.arange(frames))

    return dataclasses.replace(
        context, keys=folded(jax.vmap(keys)(context.keys)), batch=()
    )


def drawn_frames(clips: jax.Array, keys: jax.Array, count: int) -> jax.Array:
    """Some frames of every clip, in their order: [B, T, ...] to [B, count, ...].

    Args:
      clips: [B, T, ...].
      keys: [B], of which each draws the frames of its own clip, none of them twice.
      count: of the frames; where there are no more, all are taken.

    Raises:
      ValueError: if `count` is not at least 1.
    """
    check_count("count", count)
    frames = clips.shape[1]
    if count >= frames:
        return clips

    def draw(key):
        return jnp.sort(jax.random.choice(key, frames, (count,), replace=False))

    def take(clips, places):
        places = places.reshape(*places.shape, *(1,) * (clips.ndim - 2))
        return jnp.take_along_axis(clips, places, axis=1)

    return along_batch(take, clips, jax.vmap(draw)(keys))


def average_pool3d(x: jax.Array) -> jax.Array:
    """Means of 2×2×2 places: [B, T, H, W, C] to [B, T // 2, H // 2, W // 2, C].

    As PyTorch's AvgPool3d(2), a last one that is odd is left out. An axis of a single
    place stays as it is.
    """
    for axis in (1, 2, 3):
        size = x.shape[axis]
        if size > 1:
            even = jax.lax.slice_in_dim(x, 0, size // 2 * 2, axis=axis)
            first, second = (
                jax.lax.slice_in_dim(even, at, size // 2 * 2, 2, axis) for at in (0, 1)
            )
            x = 0.5 * (first + second)
    return x
