"""Random features of clips: they rank gross failures, and draw nothing anew."""

import numpy as np
import pytest

from jaxgan import data
from jaxgan.evaluation.clip_features import WIDTHS, clip_features
from jaxgan.evaluation.frechet_distance import frechet_distance
from jaxgan.evaluation.kernel_distance import kernel_distance

COUNT = 96


@pytest.fixture(scope="module")
def clips():
    source = data.moving_mnist(
        8, 32, 1, dataset="digits", digit_size=16, clips=2 * COUNT, pace=0.15
    )
    value = source.examples(np.arange(2 * COUNT)).value
    return value[:COUNT], value[COUNT:]


def failures(truth):
    rng = np.random.default_rng(0)
    return {
        "noise": rng.uniform(-1, 1, truth.shape).astype(np.float32),
        "frozen": np.repeat(truth[:, :1], truth.shape[1], axis=1),
        "shuffled": np.stack([clip[rng.permutation(len(clip))] for clip in truth]),
        "truth": truth,
    }


def test_gross_failures_are_ranked(clips):
    real, truth = clips
    see = clip_features(real.shape[1:])
    seen = see.features(real)
    made = {name: see.features(one) for name, one in failures(truth).items()}
    for distance in (
        frechet_distance,
        lambda a, b: kernel_distance(a, b, subset_size=COUNT, seed=0).mean,
    ):
        noise, frozen, shuffled, same = (distance(seen, one) for one in made.values())
        assert noise > 2 * frozen
        assert frozen > 1.5 * shuffled
        assert shuffled > 3 * same


def test_speed_is_seen(clips):
    real, truth = clips
    see = clip_features(real.shape[1:])
    seen = see.features(real)
    slow = np.repeat(truth[:, : truth.shape[1] // 2], 2, axis=1)
    far, near = (frechet_distance(seen, see.features(x)) for x in (slow, truth))
    assert far > 3 * near


def test_features_are_those_of_the_seed(clips):
    some = clips[0][:3]
    one, other = (clip_features(some.shape[1:]) for _ in range(2))
    np.testing.assert_array_equal(one.features(some), other.features(some))
    assert one.fingerprint == other.fingerprint
    changed = clip_features(some.shape[1:], seed=1)
    assert changed.fingerprint != one.fingerprint
    assert one.features(some).shape == (3, one.feature_count) == (3, 3 * sum(WIDTHS))


def test_what_stands_still_does_not_change(clips):
    frozen = np.repeat(clips[0][:2, :1], 8, axis=1)
    features = clip_features(frozen.shape[1:]).features(frozen)
    each = np.split(features, np.cumsum([x for w in WIDTHS for x in (w, w, w)])[:-1], 1)
    for mean, *changes in (each[at : at + 3] for at in range(0, 9, 3)):
        assert np.abs(mean).max() > 0
        assert all((change == 0).all() for change in changes)


def test_it_has_another_name_than_published_distances(clips):
    see = clip_features(clips[0].shape[1:])
    assert "random" in see.title("Fréchet distance")
    assert not see.published


@pytest.mark.parametrize("shape", [(1, 8, 8, 1), (4, 7, 8, 1), (8, 8, 1)])
def test_other_shapes_are_refused(shape):
    with pytest.raises(ValueError, match=r"wanted \[T, H, W, C\]"):
        clip_features(shape)


def test_other_clips_are_refused():
    see = clip_features((2, 8, 8, 1))
    with pytest.raises(ValueError, match="clips: saw shape"):
        see.features(np.zeros((3, 8, 8, 1)))
    with pytest.raises(ValueError, match="clips: saw nan"):
        see.features(np.full((1, 2, 8, 8, 1), np.nan))
