"""Measures of forecasts by lead time, by their definitions and by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxgan.evaluation import forecast_skill
from jaxgan.evaluation.structural_similarity import ssim


def clips(seed=0, shape=(2, 3, 12, 12, 1)):
    return np.random.default_rng(seed).uniform(-1, 1, shape).astype(np.float32)


def by_hand(value):
    """One clip of one frame of one pixel."""
    return np.full((1, 1, 1, 1, 1), value)


def test_squared_errors_are_by_frame():
    targets = clips()
    forecasts = targets + np.array([0.0, 0.5, 1.0])[:, None, None, None]
    error = forecast_skill.mean_squared_error(forecasts, targets)
    np.testing.assert_allclose(error, [0.0, 0.25, 1.0], atol=1e-6)


def test_similarity_is_that_of_frames():
    forecasts, targets = clips(0), clips(1)
    wanted = [ssim(forecasts[:, t], targets[:, t]).mean() for t in range(3)]
    np.testing.assert_allclose(forecast_skill.similarity(forecasts, targets), wanted)
    np.testing.assert_allclose(forecast_skill.similarity(targets, targets), 1.0)


def test_success_counts_hits_misses_and_false_alarms():
    # Four pixels: a hit, a miss, a false alarm, neither; then nothing at all.
    targets = np.array([[5.0, 5.0, 0.0, 0.0], [0.0] * 4]).reshape(1, 2, 2, 2, 1)
    forecasts = np.array([[9.0, 0.0, 5.0, 0.0], [0.0] * 4]).reshape(1, 2, 2, 2, 1)
    found = forecast_skill.critical_success(forecasts, targets, 5.0)
    np.testing.assert_allclose(found, [1 / 3, np.nan])


def test_ensemble_scores_by_hand():
    """Members 0 and 2 of a target 1: 1 - ½ · (0 + 2 + 2 + 0) / 4 = ½."""
    ensemble = np.stack([by_hand(0.0), by_hand(2.0)])
    assert forecast_skill.crps(ensemble, by_hand(1.0)) == pytest.approx(0.5)
    # Without pairs of a member with itself: 1 - ½ · 2 = 0.
    fair = forecast_skill.crps(ensemble, by_hand(1.0), fair=True)
    assert fair == pytest.approx(0.0)
    # Of a target 3: 2 - ½ = 3 / 2.
    assert forecast_skill.crps(ensemble, by_hand(3.0)) == pytest.approx(1.5)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(-9, 9), min_size=2, max_size=6), st.floats(-9, 9))
def test_ensemble_scores_are_their_definition(members, target):
    values = np.array(members)
    away = np.abs(values - target).mean()
    apart = np.abs(values[:, None] - values).mean()
    ensemble = np.stack([by_hand(one) for one in members])
    found = forecast_skill.crps(ensemble, by_hand(target))
    assert found == pytest.approx(away - 0.5 * apart, abs=1e-9)
    # The integral of (F(x) - [x ≥ y])² between the numbers it jumps at.
    jumps = np.sort([*members, target])
    between = (jumps[1:] + jumps[:-1]) / 2
    share = (values[:, None] <= between).mean(axis=0)
    integral = np.sum((share - (between >= target)) ** 2 * np.diff(jumps))
    assert found == pytest.approx(integral, abs=1e-9)


def test_one_member_scores_its_absolute_error():
    forecasts, targets = clips(0), clips(1)
    found = forecast_skill.crps(forecasts[None], targets)
    wanted = np.abs(forecasts - targets).mean(axis=(0, 2, 3, 4))
    np.testing.assert_allclose(found, wanted, rtol=1e-5)


def test_an_ensemble_of_the_truth_scores_best():
    rng = np.random.default_rng(3)
    shape = (1, 1, 40, 40, 1)
    targets = rng.standard_normal(shape)
    right, biased, narrow = (
        rng.standard_normal((20, *shape)) * scale + shift
        for scale, shift in ((1.0, 0.0), (1.0, 0.7), (0.2, 0.0))
    )
    scores = [
        float(forecast_skill.crps(x, targets)[0]) for x in (right, biased, narrow)
    ]
    assert scores[0] < min(scores[1:])


def test_shapes_must_fit():
    for function in (
        forecast_skill.mean_squared_error,
        forecast_skill.similarity,
        lambda a, b: forecast_skill.critical_success(a, b, 0.0),
    ):
        with pytest.raises(ValueError, match="forecasts: saw shape"):
            function(clips()[:, :2], clips())
        with pytest.raises(ValueError, match="targets: saw shape"):
            function(clips(), clips()[0])
    with pytest.raises(ValueError, match="wanted at least 2 members"):
        forecast_skill.crps(clips()[None], clips(), fair=True)
    with pytest.raises(ValueError, match="targets: saw nan"):
        forecast_skill.crps(clips()[None], np.full_like(clips(), np.nan))
