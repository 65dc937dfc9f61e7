"""Batches of clips, and clips of which the first frames are given."""

import numpy as np
import pytest

from jaxgan import data


def source(**options):
    return data.moving_mnist(
        5, 16, 1, dataset="digits", digit_size=8, clips=12, **options
    )


def test_every_epoch_shows_every_clip_once():
    batches = data.clip_batches(source(), 4, 7)
    shown = np.concatenate([batches(step).value for step in range(3)])
    every = source().examples(np.arange(12)).value
    assert sorted(x.tobytes() for x in shown) == sorted(x.tobytes() for x in every)


def test_whole_clips_are_mirrored():
    plain = data.clip_batches(source(), 12, 7)(4).value
    mirrored = data.clip_batches(source(), 12, 7, flip=True)(4).value
    turned = [(a != b).any() for a, b in zip(plain, mirrored)]
    assert 0 < sum(turned) < 12
    for one, other, flipped in zip(plain, mirrored, turned):
        np.testing.assert_array_equal(one[:, :, ::-1] if flipped else one, other)


def test_labels_stay_with_their_clips():
    batches = data.clip_batches(source(labelled=True), 12, 0)
    batch = batches(0)
    assert batches.shapes.given.dtype == np.int32
    every = source(labelled=True).examples(np.arange(12))
    labels = {x.tobytes(): int(y) for x, y in zip(every.value, every.given)}
    assert [labels[x.tobytes()] for x in batch.value] == batch.given.tolist()


def test_processes_share_a_batch():
    whole = data.clip_batches(source(), 6, 2, flip=True)(9).value
    parts = [
        data.clip_batches(source(), 6, 2, flip=True, process_index=at, process_count=3)(
            9
        ).value
        for at in range(3)
    ]
    np.testing.assert_array_equal(whole, np.concatenate(parts))


def test_predictions_part_clips():
    parted = data.prediction(source(), 2).examples(np.arange(3))
    whole = source().examples(np.arange(3)).value
    np.testing.assert_array_equal(parted.given, whole[:, :2])
    np.testing.assert_array_equal(parted.value, whole[:, 2:])


@pytest.mark.parametrize("given", [0, 5, 6, True, 1.5])
def test_something_is_given_and_something_left(given):
    with pytest.raises(data.DataError, match="given: saw"):
        data.prediction(source(), given)


def test_other_sources_are_refused():
    with pytest.raises(data.DataError, match=r"wanted clips \[T, H, W, C\]"):
        data.clip_batches(data.digits(), 4)
    with pytest.raises(data.DataError, match="given: saw 1 of clips of 0 frames"):
        data.prediction(data.digits(), 1)
    for options in ({"batch_size": 0}, {"batch_size": 4, "process_count": 3}):
        with pytest.raises(data.DataError, match="batch_size: saw"):
            data.clip_batches(source(), **options)
    with pytest.raises(data.DataError, match="step: saw -1"):
        data.clip_batches(source(), 4)(-1)
