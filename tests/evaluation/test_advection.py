"""Forecasts that learn nothing: what moves evenly they move on, what stays stays."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from jaxgan.evaluation.advection import advection, motion_field, persistence
from jaxgan.evaluation.forecast_skill import mean_squared_error


def cloud(seed, side=96):
    """Smooth noise."""
    noise = np.random.default_rng(seed).standard_normal((side, side))
    smooth = ndimage.gaussian_filter(noise, 2.5, mode="wrap")
    return smooth / np.abs(smooth).max()


def moving(shift, frames, seed=0, side=48):
    """A window over a cloud that moves by a shift per frame: [1, T, S, S, 1]."""
    field = cloud(seed)
    drawn = [
        ndimage.shift(field, np.array(shift) * time, order=3, mode="grid-wrap")
        for time in range(frames)
    ]
    middle = slice(24, 24 + side)
    return np.stack(drawn)[None, :, middle, middle, None].astype(np.float32)


@settings(max_examples=25, deadline=None)
@given(st.integers(-5, 5), st.integers(-5, 5), st.integers(0, 9))
def test_whole_shifts_are_found(down, right, seed):
    clip = moving((down, right), 3, seed)[0, ..., 0]
    field = motion_field(clip)
    assert field.shape == (2, 48, 48)
    np.testing.assert_allclose(field.mean(axis=(1, 2)), [down, right], atol=0.75)


def test_parts_of_pixels_are_found():
    field = motion_field(moving((1.5, -0.5), 4)[0, ..., 0])
    np.testing.assert_allclose(np.median(field, axis=(1, 2)), [1.5, -0.5], atol=0.3)


def test_what_moves_evenly_is_moved_on():
    clips = moving((2, -3), 7)
    given, truth = clips[:, :3], clips[:, 3:]
    forecast = advection(given, 4)
    assert forecast.shape == truth.shape
    inner = np.s_[:, :, 12:-12, 12:-12]
    near = mean_squared_error(forecast[inner], truth[inner])
    still = mean_squared_error(persistence(given, 4)[inner], truth[inner])
    assert (near < 0.1 * still).all()


def test_two_halves_move_apart():
    top, bottom = moving((0, 3), 3, 1, 32), moving((0, -3), 3, 2, 32)
    field = motion_field(np.concatenate([top, bottom], axis=2)[0, ..., 0])
    np.testing.assert_allclose(field[1, :8].mean(), 3, atol=0.6)
    np.testing.assert_allclose(field[1, -8:].mean(), -3, atol=0.6)


@pytest.mark.parametrize("channels", [1, 3])
def test_what_stands_still_stays(channels):
    still = np.repeat(moving((0, 0), 1), 4, axis=1).repeat(channels, axis=-1)
    np.testing.assert_allclose(advection(still, 3), still[:, :3], atol=1e-6)


def test_nothing_seen_does_not_move():
    blank = np.full((2, 2, 16, 16, 1), -1.0, np.float32)
    np.testing.assert_array_equal(advection(blank, 2), blank)


def test_persistence_repeats_the_last_frame():
    clips = moving((1, 1), 3)
    found = persistence(clips, 2)
    np.testing.assert_array_equal(found, np.stack([clips[:, -1]] * 2, axis=1))


def test_odd_input_is_refused():
    for function, least in ((persistence, 1), (advection, 2)):
        with pytest.raises(ValueError, match=f"of at least {least} frames"):
            function(np.zeros((1, 0, 8, 8, 1)), 2)
        with pytest.raises(ValueError, match="frames: saw 0"):
            function(np.zeros((1, 2, 8, 8, 1)), 0)
        with pytest.raises(ValueError, match="given: saw nan"):
            function(np.full((1, 2, 8, 8, 1), np.nan), 1)
    with pytest.raises(ValueError, match="of at least 2 frames"):
        advection(np.zeros((1, 1, 8, 8, 1)), 2)
