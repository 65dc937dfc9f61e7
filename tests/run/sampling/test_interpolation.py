"""Walks: their ends, key frames of seeds, and loops without a seam."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jaxgan.run.errors import RunError
from jaxgan.run.sampling import interpolation, sampler
from tests.run.editing.games import linear, styles

both = pytest.mark.parametrize("run", [linear, styles])


class Spy(sampler.Sampler):
    """Keeps the latents that are rendered."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.seen = []

    def render(self, state, keys, latent):
        self.seen.append(np.asarray(latent.value))
        return super().render(state, keys, latent)


def walked(run, *arguments, size=5, **options):
    stored = run()
    spy = Spy(stored.experiment, size=size)
    sample = interpolation.interpolate(spy, stored.state, *arguments, **options)
    return np.concatenate(spy.seen)[: len(sample.value)], sample.value


def first(run, seed, index=0):
    stored = run()
    draw = sampler.Sampler(stored.experiment, size=1)
    return np.asarray(draw.latents(stored.state, seed, np.array([index]))[1].value)[0]


@both
def test_key_frames_are_the_first_samples_of_seeds(run):
    latents, values = walked(run, 0, (), 4, keys=(3, 14, 3, 15))
    assert len(values) == 13
    for place, seed in enumerate((3, 14, 3, 15)):
        np.testing.assert_allclose(latents[4 * place], first(run, seed), rtol=1e-5)
    np.testing.assert_allclose(values[0], values[8], atol=1e-5)


@both
def test_a_loop_ends_one_frame_before_its_beginning(run):
    """The step from the last frame to the first is no longer than others."""
    latents, values = walked(run, 7, (0, 1, 2), 6, loop=True)
    assert len(values) == 18
    closed, _ = walked(run, 7, (0, 1, 2, 0), 6)
    np.testing.assert_allclose(latents, closed[:-1], atol=1e-5)
    np.testing.assert_allclose(latents[0], closed[-1], atol=1e-5)
    steps = np.linalg.norm(np.diff(closed, axis=0).reshape(18, -1), axis=1)
    assert 0 < steps[-1] <= steps[:-1].max() * 1.01
    np.testing.assert_allclose(latents[0], first(run, 7), rtol=1e-5)


def test_z_keeps_its_length_on_its_great_circle_and_w_goes_straight():
    """Lengths of z go evenly from one end's to the other's, by the angle alone."""
    z, _ = walked(linear, 2, (0, 1), 8)
    unit = [x / np.linalg.norm(x) for x in (z[0], z[-1])]
    plane = np.linalg.lstsq(np.stack([z[0], z[-1]]).T, z.T, rcond=None)
    np.testing.assert_allclose(plane[1], 0.0, atol=1e-9)
    lengths = np.linalg.norm(z, axis=1)
    assert lengths.min() > min(lengths[0], lengths[-1]) * 0.99
    middle = np.linalg.norm((z[0] + z[-1]) / 2)
    assert lengths[4] > middle * 1.05, "a straight way is shorter in the middle"
    assert np.abs(unit[0] @ unit[1]) < 0.9
    w, _ = walked(styles, 2, (0, 1), 8)
    shares = np.arange(9)[:, None, None] / 8
    np.testing.assert_allclose(w, w[0] + shares * (w[-1] - w[0]), atol=1e-5)
    # The mapping sees another number of z at once here: the same up to rounding.
    np.testing.assert_allclose(w[0], first(styles, 2), rtol=1e-6, atol=1e-6)


@given(st.integers(2, 7), st.integers(1, 9), st.booleans())
def test_legs_go_once_through_all_stops(stops, frames, loop):
    legs, shares = interpolation.legs_of(stops, frames, loop)
    places = legs + shares
    assert len(places) == frames * (stops - 1) + (not loop)
    np.testing.assert_allclose(np.diff(places), 1 / frames, atol=1e-6)
    assert places[0] == 0
    assert places[-1] == stops - 1 if not loop else places[-1] < stops - 1


def test_one_stop_is_no_way():
    with pytest.raises(RunError, match="--points must be at least 2"):
        walked(linear, 0, (), 4, keys=(3,))
