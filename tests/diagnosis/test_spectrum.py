"""Patterns of known size, and pictures without."""

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxgan.diagnosis import spectrum

power = jax.jit(spectrum.power)


def noise(seed, size=32, count=4, channels=3):
    rng = np.random.default_rng(seed)
    return 0.1 * rng.standard_normal((count, size, size, channels)).astype(np.float32)


def mean_power(pictures):
    return np.asarray(power(pictures)).mean(axis=0)


def wave(size, row, column):
    """A wave of `row` and `column` quarters of a cycle per pixel, of variance 1."""
    y, x = np.mgrid[:size, :size]
    values = np.cos(np.pi / 2 * (row * y + column * x) + np.pi / 4)
    return (values / np.std(values)).astype(np.float32)[None, :, :, None]


@pytest.mark.parametrize("size", [16, 31, 64])
def test_power_is_variance(size):
    """In sum; of a constant there is none."""
    seen = noise(0, size, count=50)
    assert power(seen).sum(axis=(1, 2)).mean() == pytest.approx(0.01, rel=0.1)
    assert np.asarray(power(np.full_like(seen, 0.7))).max() < 1e-10


def test_only_the_middle_of_large_pictures_counts():
    large = noise(1, 200, count=1)
    middle = large[:, 36:164, 36:164]
    np.testing.assert_allclose(power(large), power(middle), rtol=1e-3, atol=1e-9)


@given(row=st.integers(-1, 2), column=st.integers(-1, 2), seed=st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_any_stride_is_seen_and_measured(row, column, seed):
    """Its period, and its deviation in levels."""
    if (row, column) == (0, 0):
        return
    plain, others = noise(seed) / 2, noise(seed + 100) / 2
    found = spectrum.pattern(
        mean_power(plain + 0.04 * wave(32, row, column)), mean_power(others)
    )
    assert found.period == (2 if row % 2 == column % 2 == 0 else 4)
    assert found.contrast > 10 * found.usual
    assert found.levels == pytest.approx(0.04 * 127.5, rel=0.15)


@given(seed=st.integers(0, 99))
@settings(max_examples=20, deadline=None)
def test_what_targets_have_too_does_not_stand_out(seed):
    pattern = 0.04 * wave(32, 2, 2)
    found = spectrum.pattern(
        mean_power(noise(seed) + pattern), mean_power(noise(seed + 100) + pattern)
    )
    assert found.contrast < 3 * max(found.usual, 1.0)


@given(seed=st.integers(0, 99), down=st.integers(0, 3), right=st.integers(0, 3))
@settings(max_examples=20, deadline=None)
def test_neither_place_nor_axis_matters(seed, down, right):
    pictures = noise(seed) / 4 + 0.04 * wave(32, 2, 0)
    others = mean_power(noise(seed + 100) / 4)
    one = spectrum.pattern(mean_power(pictures), others)
    turned = spectrum.pattern(mean_power(pictures.transpose(0, 2, 1, 3)), others.T)
    np.testing.assert_allclose(turned, one, rtol=1e-3)
    moved = noise(seed) / 4 + 0.04 * np.roll(wave(32, 2, 0), (down, right), (1, 2))
    moved = spectrum.pattern(mean_power(moved), others)
    assert moved.levels == pytest.approx(one.levels, rel=0.1)


def test_what_bytes_cannot_hold_is_no_pattern():
    flat = np.full((4, 32, 32, 3), 0.3, np.float32)
    faint = flat + 1e-4 * wave(32, 2, 2)
    found = spectrum.pattern(mean_power(faint), mean_power(flat))
    assert found.contrast < 2


@pytest.mark.parametrize("quarter", [1, 2])
def test_detail_is_told_by_its_fineness(quarter):
    plain = spectrum.detail(np.asarray(power(noise(3, count=1))))
    waves = np.asarray(power(noise(3, count=1) + 0.5 * wave(32, quarter, 0)))
    more = spectrum.detail(waves) - plain
    # A quarter of a cycle is the edge of two octaves.
    assert more[0, 2] > 1
    assert more[0, 0] < 0.2
