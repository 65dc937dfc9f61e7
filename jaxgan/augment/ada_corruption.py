"""Adaptive augmentation's filters, noise and cut-outs."""

import jax
import jax.numpy as jnp
import numpy as np

from jaxgan.augment.ada_draws import Draws
from jaxgan.augment.ada_strengths import Strengths

SYM2 = (
    -0.12940952255092145,
    0.22414386804185735,
    0.836516303737469,
    0.48296291314469025,
)
"""The symlet of order 2, a low-pass filter."""

POWER = np.array([10.0, 1.0, 1.0, 1.0], np.float32) / 13.0
"""The share of the power of natural images in each band, about 1/f."""


def filter_bank(bands: int = 4) -> np.ndarray:
    """Zero-phase filters [bands, taps] that sum up to the identity; the lowest first.

    Karras et al. 2020 (arXiv 2006.06676), appendix B: each octave is split once more by
    the low and high pass of a wavelet, both squared to have no phase.
    """
    low = np.array(SYM2)
    high = low * (-1.0) ** np.arange(low.size)
    low, high = (np.convolve(h, h[::-1]) / 2.0 for h in (low, high))
    bank = np.eye(bands, 1)
    for band in range(1, bands):
        spread = np.zeros((bands, 2 * bank.shape[1] - 1))
        spread[:, ::2] = bank
        bank = np.stack([np.convolve(row, low) for row in spread])
        start = (bank.shape[1] - high.size) // 2
        bank[band, start : start + high.size] += high
    return bank.astype(np.float32)


BANK = filter_bank()


def equalize(x: jax.Array, strengths: Strengths, draws: Draws) -> jax.Array:
    """Amplifies or weakens frequency bands of images [B, H, W, C], power being kept."""
    s = strengths
    if not s.imgfilter:
        return x
    gains = jnp.ones((1, len(POWER)))
    for band, strength in enumerate(s.imgfilter_bands):
        factor = jnp.exp2(draws.normal(f"band{band}") * s.imgfilter_std)
        factor = draws.maybe(f"band{band}", s.imgfilter * strength, factor, 1.0)
        factors = jnp.ones((factor.shape[0], len(POWER))).at[:, band].set(factor)
        power = jnp.sum(jnp.square(factors) * POWER[None], axis=1, keepdims=True)
        gains = gains * (factors / jnp.sqrt(power))
    taps = (gains @ BANK).astype(x.dtype)
    edge = BANK.shape[1] // 2
    x = jnp.pad(x, [(0, 0), (edge, edge), (edge, edge), (0, 0)], "reflect")
    return _filtered(_filtered(x, taps, 2), taps, 1)


def _filtered(x, taps, axis):
    """The inner pixels correlated with each example's own taps [B, N]."""
    count = taps.shape[1]
    size = x.shape[axis] - count + 1
    parts = [
        jax.lax.slice_in_dim(x, at, at + size, axis=axis)
        * taps[:, at, None, None, None]
        for at in range(count)
    ]
    return sum(parts[1:], parts[0])


def add_noise(x: jax.Array, strengths: Strengths, draws: Draws) -> jax.Array:
    """Adds noise whose deviation is half-normal."""
    s = strengths
    if not s.noise:
        return x
    deviation = jnp.abs(draws.normal("noise")) * s.noise_std
    deviation = draws.maybe("noise", s.noise, deviation, 0.0)[:, None, None, None]
    return x + (draws.normal("noise_field", *x.shape[1:]) * deviation).astype(x.dtype)


def cut_out(x: jax.Array, strengths: Strengths, draws: Draws) -> jax.Array:
    """Sets a rectangle around a uniform place to 0, gray."""
    s = strengths
    if not s.cutout:
        return x
    size = jnp.full((x.shape[0],), s.cutout_size)
    size = draws.maybe("cutout", s.cutout, size, 0.0)[:, None]
    centre = draws.uniform("cutout_centre", 2)
    columns, rows = (
        jnp.abs((jnp.arange(0.5, n) / n)[None] - centre[:, at, None]) >= size / 2.0
        for at, n in ((0, x.shape[2]), (1, x.shape[1]))
    )
    keep = columns[:, None, :] | rows[:, :, None]
    return jnp.where(keep[..., None], x, jnp.zeros((), x.dtype))
