"""Adaptive augmentation's flips, turns, shifts and scalings: one warp for them all."""

import jax
import jax.numpy as jnp
import numpy as np

from jaxgan.augment.ada_draws import Draws
from jaxgan.augment.ada_strengths import Strengths
from jaxgan.core.explicit_mesh import along_batch
from jaxgan.nn.upfirdn import downsample2d, resample_filter, upsample2d

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
    x = upsample2d(x, SYM6)
    # Up-sampling doubles places and moves them by half of a small pixel.
    half = _constant([[2, 0, -0.5], [0, 2, -0.5], [0, 0, 1]])
    back = _constant([[0.5, 0, 0.25], [0, 0.5, 0.25], [0, 0, 1]])
    size = (2 * (height + 2 * EDGE), 2 * (width + 2 * EDGE))
    x = along_batch(lambda x, y: _sample(x, y, size), x, half @ inverse @ back)
    crop = ((-2 * EDGE, -2 * EDGE), (-2 * EDGE, -2 * EDGE))
    return downsample2d(x, SYM6, pads=crop, flip=True)


def _sample(x, inverse, size):
    """Bilinear values at the mapped places of a grid of pixels, both centred."""
    height, width = x.shape[1:3]
    rows, columns = (jnp.arange(0.5 - n / 2, n / 2) for n in size)
    x_places, y_places = (
        inverse[:, at, 0, None, None] * columns[None, None]
        + inverse[:, at, 1, None, None] * rows[None, :, None]
        + inverse[:, at, 2, None, None]
        + (n / 2 - 0.5)
        for at, n in ((0, width), (1, height))
    )
    left, above = jnp.floor(x_places), jnp.floor(y_places)
    flat = x.reshape(x.shape[0], -1, x.shape[-1])

    def corner(column, row):
        share = (1.0 - jnp.abs(x_places - column)) * (1.0 - jnp.abs(y_places - row))
        inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
        column, row = (
            jnp.clip(at, 0, n - 1).astype(jnp.int32)
            for at, n in ((column, width), (row, height))
        )
        places = (row * width + column).reshape(x.shape[0], -1, 1)
        values = jnp.take_along_axis(flat, places, axis=1)
        values = values.reshape(*share.shape, -1)
        return values * jnp.where(inside, share, 0.0)[..., None].astype(x.dtype)

    return sum(
        (corner(left + i, above + j) for i, j in ((0, 1), (1, 0), (1, 1))),
        corner(left, above),
    )


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
