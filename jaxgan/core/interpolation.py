"""Ways from one array to another: straight, and on a great circle."""

import jax
import jax.numpy as jnp

Share = float | jax.Array
"""How much of the way lies behind: 0 is the start, 1 the end. A number, or [B]."""

STRAIGHT = 1e-4
"""Sine of the angle between two vectors on (nearly) one line: smaller ones cannot be
told from a straight way in float32, larger ones divide by it without harm."""


def lerp(start: jax.Array, end: jax.Array, share: Share) -> jax.Array:
    """(1 - t) a + t b, of arrays [B, ...]: exactly a and b at shares 0 and 1."""
    share = _along(share, start)
    return (1.0 - share) * start + share * end


def slerp(start: jax.Array, end: jax.Array, share: Share) -> jax.Array:
    """sin((1 - t) θ) / sin θ · a + sin(t θ) / sin θ · b, θ the angle between a and b.

    Shoemake 1985, "Animating rotation with quaternion curves", section 3.3. A normal
    latent stays as long as normal latents are (White 2016, arXiv 1609.04468). Exactly a
    and b at shares 0 and 1; vectors (nearly) on one line are mixed linearly.

    Args:
      start: a, vectors along the last axis, [B, ..., Z].
      end: b, of the same shape.
      share: t.
    """
    share = _along(share, start)
    a, b = _unit(start), _unit(end)
    # By half the angle: an arc cosine knows no small angles.
    angle = 2.0 * jnp.arctan2(_length(a - b), _length(a + b))
    sine = jnp.sin(angle)
    straight = sine < STRAIGHT
    sine = jnp.where(straight, 1.0, sine)
    left = jnp.where(straight, 1.0 - share, jnp.sin((1.0 - share) * angle) / sine)
    right = jnp.where(straight, share, jnp.sin(share * angle) / sine)
    return left.astype(start.dtype) * start + right.astype(end.dtype) * end


def _along(share: Share, x: jax.Array) -> jax.Array:
    share = jnp.asarray(share, x.dtype)
    return share.reshape(-1, *(1,) * (x.ndim - 1)) if share.ndim else share


def _length(x: jax.Array) -> jax.Array:
    return jnp.linalg.norm(x, axis=-1, keepdims=True)


def _unit(x: jax.Array) -> jax.Array:
    x = x.astype(jnp.float32)
    return x / jnp.maximum(_length(x), 1e-30)
