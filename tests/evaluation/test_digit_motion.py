"""Digits that fly: what they are, and how fast, by clips of which both are known."""

import functools

import numpy as np
import pytest

from jaxgan import data
from jaxgan.evaluation.digit_motion import digit_motion


@functools.cache
def source(digits=2, **options):
    return data.moving_mnist(
        10, 64, digits, dataset="digits", digit_size=20, pace=0.08, **options
    )


def nearest(images):
    """Takes a picture for the digit whose image is nearest to it, of a few."""
    rows = images.reshape(len(images), -1).astype(np.float32)

    def classes(pictures):
        seen = np.asarray((pictures + 1.0) * 127.5).reshape(len(pictures), -1)
        return np.square(seen[:, None] - rows).sum(axis=-1).argmin(axis=1)

    return classes


@pytest.fixture(scope="module")
def clips():
    return source().examples(np.arange(24)).value


def seen(clips, speed=None, digits=2, classes=None):
    speed = source().speed if speed is None else speed
    classes = classes or nearest(source().images[:40])
    return digit_motion(clips, classes, speed, digits, 20)


def test_the_truth_is_as_fast_as_it_is(clips):
    found = seen(clips)
    assert 0.4 < found.readable < 1.0
    assert found.speed == pytest.approx(source().speed, abs=0.25)
    assert found.speed_error < 0.5  # of corners in whole pixels
    assert found.constancy > 0.8


def test_one_digit_stands_apart_always():
    value = source(1).examples(np.arange(8)).value
    assert seen(value, digits=1).readable > 0.95


def test_what_stands_still_has_no_speed(clips):
    frozen = np.repeat(clips[:, :1], 6, axis=1)
    found = seen(frozen)
    assert found.speed == 0.0
    assert found.speed_error == pytest.approx(source().speed)
    assert found.constancy == 1.0


def test_faster_clips_are_seen_to_be(clips):
    assert seen(clips[:, ::2]).speed > 1.4 * seen(clips).speed


def test_what_changes_is_not_constant(clips):
    other = source(seed=1).examples(np.arange(24)).value
    mixed = clips.copy()
    mixed[:, 1::2] = other[:, 1::2]  # other digits in every second frame
    assert seen(mixed).constancy < seen(clips).constancy - 0.1


def test_constancy_is_the_share_of_what_is_seen_most():
    value = source(1).examples(np.arange(3)).value

    def classes(pictures):
        return np.where(np.arange(len(pictures)) % 10 < 7, 3, 8)

    assert seen(value, digits=1, classes=classes).constancy == pytest.approx(0.7)


def test_of_noise_nothing_is_said():
    noise = np.random.default_rng(0).uniform(-1, 1, (2, 4, 64, 64, 1))
    found = seen(noise)
    assert found.readable == 0.0
    assert np.isnan(found[1:]).all()
    assert seen(noise, digits=1).readable == 0.0  # it is too large for a digit
    assert np.isnan(seen(np.full((1, 3, 64, 64, 1), -1.0)).speed)


def test_odd_input_is_refused():
    for clips in (np.zeros((2, 4, 8, 8)), np.zeros((2, 4, 8, 8, 3))):
        with pytest.raises(ValueError, match=r"wanted \[B, T, H, W, 1\]"):
            seen(clips)
    with pytest.raises(ValueError, match="digits: saw 0"):
        seen(np.zeros((1, 2, 8, 8, 1)), digits=0)
