"""Adaptive discriminator augmentation."""

import dataclasses
from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp

from jaxgan.augment.ada_color import recolor
from jaxgan.augment.ada_corruption import add_noise, cut_out, equalize
from jaxgan.augment.ada_draws import Draws
from jaxgan.augment.ada_geometry import warp
from jaxgan.augment.ada_strengths import BGC, Strengths
from jaxgan.core.context import Context
from jaxgan.core.metrics import Mean
from jaxgan.core.ranges import check_number
from jaxgan.core.types import Augment, Sample

SIGNS = "discriminator/real_sign"
"""The metric that adapts p: that of the term `jaxgan.terms.real_sign`."""


class Adaptation(NamedTuple):
    """What is remembered: p, and the signs since it last moved."""

    probability: jax.Array
    signs: Mean


def ada(
    strengths: Strengths = BGC,
    *,
    batch_size: int,
    target: float = 0.6,
    images: float = 500_000.0,
    every: int = 4,
    start: float = 0.0,
) -> Augment:
    """Augments what the discriminator sees, the more the more it overfits.

    Karras et al. 2020 (arXiv 2006.06676), sections 2 and 3: every transformation
    happens with the probability p to every example, real or fake. Every few steps p
    moves up if r_t = E[sign D(real)] is above its target and down if it is below, at a
    pace that takes `images` from 0 to 1. The discriminator's first turn must carry the
    term `jaxgan.terms.real_sign()`. As in the official code p is bounded below only.

    Args:
      strengths: what is done, see `jaxgan.augment.ada_strengths`.
      batch_size: real images per step, over all devices.
      target: of r_t.
      images: real images in which p can go from 0 to 1.
      every: steps between moves.
      start: the first p.

    Raises:
      ValueError: if a number is out of range; when traced, for images of other than 1
        or 3 colours, or without that term.
    """
    for name, value in (("batch_size", batch_size), ("every", every)):
        if value < 1:
            raise ValueError(f"{name}: saw {value}, wanted at least 1")
    check_number("images", images, above=0)
    check_number("start", start, least=0)
    check_number("target", target, least=-1, most=1)
    pace = batch_size * every / images

    def init():
        zero = jnp.zeros(())
        return Adaptation(jnp.float32(start), Mean(zero, zero))

    augmented = of_samples(strengths)

    def apply(state, sample, context):
        return augmented(sample, context, state.probability)

    def update(state, metrics):
        if SIGNS not in metrics:
            raise ValueError(
                f"metrics: saw {sorted(metrics)}, wanted {SIGNS!r}: give the "
                "discriminator's first turn the term real_sign()"
            )
        signs = jax.tree.map(jnp.add, state.signs, metrics[SIGNS])
        due = signs.count >= every
        move = pace * jnp.sign(signs.total / jnp.maximum(signs.count, 1.0) - target)
        moved = jnp.maximum(state.probability + move, 0.0)
        return Adaptation(
            jnp.where(due, moved, state.probability),
            jax.tree.map(lambda x: jnp.where(due, 0.0, x), signs),
        )

    return Augment(init, apply, update)


def of_samples(
    strengths: Strengths,
) -> Callable[[Sample, Context, jax.Array], Sample]:
    """f(sample, context, p): `transform` of a sample's value, or that value at p = 0.

    Until p rises nothing is computed, which on CPUs would be a third of a small step.
    A step augments a dozen times: f is traced once, which halves the step's tracing.
    """

    @jax.jit
    def augmented(value, context, probability):
        def transformed(value):
            return transform(value, strengths, Draws(context, probability))

        return jax.lax.cond(probability > 0.0, transformed, lambda x: x, value)

    def apply(sample, context, probability):
        alone = dataclasses.replace(context, batch=())
        return sample._replace(value=augmented(sample.value, alone, probability))

    return apply


def transform(x: jax.Array, strengths: Strengths, draws: Draws) -> jax.Array:
    """Images [B, H, W, 1 or 3] in [-1, 1] after all transformations.

    Raises:
      ValueError: for anything else.
    """
    if x.ndim != 4 or x.shape[-1] not in (1, 3):
        raise ValueError(f"value: saw {x.shape}, wanted [B, H, W, 1 or 3]")
    for step in (warp, recolor, equalize, add_noise, cut_out):
        x = step(x, strengths, draws)
    return x
