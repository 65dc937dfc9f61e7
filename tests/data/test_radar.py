"""Clips of rain: in dBZ, without gaps, wet enough, of the split's events only."""

import numpy as np
import pytest

from jaxgan import data
from jaxgan.data.crop_batches import Draws
from jaxgan.data.radar import MOST_DBZ, WET_DBZ, from_dbz, to_dbz

TIMES = [f"2016092814{minute:02d}" for minute in range(0, 50, 5)]


@pytest.fixture
def file(tmp_path):
    rng = np.random.default_rng(0)
    frames = rng.integers(0, 170, (2, 10, 40, 30)).astype(np.uint8)
    frames[:, :, :16] = 0  # no rain above
    path = tmp_path / "radar.npz"
    return write(path, frames, [TIMES, [one.replace("2016", "2017") for one in TIMES]])


def write(path, frames, times):
    parts = {f"frames_{year}": one for year, one in zip((2016, 2017), frames)}
    parts |= {f"times_{year}": np.array(one) for year, one in zip((2016, 2017), times)}
    np.savez(path, **parts)
    return path


def test_numbers_are_dbz():
    values = np.array([-10.0, 0.0, 30.0, 60.0, 80.0], np.float32)
    np.testing.assert_allclose(from_dbz(values), [-1.0, -1.0, 0.0, 1.0, 1.0])
    np.testing.assert_allclose(to_dbz(from_dbz(values))[1:4], values[1:4])


def test_clips_are_wet_and_of_their_event(file):
    with np.load(file) as held:
        events = {"train": held["frames_2016"], "test": held["frames_2017"]}
    for split, frames in events.items():
        source = data.radar(file, 4, 8, split=split, wet=0.3)
        batch = data.clip_batches(source, 16, 1)(5)
        assert batch.value.shape == (16, 4, 8, 8, 1)
        whole = from_dbz((frames.astype(np.float32) - 64.0) / 2.0)
        for clip in batch.value[..., 0]:
            rain = to_dbz(clip) >= WET_DBZ
            assert rain.mean() >= 0.3
            found = [
                (at, down, right)
                for at, down, right in np.ndindex(7, 33, 23)
                if (
                    whole[at : at + 4, down : down + 8, right : right + 8] == clip
                ).all()
            ]
            assert len(found) == 1


def test_examples_lie_beside_each_other(file):
    source = data.radar(file, 5, 8, wet=0.0)
    assert source.size == 2 * 5 * 3
    assert set(source.tiles.begins.tolist()) == {0, 5}
    dry = data.radar(file, 5, 8, wet=0.1)
    assert dry.tiles.corners[:, 0].min() >= 16 - 8
    np.testing.assert_array_equal(
        dry.examples(np.array([1])).value, dry.examples(np.array([0, 1])).value[1:]
    )


def test_no_clip_spans_a_gap(tmp_path, file):
    with np.load(file) as held:
        frames = [held["frames_2016"], held["frames_2017"]]
    times = [*TIMES[:4], *(f"2016092816{m:02d}" for m in range(0, 30, 5))]
    gap = write(tmp_path / "gap.npz", frames, [times, TIMES])
    source = data.radar(gap, 4, 8, wet=0.0)
    assert set(source.places.begins.tolist()) == {0, 4, 5, 6}


def test_batches_depend_on_seed_and_number_only(file):
    source = data.radar(file, 4, 8)
    batch = data.clip_batches(source, 8, 3, flip=True)(2)
    parts = [
        data.clip_batches(source, 8, 3, flip=True, process_index=i, process_count=2)(2)
        for i in range(2)
    ]
    np.testing.assert_array_equal(
        batch.value, np.concatenate([part.value for part in parts])
    )
    other = data.clip_batches(source, 8, 4, flip=True)(2)
    assert (other.value != batch.value).any()


def test_without_crops_batches_show_examples(file):
    source = data.radar(file, 5, 8, wet=0.0)
    shown = source.batch(0, source.size, Draws(0, crop=False, flip=False, turn=False))
    every = source.examples(np.arange(source.size)).value
    assert {x.tobytes() for x in shown.value} == {x.tobytes() for x in every}


def test_frames_may_be_given(file):
    source = data.prediction(data.radar(file, 6, 8), 2)
    assert source.shape == (4, 8, 8, 1)
    example = source.examples(np.array([0]))
    whole = data.radar(file, 6, 8).examples(np.array([0])).value
    np.testing.assert_array_equal(
        np.concatenate([example.given, example.value], axis=1), whole
    )
    batches = data.clip_batches(source, 4)
    batch, shapes = batches(0), batches.shapes
    assert batch.value.shape == shapes.value.shape
    assert batch.given.shape == shapes.given.shape == (4, 2, 8, 8, 1)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"frames": 0}, "frames: saw 0"),
        ({"frames": 11}, "wanted 11 without a gap"),
        ({"size": 31}, "of at least 31 × 31"),
        ({"split": "valid"}, "split: saw 'valid'"),
        ({"wet": 1.0}, "wet: saw 1, but no clip"),
        ({"wet": -1.0}, "wet: saw -1.0"),
    ],
)
def test_bad_arguments_are_told_in_a_line(file, options, told):
    with pytest.raises(data.DataError, match=told):
        data.radar(file, **{"frames": 4, "size": 8, **options})


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "does not exist"),
        (b"no archive", "cannot be read"),
        ({"frames_1": np.zeros((2, 8, 8), np.uint8)}, "of two events at least"),
        (
            {
                f"{part}_{n}": np.zeros(3)
                for n in (1, 2)
                for part in ("frames", "times")
            },
            "saw frames_1 float64",
        ),
    ],
)
def test_other_files_are_refused_in_a_line(tmp_path, content, told):
    path = tmp_path / "other.npz"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content is not None:
        np.savez(path, **content)
    with pytest.raises(data.DataError, match=told) as caught:
        data.radar(path)
    assert "\n" not in str(caught.value)


def test_odd_times_are_refused(tmp_path, file):
    with np.load(file) as held:
        frames = [held["frames_2016"], held["frames_2017"]]
    odd = write(tmp_path / "odd.npz", frames, [["noon"] * 10, TIMES])
    with pytest.raises(data.DataError, match="wanted minutes"):
        data.radar(odd, 4, 8)
    none = write(tmp_path / "none.npz", frames, [["201613281445"] * 10, TIMES])
    with pytest.raises(data.DataError, match="wanted minutes"):
        data.radar(none, 4, 8)
    back = write(tmp_path / "back.npz", frames, [TIMES[::-1], TIMES])
    with pytest.raises(data.DataError, match=r"times_2016: saw .* sort them"):
        data.radar(back, 4, 8)


def test_frames_are_of_one_size(tmp_path, file):
    with np.load(file) as held:
        frames = held["frames_2016"]
    events = {
        f"{part}_{n}": one[:, : 20 + n] if part == "frames" else one
        for n in range(3)
        for part, one in (("frames", frames), ("times", np.array(TIMES)))
    }
    path = tmp_path / "sizes.npz"
    np.savez(path, **events)
    with pytest.raises(data.DataError, match="saw frames of 20 × 30, 21 × 30"):
        data.radar(path, 4, 8)


def test_an_array_is_no_archive(tmp_path):
    with (tmp_path / "array.npz").open("wb") as file:
        np.save(file, np.zeros(3))
    with pytest.raises(data.DataError, match="cannot be read"):
        data.radar(tmp_path / "array.npz")


def test_clips_brighter_than_any_are_one():
    assert from_dbz(np.array([MOST_DBZ + 20.0])) == 1.0
