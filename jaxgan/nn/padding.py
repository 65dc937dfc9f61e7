"""Margins around images that go on with what is inside, where zeros would show."""

import jax
import jax.numpy as jnp
from jax import lax


def reflect(x: jax.Array, margin: int) -> jax.Array:
    """Mirrors the image at its outermost pixels, which are not repeated.

    PyTorch's ReflectionPad2d.

    Args:
      x: [B, H, W, C].
      margin: pixels on every side.

    Returns:
      [B, H + 2 · margin, W + 2 · margin, C].

    Raises:
      ValueError: if a side is not longer than the margin.
    """
    if margin < 0 or any(side <= margin for side in x.shape[1:3]):
        raise ValueError(
            f"margin: saw {margin} around {x.shape[1]}x{x.shape[2]} pixels, wanted one "
            "of at least 0 and less than each side"
        )
    for axis in (1, 2) if margin else ():
        size = x.shape[axis]
        before = lax.slice_in_dim(x, 1, margin + 1, axis=axis)
        after = lax.slice_in_dim(x, size - 1 - margin, size - 1, axis=axis)
        parts = [lax.rev(before, [axis]), x, lax.rev(after, [axis])]
        x = jnp.concatenate(parts, axis)
    return x


def replicate(x: jax.Array, margin: int) -> jax.Array:
    """Repeats the outermost pixels: PyTorch's ReplicationPad2d.

    Args:
      x: [B, H, W, C].
      margin: pixels on every side.

    Returns:
      [B, H + 2 · margin, W + 2 · margin, C].

    Raises:
      ValueError: if the margin is negative.
    """
    if margin < 0:
        raise ValueError(f"margin: saw {margin}, wanted at least 0")
    for axis in (1, 2) if margin else ():
        size = x.shape[axis]
        before = lax.slice_in_dim(x, 0, 1, axis=axis)
        after = lax.slice_in_dim(x, size - 1, size, axis=axis)
        x = jnp.concatenate([*[before] * margin, x, *[after] * margin], axis)
    return x
