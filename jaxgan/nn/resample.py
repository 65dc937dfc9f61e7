"""Changing the size of images by two."""

import jax
import jax.numpy as jnp


def average_pool(x: jax.Array) -> jax.Array:
    """Means of 2×2 pixels: [B, 2H, 2W, C] to [B, H, W, C].

    Raises:
      ValueError: if a side is odd.
    """
    b, h, w, c = x.shape
    if h % 2 or w % 2:
        raise ValueError(f"size: saw {h}×{w}, wanted even sides")
    return jnp.mean(x.reshape(b, h // 2, 2, w // 2, 2, c), axis=(2, 4))


def double(x: jax.Array) -> jax.Array:
    """Twice the size, bilinear: [B, H, W, C] to [B, 2H, 2W, C].

    A new pixel is ¾ of the old one that it lies in and ¼ of the neighbour that it lies
    next to, along either axis; beyond the edge, the edge is repeated.
    """
    for axis in (1, 2):
        x = _double_along(x, axis)
    return x


def _double_along(x: jax.Array, axis: int) -> jax.Array:
    size = x.shape[axis]

    def cut(start, stop):
        return jax.lax.slice_in_dim(x, start, stop, axis=axis)

    before = jnp.concatenate([cut(0, 1), cut(0, size - 1)], axis)
    after = jnp.concatenate([cut(1, size), cut(size - 1, size)], axis)
    pair = jnp.stack([0.75 * x + 0.25 * before, 0.75 * x + 0.25 * after], axis + 1)
    return pair.reshape(*x.shape[:axis], 2 * size, *x.shape[axis + 1 :])
