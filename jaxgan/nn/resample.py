"""Changing the size of images by two, and enlarging them by whole factors."""

import jax
import jax.numpy as jnp

from jaxgan.core.explicit_mesh import along_batch


def average_pool(x: jax.Array) -> jax.Array:
    """Means of 2×2 pixels: [B, 2H, 2W, C] to [B, H, W, C].

    Raises:
      ValueError: if a side is odd.
    """
    _require_even(x)
    return along_batch(lambda x: jnp.mean(_squares(x), axis=(2, 4)), x)


def max_pool(x: jax.Array) -> jax.Array:
    """The largest of 2×2 pixels: [B, 2H, 2W, C] to [B, H, W, C].

    Raises:
      ValueError: if a side is odd.
    """
    _require_even(x)
    return along_batch(lambda x: jnp.max(_squares(x), axis=(2, 4)), x)


def repeat(x: jax.Array, factor: int = 2) -> jax.Array:
    """Repeats every pixel factor² times: [B, H, W, C] to [B, f·H, f·W, C]."""
    return along_batch(lambda x: _repeat(x, factor), x)


def _repeat(x, factor):
    b, h, w, c = x.shape
    x = jnp.broadcast_to(x[:, :, None, :, None], (b, h, factor, w, factor, c))
    return x.reshape(b, factor * h, factor * w, c)


def enlarge(x: jax.Array, factor: int) -> jax.Array:
    """Enlarges images by a whole factor, bilinearly: [B, H, W, C] to [B, f·H, f·W, C].

    The centre of new pixel p of an old one lies at (p + ½) / f - ½ from its centre;
    beyond the edge, the edge is repeated. As PyTorch's interpolate with
    align_corners=False, and as `double` for f = 2.
    """
    for axis in (1, 2):
        before, after = _neighbours(x, x, axis, dark=False)
        phases = []
        for place in range(factor):
            shift = (place + 0.5) / factor - 0.5
            other, share = (before, -shift) if shift < 0 else (after, shift)
            phases.append((1.0 - share) * x + share * other if share else x)
        size = factor * x.shape[axis]
        x = jnp.stack(phases, axis + 1)
        x = x.reshape(*x.shape[:axis], size, *x.shape[axis + 2 :])
    return x


def double(x: jax.Array, dark: bool = False) -> jax.Array:
    """Twice the size, bilinear: [B, H, W, C] to [B, 2H, 2W, C].

    A new pixel is ¾ of the old one that it lies in and ¼ of the neighbour that it lies
    next to, along either axis. That is the low-pass filter [1, 3, 3, 1] on the pixels
    spread out.

    Args:
      x: the images.
      dark: beyond the edge there are zeros, as in R3GAN's code; by default the edge is
        repeated.
    """
    for axis in (1, 2):
        x = _double_along(x, axis, dark)
    return x


def _double_along(x: jax.Array, axis: int, dark: bool) -> jax.Array:
    size = x.shape[axis]
    before, after = _neighbours(x, x, axis, dark)
    pair = jnp.stack([0.75 * x + 0.25 * before, 0.75 * x + 0.25 * after], axis + 1)
    return pair.reshape(*x.shape[:axis], 2 * size, *x.shape[axis + 1 :])


def halve(x: jax.Array) -> jax.Array:
    """Half the size: every second pixel after the low-pass filter [1, 3, 3, 1] / 8.

    A new pixel is ⅜ of each of the two old ones that lie in it and ⅛ of either
    neighbour, along either axis; beyond the edge there are zeros. It is the transpose
    of `double(x, dark=True)`, over 4. Maps [B, 2H, 2W, C] to [B, H, W, C].

    Raises:
      ValueError: if a side is odd.
    """
    _require_even(x)
    for axis in (1, 2):
        shape = x.shape[:axis], x.shape[axis] // 2, x.shape[axis + 1 :]
        pair = x.reshape(*shape[0], shape[1], 2, *shape[2])
        first, second = (
            jax.lax.index_in_dim(pair, at, axis + 1, keepdims=False) for at in (0, 1)
        )
        before, after = _neighbours(second, first, axis, dark=True)
        x = 0.375 * (first + second) + 0.125 * (before + after)
    return x


def _neighbours(left: jax.Array, right: jax.Array, axis: int, dark: bool):
    """The pixels of `left` moved on by one, and those of `right` moved back by one."""
    size = left.shape[axis]

    def cut(x, start, stop):
        return jax.lax.slice_in_dim(x, start, stop, axis=axis)

    first, last = cut(left, 0, 1), cut(right, size - 1, size)
    if dark:
        first, last = jnp.zeros_like(first), jnp.zeros_like(last)
    before = jnp.concatenate([first, cut(left, 0, size - 1)], axis)
    after = jnp.concatenate([cut(right, 1, size), last], axis)
    return before, after


def _require_even(x: jax.Array) -> None:
    if x.shape[1] % 2 or x.shape[2] % 2:
        raise ValueError(f"size: saw {x.shape[1]}×{x.shape[2]}, wanted even sides")


def _squares(x: jax.Array) -> jax.Array:
    """[B, H, 2, W, 2, C]."""
    b, h, w, c = x.shape
    return x.reshape(b, h // 2, 2, w // 2, 2, c)
