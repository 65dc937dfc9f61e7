"""Measures of predictions: by lead time, beside two that learn nothing."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from jaxgan.evaluation import advection, forecast_skill
from jaxgan.evaluation.structural_similarity import WINDOW
from jaxgan.run.kinds import feature_measures
from jaxgan.run.kinds.measure import Material, Measure, Score
from jaxgan.run.kinds.route import translations_of

Skill = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""f(forecasts, targets) -> [T]."""
Scale = Callable[[np.ndarray], np.ndarray]


def measures(
    thresholds: tuple[float, ...], scale: Scale, unit: str
) -> dict[str, Measure]:
    """Makes the measures of predictions.

    Args:
      thresholds: of events.
      scale: f(numbers in [-1, 1]) -> those that thresholds are of.
      unit: of these.
    """
    found = {
        "mse": _measure("MSE", forecast_skill.mean_squared_error, "lower"),
        "ssim": _measure("SSIM", forecast_skill.similarity, "higher", WINDOW),
    }
    for threshold in thresholds:
        name = f"csi-{threshold:g}"
        title = f"CSI of {threshold:g} {unit}".strip()
        found[name] = _measure(title, critical_success(threshold, scale), "higher")
    return found | {
        "frechet": feature_measures.frechet(),
        "kid": feature_measures.kernel("KID"),
    }


def critical_success(threshold: float, scale: Scale) -> Skill:
    """Makes the critical success index of numbers in [-1, 1], which are scaled."""

    def skill(forecasts: np.ndarray, targets: np.ndarray) -> np.ndarray:
        pair = scale(forecasts), scale(targets)
        return forecast_skill.critical_success(*pair, threshold)

    return skill


def baselines(given: Any, frames: int) -> Mapping[str, np.ndarray]:
    """Makes the predictions of what learns nothing, by name: clips [B, T, H, W, C]."""
    found = {"persistence": advection.persistence(given, frames)}
    if given.shape[1] > 1:
        found["advection"] = advection.advection(given, frames)
    return found


def _measure(title: str, skill: Skill, better: str, least: int = 1) -> Measure:
    """Makes a measure of a prediction, of persistence and of advection."""

    def scores(material: Material) -> list[Score]:
        translation = translations_of(material.samples).get("")
        if translation is None or translation.target is None:
            return []
        given, target = np.asarray(translation.source), np.asarray(translation.target)
        if min(target.shape[2:4]) < least:
            return []
        made = {"": np.clip(np.asarray(translation.output), -1.0, 1.0)}
        found = []
        for name, clips in {**made, **baselines(given, target.shape[1])}.items():
            by_lead = skill(clips, target)
            if np.isnan(by_lead).all():  # nothing happens
                continue
            of = f"{title} of {name}" if name else title
            mean = float(np.nanmean(by_lead))
            leads = ", ".join(f"{one:.3g}" for one in by_lead)
            about = f"by lead time: {leads}"
            found.append(Score(of, mean, better=None if name else better, about=about))
        return found

    return Measure(scores, features=False, compares=False)
