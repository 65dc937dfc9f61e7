"""Measures of pictures made of pictures: by their targets, and as a set."""

import functools
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from jaxgan.data.source import DataError
from jaxgan.evaluation.lpips import PerceptualDistance, lpips
from jaxgan.evaluation.peak_signal_to_noise import psnr
from jaxgan.evaluation.structural_similarity import WINDOW, ssim
from jaxgan.run.errors import RunError
from jaxgan.run.kinds.drawing.comparison_picture import sequence
from jaxgan.run.kinds.measures import feature_measures
from jaxgan.run.kinds.measures.measure import Comparison, Material, Measure, Score
from jaxgan.weights import WeightsError

Comparisons = Mapping[str, Callable[[], Comparison]]
LEAST = 31
"""Pixels per side that AlexNet needs."""


def of_pairs(crop: int, further: Comparisons) -> dict[str, Measure]:
    """Makes the measures of pairs: against their targets first."""
    return _paired(crop, further) | {
        "fid": feature_measures.frechet("FID"),
        "kid": feature_measures.kernel("KID"),
    }


def of_domains(crop: int, further: Comparisons) -> dict[str, Measure]:
    """Makes the measures of two domains: as sets first, in each direction."""
    return {
        "fid": _each_way(feature_measures.frechet("FID")),
        "kid": _each_way(feature_measures.kernel("KID")),
    } | _paired(crop, further)


def _paired(crop: int, further: Comparisons) -> dict[str, Measure]:
    border = f"{crop} pixels of border left out" if crop else "borders included"
    told = f"pictures rounded to bytes, {border}; the mean over pictures"
    both = {
        "psnr": ("PSNR", psnr, 1, "in decibels, of "),
        "ssim": ("SSIM", ssim, WINDOW, "of "),
    }
    known: dict[str, Comparison] = {}
    for name, (title, compare, least, unit) in both.items():
        options = {"crop": crop, "rounded": True}
        every = functools.partial(compare, **options)
        luma = functools.partial(compare, luma=True, **options)
        room = least + 2 * crop
        known[name] = Comparison(title, every, "higher", f"{unit}{told}", room)
        about = f"{unit}the luma Y of BT.601, 16 to 235, of {told}"
        known[f"{name}-y"] = Comparison(
            f"{title} of Y", luma, "higher", about, room, colours=True
        )
    every = {name: functools.partial(_itself, one) for name, one in known.items()}
    return {
        name: Measure(functools.partial(_scores, one), features=False, compares=False)
        for name, one in {**every, **further}.items()
    }


def _itself(comparison: Comparison) -> Comparison:
    return comparison


def perceptual_comparison(load: Callable[[], PerceptualDistance]) -> Comparison:
    """Makes LPIPS a comparison of pictures, as files would hold them.

    Args:
      load: f() -> its network with weights.

    Raises:
      RunError: if the weights cannot be had.
    """
    try:
        distance = load()
    except (DataError, WeightsError, OSError) as error:
        raise RunError(f"lpips: {error}") from error

    def compare(outputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
        return lpips(_rounded(outputs), _rounded(targets), distance, (0.0, 255.0))

    about = f"of pictures rounded to bytes, by {distance.description}, weights "
    about += f"{distance.fingerprint[:19]}; the mean over pictures"
    return Comparison(distance.title(), compare, "lower", about, LEAST)


def _rounded(images: np.ndarray) -> np.ndarray:
    return np.rint((np.clip(images, -1.0, 1.0) + 1.0) * 127.5).astype(np.uint8)


def _scores(load: Callable[[], Comparison], material: Material) -> list[Score]:
    """Compares outputs with their targets, of every way that has any."""
    comparison = load()
    scores = []
    for way, translation in sequence(material.samples):
        output, target = translation.output, translation.target
        if not _fit(comparison, output, target):
            continue
        values = comparison.compare(output, target)
        name = f"{comparison.title}, {way}" if way else comparison.title
        mean, spread = float(np.mean(values)), float(np.std(values))
        about = comparison.about or None
        scores.append(Score(name, mean, spread, None, comparison.better, about))
    return scores


def _fit(comparison: Comparison, output: Any, target: Any) -> bool:
    return (
        target is not None
        and output.shape == target.shape
        and min(target.shape[1:3]) >= comparison.least
        and (target.shape[-1] == 3 or not comparison.colours)
    )


def _each_way(measure: Measure) -> Measure:
    """Makes a measure of features measure those of each domain."""

    def scores(material: Material) -> list[Score]:
        found = []
        keys = sorted(material.fake.features, reverse=True)
        for key, (way, _) in zip(keys, sequence(material.samples)):
            sides = {
                name: type(both)(*(part[key] for part in both))
                for name, both in (("real", material.real), ("fake", material.fake))
            }
            for one in measure.scores(material._replace(**sides)):
                found.append(one._replace(metric=f"{one.metric}, {way}"))
        return found

    return measure._replace(scores=scores)
