"""Schedules and decays against hand-computed numbers."""

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxgan.core import schedules


@pytest.mark.parametrize(
    ("step", "wanted"),
    # 2 + ½(1 - cos(πt/100))·(-1.5): at a third, cos(π/3) = ½.
    [(0, 2.0), (50, 1.25), (100, 0.5), (1000, 0.5)],
)
def test_cosine(step, wanted):
    seen = schedules.cosine(2.0, 0.5, 100)(jnp.int32(step))
    np.testing.assert_allclose(seen, wanted, rtol=1e-6)
    third = schedules.cosine(2.0, 0.5, 150)(jnp.int32(50))
    np.testing.assert_allclose(third, 2.0 - 1.5 * 0.25, rtol=1e-6)


@settings(deadline=None)
@given(batch=st.integers(1, 512), steps=st.integers(1, 50))
def test_half_life_counts_images(batch, steps):
    """After `half_life` images a value weighs one half, at any batch size."""
    decay = float(schedules.half_life(float(batch * steps))(jnp.int32(0), batch))
    np.testing.assert_allclose(decay**steps, 0.5, rtol=1e-4)


def test_ramp_up_forgets_the_start():
    decay = schedules.half_life(1000.0, ramp_up=0.05)
    assert decay(jnp.int32(0), 10) == 0.0, "nothing seen, nothing remembered"
    # 400 images seen: half-life 20, two halvings per 10 images: ½^(10/20).
    np.testing.assert_allclose(decay(jnp.int32(40), 10), 0.5**0.5, rtol=1e-6)
    # 10⁶ images seen: the half-life itself.
    np.testing.assert_allclose(decay(jnp.int32(10**5), 10), 0.5**0.01, rtol=1e-6)


def test_any_decay_is_ramped_up_by_what_was_seen():
    decay = schedules.ramped_up(
        schedules.constant_decay(0.5),
        0.1,
        lambda step, images: step.astype(jnp.float32) * 10 * images,
    )
    # No image; 100 images: half-life 10, as many as a step has; 4,000: half-life 400.
    seen = [decay(jnp.int32(step), 10) for step in (0, 1, 40)]
    np.testing.assert_allclose(seen, [0.0, 0.5, 0.5], rtol=1e-6)
    slow = schedules.ramped_up(schedules.constant_decay(0.999), 0.1)
    np.testing.assert_allclose(slow(jnp.int32(40), 10), 0.5 ** (10 / 40), rtol=1e-6)


def test_half_life_may_be_a_schedule():
    decay = schedules.half_life(schedules.cosine(0.0, 100.0, 10))
    assert decay(jnp.int32(0), 8) == 0.0
    np.testing.assert_allclose(decay(jnp.int32(10), 50), 0.5**0.5, rtol=1e-6)


@pytest.mark.parametrize(
    ("decay", "wanted"),
    [
        (schedules.half_life(1000.0, ramp_up=0.05), 0.5**0.01),
        (schedules.half_life(schedules.cosine(0.0, 1000.0, 10**6)), 0.5**0.01),
        (schedules.constant_decay(0.9, start=10**6), 0.9),
        (schedules.no_average, 0.0),
    ],
)
def test_an_average_goes_on(decay, wanted):
    """As at the end, from the beginning on, if that is no more than asked for."""
    for step in (0, 7, 10**6):
        seen = schedules.going_on(decay, 312.5)(jnp.int32(step), 10)
        np.testing.assert_allclose(seen, wanted, rtol=1e-6)


@pytest.mark.parametrize(
    ("step", "wanted"),
    # 5 % of 10⁷ images are half of the 10⁶ of the long run.
    [(0, 0.5**0.01), (2000, 0.5**0.01), (10**6, 0.5**2e-5), (10**8, 0.5**1e-5)],
)
def test_a_long_average_goes_on_with_the_half_life_asked_for(step, wanted):
    decay = schedules.half_life(1e6, ramp_up=0.05)
    seen = schedules.going_on(decay, 100.0)(jnp.int32(step), 10)
    np.testing.assert_allclose(seen, wanted, rtol=1e-6)


def test_no_average_and_constant():
    assert schedules.no_average(jnp.int32(3), 8) == 0.0
    np.testing.assert_allclose(schedules.constant_decay(0.9)(jnp.int32(3), 8), 0.9)
    late = schedules.constant_decay(0.9, start=3)
    seen = [late(jnp.int32(step), 8) for step in (0, 2, 3, 9)]
    np.testing.assert_allclose(seen, [0.0, 0.0, 0.9, 0.9])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: schedules.cosine(0.0, 1.0, 0), "steps: saw 0"),
        (lambda: schedules.linear_decay(1.0, -1, 3), "constant: saw -1"),
        (lambda: schedules.linear_decay(1.0, 1, 3, every=0), "every: saw 0"),
        (lambda: schedules.constant_decay(1.0), "decay: saw 1.0"),
        (lambda: schedules.going_on(schedules.no_average, 0), "steps: saw 0"),
        (lambda: schedules.half_life(-1.0), "images: saw -1.0"),
        (lambda: schedules.half_life(float("nan")), "images: saw nan"),
    ],
)
def test_bad_arguments(make, message):
    with pytest.raises(ValueError, match=message):
        make()
