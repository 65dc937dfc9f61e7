"""Augmentation by a schedule: as the adaptive one at the probability of the step."""

import jax
import jax.numpy as jnp
import numpy as np

from jaxgan.augment.ada import ada
from jaxgan.augment.ada_strengths import BGC, R3GAN, Strengths
from jaxgan.augment.scheduled import scheduled
from jaxgan.core import Context, Sample, example_keys, growth, schedules
from jaxgan.core.pace import Span

KEYS = example_keys(jax.random.key(0), 6)
CHEAP = Strengths(xflip=1.0, brightness=1.0)
IMAGES = Sample(jax.random.normal(jax.random.key(1), (6, 4, 4, 3)), jnp.arange(6))


def at(step, probability):
    context = Context(KEYS, step=jnp.int32(step), train=True)
    return jax.jit(scheduled(CHEAP, probability).apply)((), IMAGES, context)


def test_as_adaptive_augmentation_of_the_same_probability():
    probability = schedules.cosine(0.0, 0.8, 100)
    for step in (0, 30, 100, 1000):
        adaptive = ada(CHEAP, batch_size=6, start=float(probability(jnp.int32(step))))
        wanted = jax.jit(adaptive.apply)(
            adaptive.init(), IMAGES, Context(KEYS, train=True)
        )
        seen = at(step, probability)
        np.testing.assert_allclose(seen.value, wanted.value, rtol=1e-6, atol=1e-6)
        np.testing.assert_array_equal(seen.given, IMAGES.given)


def test_nothing_at_first_and_something_at_last():
    probability = schedules.cosine(0.0, 1.0, 10)
    np.testing.assert_allclose(at(0, probability).value, IMAGES.value, atol=1e-6)
    moved = jnp.abs(at(10, probability).value - IMAGES.value).max((1, 2, 3))
    assert (moved > 1e-3).all()


def test_programs_that_end_before_the_first_step_have_none_of_it():
    """Whatever the probability: theirs is not computed."""
    augment = scheduled(CHEAP, lambda step: jnp.float32(1.0), first=10)
    context = Context(KEYS, step=jnp.int32(5), train=True)
    for span, same in (
        (Span(0, 10), True),
        (Span(5, 11), False),
        (Span(0, None), False),
    ):
        with growth.only(span):
            seen = augment.apply((), IMAGES, context)
        assert (seen is IMAGES) == same, span
    assert augment.apply((), IMAGES, context) is not IMAGES


def test_strengths_of_r3gan():
    """All of the paper's geometry, half of its colour, and holes; nothing else."""
    switches = Strengths._fields[: Strengths._fields.index("xint_max")]
    differ = {name for name in switches if getattr(R3GAN, name) != getattr(BGC, name)}
    colours = {"brightness", "contrast", "lumaflip", "hue", "saturation"}
    assert differ == colours | {"cutout"}
    assert {getattr(R3GAN, name) for name in colours} == {0.5}
    assert R3GAN.cutout == 1.0
    assert R3GAN[len(switches) :] == Strengths()[len(switches) :]
