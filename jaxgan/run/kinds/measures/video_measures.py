"""The measures of videos, by name, and what sees videos for them."""

import functools
import pathlib
from collections.abc import Callable, Mapping

import numpy as np

from jaxgan import data
from jaxgan.data.source import DataError, Source
from jaxgan.evaluation.classifier import classifier
from jaxgan.evaluation.clip_features import clip_features
from jaxgan.evaluation.digit_motion import DigitMotion, digit_motion
from jaxgan.evaluation.extractor import Extractor
from jaxgan.evaluation.i3d import NAME, check_shape, i3d
from jaxgan.run.errors import RunError
from jaxgan.run.kinds.evaluation_protocol import EvaluationProtocol
from jaxgan.run.kinds.measures import feature_measures
from jaxgan.run.kinds.measures.measure import Material, Measure, Score
from jaxgan.run.progress import waiting

RANDOM = "frechet is the Fréchet distance of random features, which needs none"

MEASURES: Mapping[str, Measure] = {
    "frechet": feature_measures.frechet(),
    "kid": feature_measures.kernel("KID"),
    "precision-recall": feature_measures.PRECISION_RECALL,
    "density-coverage": feature_measures.DENSITY_COVERAGE,
    "duplicates": feature_measures.DUPLICATES,
    "memorisation": feature_measures.MEMORISATION,
    "fvd": feature_measures.FVD,
}


def extractor_of(source: Source, protocol: EvaluationProtocol) -> Extractor:
    """Makes FVD's network of its weights, or random features of frames and changes.

    Raises:
      RunError: if another network is asked for, FVD without its published weights, or
        clips are too small or too short.
      WeightsError: if weights are not of FVD's network.
    """
    if protocol.extractor is not None:
        raise RunError(
            f"--extractor: saw {protocol.extractor!r}, which sees images; videos are "
            "seen by random features, or by FVD's I3D with --weights"
        )
    shape, wanted = tuple(source.shape), "fvd" in protocol.names
    if wanted and protocol.weights is None:
        raise RunError(
            "--metrics: saw 'fvd', which is of I3D's published weights: give them by "
            "--weights i3d_pretrained_400.pt",
            RANDOM,
        )
    try:
        if protocol.weights is None:
            return clip_features(shape)
        check_shape(shape)
    except ValueError as error:
        raise RunError(str(error)) from error
    with waiting("looking at a black and a white clip by the weights given"):
        network = i3d(protocol.weights)
    if wanted and network.name != NAME:
        raise RunError(
            f"--metrics: saw 'fvd', but {protocol.weights.name} holds no published "
            f"weights ({network.description})",
            RANDOM,
        )
    return network


def folder_of(path: pathlib.Path, shape: tuple[int, ...]) -> Source:
    """Reads a folder or zip of videos, as clips like samples of a shape.

    Raises:
      RunError: if these are no clips of squares, gray or coloured.
    """
    frames, height, width, channels = shape if len(shape) == 4 else (0, 0, 1, 0)
    if height != width or channels not in (1, 3):
        raise RunError(
            f"--real: the run's samples are {list(shape)}; folders are read as clips "
            "of squares, gray or coloured"
        )
    return data.videos(path, frames, height, channels, labels=False)


def digits(load: Callable[[], Source], count: int, speed: float) -> Measure:
    """Makes the measure of digits that fly: do they stay what they are, and how fast.

    Args:
      load: f() -> labelled pictures of digits.
      count: digits per clip.
      speed: the true one, in pixels per frame.
    """
    find = functools.cache(functools.partial(_classifier, load))

    def scores(material: Material) -> list[Score]:
        judge = find()

        def seen(clips: np.ndarray) -> DigitMotion:
            def classes(pictures: np.ndarray) -> np.ndarray:
                return judge.probabilities(pictures).argmax(axis=1)

            side = (judge.shape or (0,))[0]
            return digit_motion(clips, classes, speed, count, side)

        fake = seen(np.clip(material.samples.value, -1.0, 1.0))
        real = seen(material.examples().value)
        about = f"digits told apart by a {judge.description}"
        return _told(fake, real, about)

    return Measure(scores, features=False, compares=False)


def _told(fake: DigitMotion, real: DigitMotion, about: str) -> list[Score]:
    """Tells what can be: of digits that are never followed there is no speed."""
    pixels = "pixels per frame"
    rows = [
        ("frames in which digits stand apart", "readable", None),
        ("constancy of digits", "constancy", "higher"),
        (f"speed of digits, {pixels}", "speed", None),
        (f"error of speed, {pixels}", "speed_error", "lower"),
    ]
    found = []
    for title, name, better in rows:
        one, other = getattr(fake, name), getattr(real, name)
        if np.isfinite(one):
            told = f"{about}; of the data {other:.4g}"
            found.append(Score(title, one, better=better, about=told))
    return found


def _classifier(load: Callable[[], Source]) -> Extractor:
    try:
        with waiting("training a classifier of digits, which is kept") as progress:
            return classifier(load(), progress=progress)
    except DataError as error:
        raise RunError(f"digits: {error}") from error
