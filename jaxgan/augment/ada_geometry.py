"""Adaptive augmentation's flips, turns, shifts and scalings: one warp for them all."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from jaxgan.augment.ada_draws import Draws
from jaxgan.augment.ada_strengths import Strengths
from jaxgan.core.explicit_mesh import along_batch
from jaxgan.nn import banded
from jaxgan.nn.upfirdn import added_pads, pads_above, pads_below, resample_filter

SYM6 = resample_filter(
    [
        0.015404109327027373,
        0.0034907120842174702,
        -0.11799011114819057,
        -0.048311742585633,
        0.4910559419267466,
        0.787641141030194,
        0.3379294217276218,
        -0.07263752278646252,
        -0.021060292512300564,
        0.04472490177066578,
        0.0017677118642428036,
        -0.007800708325034148,
    ]
)
"""The symlet of order 6, a low-pass filter of sum 1."""

EDGE = len(SYM6) // 4
"""Pixels beyond the image that the filter wants on either side."""


def warp(x: jax.Array, strengths: Strengths, draws: Draws) -> jax.Array:
    """Draws a plane map per example and resamples images [B, H, W, C] by it."""
    inverse = inverse_map(strengths, draws, x.shape[1:3])
    return x if inverse is None else resample(x, inverse, strengths.margin)


def inverse_map(
    strengths: Strengths, draws: Draws, size: tuple[int, ...]
) -> jax.Array | None:
    """Matrices [B, 3, 3] from a place (x, y, 1) of the result to one of the image.

    Places are in pixels from the middle. None if there is nothing to do.
    """
    height, width = size
    s, steps = strengths, []
    if s.xflip:
        flips = jnp.floor(2.0 * draws.uniform("xflip"))
        flips = draws.maybe("xflip", s.xflip, flips, 0.0)
        steps.append(_scale(1.0 - 2.0 * flips, jnp.ones_like(flips)))
    if s.rotate90:
        turns = jnp.floor(4.0 * draws.uniform("rotate90"))
        turns = draws.maybe("rotate90", s.rotate90, turns, 0.0)
        steps.append(_rotate(0.5 * jnp.pi * turns))
    if s.xint:
        shift = (2.0 * draws.uniform("xint", 2) - 1.0) * s.xint_max
        shift = draws.maybe("xint", s.xint, shift, 0.0)
        shift = jnp.round(shift * jnp.array([[width, height]], jnp.float32))
        steps.append(_translate(-shift))
    if s.scale:
        factor = jnp.exp2(draws.normal("scale") * s.scale_std)
        factor = draws.maybe("scale", s.scale, factor, 1.0)
        steps.append(_scale(1.0 / factor, 1.0 / factor))
    # Twice, before and after the stretching: together they happen as often as wanted.
    chance = 1.0 - jnp.sqrt(jnp.clip(1.0 - s.rotate * draws.probability, 0.0, 1.0))
    if s.rotate:
        steps.append(_rotate(_angle("rotate_before", s, draws, chance)))
    if s.aniso:
        factor = jnp.exp2(draws.normal("aniso") * s.aniso_std)
        factor = draws.maybe("aniso", s.aniso, factor, 1.0)
        steps.append(_scale(1.0 / factor, factor))
    if s.rotate:
        steps.append(_rotate(_angle("rotate_after", s, draws, chance)))
    if s.xfrac:
        shift = draws.normal("xfrac", 2) * s.xfrac_std
        shift = draws.maybe("xfrac", s.xfrac, shift, 0.0)
        shift = shift * jnp.array([[width, height]], jnp.float32)
        steps.append(_translate(-shift))
    if not steps:
        return None
    inverse = steps[0]
    for step in steps[1:]:
        inverse = inverse @ step
    return inverse


def resample(x: jax.Array, inverse: jax.Array, margin: float = 1.0) -> jax.Array:
    """Images [B, H, W, C] seen through maps [B, 3, 3], at twice the size in between.

    Karras et al. 2020 (arXiv 2006.06676), appendix B. Images are continued by
    reflection; beyond that they are 0. The official code reflects as far as the maps of
    a batch go, up to a whole image; here it is always `margin` of it, because shapes
    cannot depend on draws, nor examples on each other.
    """
    height, width = x.shape[1:3]
    rows, columns = (int(np.ceil(margin * (n - 1))) for n in (height, width))
    x = jnp.pad(x, [(0, 0), (rows, rows), (columns, columns), (0, 0)], "reflect")
    taps, factors = [len(SYM6)] * 2, (2, 2)
    x = banded.resample(x, SYM6, up=2, pads=pads_above(taps, factors), gain=4.0)
    # Up-sampling doubles places and moves them by half of a small pixel.
    half = _constant([[2, 0, -0.5], [0, 2, -0.5], [0, 0, 1]])
    back = _constant([[0.5, 0, 0.25], [0, 0.5, 0.25], [0, 0, 1]])
    size = (2 * (height + 2 * EDGE), 2 * (width + 2 * EDGE))
    x = along_batch(lambda x, y: _sample(x, y, size), x, half @ inverse @ back)
    crop = ((-2 * EDGE, -2 * EDGE), (-2 * EDGE, -2 * EDGE))
    pads = added_pads(crop, pads_below(taps, factors))
    return banded.resample(x, SYM6, down=2, pads=pads, flip=True)


def _sample(x, inverse, size):
    """Bilinear values at the mapped places of a grid of pixels, both centred.

    A window of 2×2 pixels for each: gradients are added window by window, on CPUs one
    after the other, so that pixels apart would take four times as long.
    """
    height, width, channels = x.shape[1:]
    rows, columns = (jnp.arange(0.5 - n / 2, n / 2) for n in size)
    across, down = (
        inverse[:, at, 0, None, None] * columns[None, None]
        + inverse[:, at, 1, None, None] * rows[None, :, None]
        + inverse[:, at, 2, None, None]
        + (n / 2 - 0.5)
        for at, n in ((0, width), (1, height))
    )
    left, above = jnp.floor(across), jnp.floor(down)
    near = (left >= -1) & (left < width) & (above >= -1) & (above < height)
    # In an image with a row and a column of zeros on every side.
    first = [
        jnp.clip(at, -1, n - 1).astype(jnp.int32) + 1
        for at, n in ((above, height), (left, width))
    ]
    edges = [(0, 0), (1, 1), (1, 1), (0, 0)]

    def window(image, row, column):
        return lax.dynamic_slice(image, (row, column, 0), (2, 2, channels))

    over_places = jax.vmap(jax.vmap(window, (None, 0, 0)), (None, 0, 0))
    windows = jax.vmap(over_places)(jnp.pad(x, edges), *first)
    shares = _shares(down - above)[..., None] * _shares(across - left)[..., None, :]
    shares = jnp.where(near[..., None, None], shares, 0.0).astype(x.dtype)
    return jnp.sum(windows * shares[..., None], axis=(3, 4))


def _shares(late):
    """Of the first pixel and the second, [..., 2], by the distance from the first."""
    return jnp.stack([1.0 - late, late], -1)


def _angle(name, strengths, draws, chance):
    angle = (2.0 * draws.uniform(name) - 1.0) * (jnp.pi * strengths.rotate_max)
    return draws.gate(name, chance, angle, 0.0)


def _constant(rows):
    return jnp.array(rows, jnp.float32)[None]


def _matrix(rows):
    """[B, 3, 3] of rows of [B] and numbers."""
    arrays = [e for row in rows for e in row if not isinstance(e, float)]
    return jnp.stack(
        [jnp.stack([jnp.zeros_like(arrays[0]) + e for e in row], -1) for row in rows],
        -2,
    )


def _scale(horizontal, vertical):
    return _matrix([[horizontal, 0.0, 0.0], [0.0, vertical, 0.0], [0.0, 0.0, 1.0]])


def _rotate(angle):
    cos, sin = jnp.cos(angle), jnp.sin(angle)
    return _matrix([[cos, -sin, 0.0], [sin, cos, 0.0], [0.0, 0.0, 1.0]])


def _translate(shift):
    return _matrix([[1.0, 0.0, shift[:, 0]], [0.0, 1.0, shift[:, 1]], [0.0, 0.0, 1.0]])
