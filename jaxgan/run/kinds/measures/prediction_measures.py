"""Measures of predictions: by lead time, beside two that learn nothing."""

import functools
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from jaxgan.core.types import Sample
from jaxgan.evaluation import advection, forecast_skill
from jaxgan.evaluation.structural_similarity import WINDOW
from jaxgan.run.kinds.measures import feature_measures
from jaxgan.run.kinds.measures.measure import Material, Measure, Score
from jaxgan.run.kinds.route import translations_of

Skill = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""f(forecasts, targets) -> [T]."""
Scale = Callable[[np.ndarray], np.ndarray]


def measures(
    thresholds: tuple[float, ...], scale: Scale, unit: str, members: int
) -> dict[str, Measure]:
    """Makes the measures of predictions.

    Args:
      thresholds: of events.
      scale: f(numbers in [-1, 1]) -> those that thresholds are of.
      unit: of these.
      members: of the ensembles that are judged as such.
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
        "crps": Measure(
            functools.partial(_ranked_probability, members),
            features=False,
            compares=False,
        ),
        "frechet": feature_measures.frechet(),
        "kid": feature_measures.kernel("KID"),
        "fvd": feature_measures.FVD,
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
        parts = _parts(material.samples)
        if parts is None or min(parts[1].shape[2:4]) < least:
            return []
        given, target, made = parts
        found = []
        for name, clips in {"": made, **baselines(given, target.shape[1])}.items():
            found += _score(title, name, skill(clips, target), better)
        return found

    return Measure(scores, features=False, compares=False)


def _ranked_probability(members: int, material: Material) -> list[Score]:
    """Scores an ensemble of predictions, and forecasts that are but one."""
    parts = _parts(material.samples)
    if parts is None or material.drawn_again is None:
        return []
    given, target, first = parts
    others = (_parts(material.drawn_again(number)) for number in range(1, members))
    ensemble = np.stack([first, *(part[2] for part in others if part is not None)])
    found = _score(
        f"CRPS of {members} members", "", forecast_skill.crps(ensemble, target), "lower"
    )
    for name, clips in baselines(given, target.shape[1]).items():
        found += _score("CRPS", name, forecast_skill.crps(clips[None], target), "lower")
    return found


def _parts(samples: Sample) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """What was given, what came, and what was predicted; None if it is not known."""
    translation = translations_of(samples).get("")
    if translation is None or translation.target is None:
        return None
    given, target = np.asarray(translation.source), np.asarray(translation.target)
    return given, target, np.clip(np.asarray(translation.output), -1.0, 1.0)


def _score(title: str, name: str, by_lead: np.ndarray, better: str) -> list[Score]:
    """A score of what is called so, '' for the game's own; none if nothing happens."""
    if np.isnan(by_lead).all():
        return []
    of = f"{title} of {name}" if name else title
    leads = ", ".join(f"{one:.3g}" for one in by_lead)
    about = f"by lead time: {leads}"
    mean = float(np.nanmean(by_lead))
    return [Score(of, mean, better=None if name else better, about=about)]
