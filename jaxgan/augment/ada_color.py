"""Adaptive augmentation's colours: one affine map of RGB per example."""

import math

import jax
import jax.numpy as jnp

from jaxgan.augment.ada_draws import Draws
from jaxgan.augment.ada_strengths import Strengths

LUMA = 1.0 / math.sqrt(3.0)
"""Each component of the unit vector along which gray lies."""


def recolor(x: jax.Array, strengths: Strengths, draws: Draws) -> jax.Array:
    """Draws a map per example and applies it to images [B, H, W, 1 or 3]."""
    colors = x.shape[-1]
    found = color_map(strengths, draws, colors)
    if found is None:
        return x
    matrix, shift = (part.astype(x.dtype) for part in found)
    if colors == 1:
        gain = jnp.mean(jnp.sum(matrix, axis=2), axis=1)[:, None, None, None]
        return x * gain + jnp.mean(shift, axis=1)[:, None, None, None]
    return jnp.einsum("bhwc,bdc->bhwd", x, matrix) + shift[:, None, None]


def color_map(
    strengths: Strengths, draws: Draws, colors: int
) -> tuple[jax.Array, jax.Array] | None:
    """(M [B, 3, 3], t [B, 3]) of M x + t, or None if there is nothing to do.

    Brightness shifts, contrast scales, the luma flip mirrors at the plane of equal
    luma, hue turns about its axis and saturation scales towards it. For one colour hue
    and saturation mean nothing, and are left out.
    """
    s = strengths
    identity, axis = jnp.eye(3)[None], jnp.full((3,), LUMA)
    gray = jnp.full((1, 3, 3), LUMA**2)
    matrix, shift, touched = identity, jnp.zeros((1, 3)), False
    if s.brightness:
        added = draws.normal("brightness") * s.brightness_std
        added = draws.maybe("brightness", s.brightness, added, 0.0)
        shift, touched = shift + added[:, None], True
    if s.contrast:
        factor = jnp.exp2(draws.normal("contrast") * s.contrast_std)
        factor = draws.maybe("contrast", s.contrast, factor, 1.0)
        matrix, touched = matrix * factor[:, None, None], True
        shift = shift * factor[:, None]
    steps = []
    if s.lumaflip:
        flips = jnp.floor(2.0 * draws.uniform("lumaflip"))
        flips = draws.maybe("lumaflip", s.lumaflip, flips, 0.0)
        steps.append(identity - 2.0 * gray * flips[:, None, None])
    if s.hue and colors > 1:
        angle = (2.0 * draws.uniform("hue") - 1.0) * (jnp.pi * s.hue_max)
        angle = draws.maybe("hue", s.hue, angle, 0.0)[:, None, None]
        cross = jnp.cross(jnp.eye(3), axis[None], axis=-1)[None]
        turned = jnp.cos(angle) * (identity - gray) + jnp.sin(angle) * cross
        steps.append(gray + turned)
    if s.saturation and colors > 1:
        factor = jnp.exp2(draws.normal("saturation") * s.saturation_std)
        factor = draws.maybe("saturation", s.saturation, factor, 1.0)
        steps.append(gray + (identity - gray) * factor[:, None, None])
    for step in steps:
        matrix = step @ matrix
        shift = jnp.einsum("bij,bj->bi", step, shift)
    return (matrix, shift) if touched or steps else None
