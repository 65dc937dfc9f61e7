"""Clips of the golden vectors, which hold what they are made of."""

import jax.numpy as jnp
import numpy as np


def waves(coefficients, frames, size):
    """sin(6k₀x + 6k₁t/T) · cos(6k₂y + k₃) [B, T, H, W, C], of k [B, C, 4]."""
    k = np.asarray(coefficients, np.float64)[:, :, None, None, None, :]
    t = np.arange(frames)[:, None, None] / frames
    y, x = (np.arange(size) / (size - 1))[:, None], np.arange(size) / (size - 1)
    clips = np.sin(6 * k[..., 0] * x + 6 * k[..., 1] * t)
    clips = clips * np.cos(6 * k[..., 2] * y + k[..., 3])
    return jnp.asarray(np.moveaxis(clips, 1, -1).astype(np.float32))


def clips(array):
    """[B, C, T, H, W] as [B, T, H, W, C]."""
    return jnp.asarray(np.moveaxis(array, 1, -1))
