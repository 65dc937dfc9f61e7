"""Moving MNIST: every clip a function of (seed, index), by the recipe."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxgan import data
from jaxgan.data.facts import facts_of
from jaxgan.data.moving_digits import flights

unit = st.floats(0.0, 0.999)


def moving(**options):
    return data.moving_mnist(
        **{"frames": 6, "size": 32, "dataset": "digits", "digit_size": 8, **options}
    )


def test_clips_are_those_of_seed_and_index():
    source, again = moving(clips=50), moving(clips=80)
    some = source.examples(np.array([7, 3]))
    np.testing.assert_array_equal(some.value[1], again.examples(np.array([3])).value[0])
    other = moving(seed=1).examples(np.array([3]))
    assert (other.value[0] != some.value[1]).any()
    assert some.given == ()


def test_clips_have_their_shape_and_range():
    value = moving(digits=3).examples(np.arange(5)).value
    assert value.shape == (5, 6, 32, 32, 1)
    assert value.dtype == np.float32
    assert value.min() == -1.0
    assert value.max() <= 1.0


def test_frames_are_digits_at_their_corners_by_the_larger_number():
    source = moving(digits=2)
    motion, value = source.motion(np.arange(3)), source.examples(np.arange(3)).value
    for clip, frame in np.ndindex(3, 6):
        wanted = np.zeros((32, 32), np.uint8)
        for digit, (down, right) in zip(
            motion.digits[clip], motion.corners[clip, frame]
        ):
            placed = np.zeros_like(wanted)
            placed[down : down + 8, right : right + 8] = source.images[digit]
            wanted = np.maximum(wanted, placed)
        np.testing.assert_allclose(
            value[clip, frame, ..., 0], wanted / 127.5 - 1.0, atol=1e-6
        )


@settings(max_examples=200, deadline=None)
@given(unit, unit, unit, st.floats(0.0, 0.5))
def test_flights_are_straight_and_stay_inside(down, right, angle, pace):
    way = flights(np.array([down, right, angle]), 30, pace)
    assert way.min() >= 0.0
    assert way.max() <= 1.0
    step = np.abs(np.diff(way, axis=0))
    free = ((way > 0.0) & (way < 1.0)).all(axis=1)
    whole = free[:-1] & free[1:]  # no wall on the way
    length = np.linalg.norm(step[whole], axis=1)
    np.testing.assert_allclose(length, pace, atol=1e-9)
    assert (np.linalg.norm(step, axis=1) <= pace + 1e-9).all()


def test_a_digit_bounces_by_the_sign_of_one_coordinate():
    # Down by 0.3 per frame from 0.5: 0.8, the wall, back.
    way = flights(np.array([0.5, 0.25, 0.25]), 4, 0.3)
    np.testing.assert_allclose(way[:, 0], [0.8, 1.0, 0.7, 0.4], atol=1e-12)
    np.testing.assert_allclose(way[:, 1], 0.25, atol=1e-12)


def test_the_default_speed_is_the_published_one():
    source = data.moving_mnist(dataset="digits", clips=2)
    assert source.shape == (20, 64, 64, 1)
    assert source.motion(np.arange(2)).speed == pytest.approx(3.6)


def test_digits_of_test_are_none_of_train():
    train, test = moving(), moving(split="test")
    assert len(train.images) + len(test.images) == 1797
    ours, theirs = ({one.tobytes() for one in x.images} for x in (train, test))
    assert len(ours & theirs) < 5  # two writers may agree


def test_one_digit_can_be_the_class():
    source = moving(digits=1, labelled=True, clips=40)
    sample = source.examples(np.arange(40))
    np.testing.assert_array_equal(sample.given, source.labels)
    np.testing.assert_array_equal(
        sample.given, source.motion(np.arange(40)).labels[:, 0]
    )
    assert sample.given.dtype == np.int32
    assert sum(facts_of(source).counts) == 40


def test_facts_tell_clips_apart():
    prints = {
        facts_of(one).fingerprint
        for one in (moving(), moving(seed=1), moving(pace=0.2), moving(digits=3))
    }
    assert len(prints) == 4
    assert facts_of(moving()) == facts_of(moving())


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"frames": 0}, "frames: saw 0"),
        ({"size": 7}, "size: saw 7"),
        ({"digits": True}, "digits: saw True"),
        ({"clips": 0}, "clips: saw 0"),
        ({"pace": 1.5}, "pace: saw 1.5"),
        ({"seed": -1}, "seed"),
        ({"split": "valid"}, "split: saw 'valid'"),
        ({"labelled": True}, "labelled: saw clips of 2 digits"),
        ({"digit_size": 6}, "digit_size: saw 6"),
        ({"dataset": "no_such_set"}, "no_such_set"),
    ],
)
def test_bad_arguments_are_told_in_a_line(options, told):
    with pytest.raises(data.DataError, match=told):
        moving(**options)
