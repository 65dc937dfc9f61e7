"""The blur before StyleGAN3-R's discriminator, by the official definition."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxgan.augment.fading_blur import fading_blur
from jaxgan.core import Context, Sample, example_keys

IMAGES = np.random.default_rng(0).normal(size=(2, 9, 7, 3)).astype(np.float32)
DEVIATION, STEPS = 2.0, 10


def official(images, deviation):
    """`StyleGAN2Loss.run_D` of training/loss.py, with zeros around the image."""
    size = int(np.floor(deviation * 3))
    if size == 0:
        return images
    taps = np.exp2(-np.square(np.arange(-size, size + 1) / deviation))
    taps /= taps.sum()
    for axis in (1, 2):
        images = np.apply_along_axis(
            lambda row: np.convolve(row, taps)[size:-size], axis, images
        )
    return images


@jax.jit
def blurred(images, step):
    context = Context(example_keys(jax.random.key(0), 2), step=step, train=True)
    sample = Sample({"x": images}, jnp.arange(2))
    return fading_blur(DEVIATION, STEPS).apply((), sample, context)


@settings(deadline=None, max_examples=30)
@given(step=st.integers(0, 3 * STEPS))
def test_by_definition(step):
    """At every step; behind the last there is none, to the bit."""
    seen = blurred(IMAGES, jnp.int32(step))
    wanted = official(IMAGES, DEVIATION * max(1 - step / STEPS, 0.0))
    np.testing.assert_allclose(seen.value["x"], wanted, 1e-4, 1e-5)
    np.testing.assert_array_equal(seen.given, [0, 1])
    if step >= STEPS:
        np.testing.assert_array_equal(seen.value["x"], IMAGES)


def test_it_begins_as_wide_as_published():
    """σ of 10 pixels, 61 taps, over 6,250 steps: 200,000 images in batches of 32."""
    images = np.zeros((1, 101, 3, 1), np.float32)
    images[0, 50] = 1.0
    context = Context(example_keys(jax.random.key(0), 1), step=0, train=True)
    seen = jax.jit(fading_blur().apply)((), Sample(images), context).value
    assert np.count_nonzero(seen[0, :, 1, 0]) == 61
    wanted = official(images, 10.0)
    np.testing.assert_allclose(seen, wanted, 1e-4, 1e-6)


def test_second_derivatives_pass():
    """As R1 wants them: those of the sum of squares are constant."""

    def squares(images, step):
        return jnp.sum(jnp.square(blurred(images, step).value["x"]))

    @jax.jit
    def curvature(images, step):
        slope = jax.grad(squares)
        return jax.jvp(lambda x: slope(x, step), (images,), (jnp.ones_like(images),))[1]

    for step, same in ((0, False), (STEPS, True)):
        found = curvature(jnp.asarray(IMAGES), jnp.int32(step))
        np.testing.assert_allclose(
            found, curvature(2.0 * IMAGES, jnp.int32(step)), 1e-4
        )
        assert np.allclose(found, 2.0) == same


def test_bad_numbers():
    with pytest.raises(ValueError, match="deviation: saw -1"):
        fading_blur(-1.0)
    with pytest.raises(ValueError, match="steps: saw 0"):
        fading_blur(steps=0)
