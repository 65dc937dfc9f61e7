"""A report's section of clips that play: samples, beside real ones or their truth."""

import contextlib

import numpy as np

from jaxgan.core.types import Sample
from jaxgan.data.source import LostDataError
from jaxgan.run import embedded_pictures, pictures
from jaxgan.run.embedded_pictures import Picture
from jaxgan.run.kinds.kind import Section, Subject

COUNT = 16
"""Clips that play side by side."""
PREDICTED = 6
"""Predictions that play beside their truths."""
SIDE = 384
"""Pixels per side, about, that what plays is enlarged to."""


def players(subject: Subject) -> list[Picture]:
    """Plays samples, and real clips if they are there."""
    found = [_playing(subject, subject.samples(COUNT), "Generated")]
    with contextlib.suppress(LostDataError):  # they are not there any more
        found.append(_playing(subject, subject.examples(COUNT), "Real"))
    return found


def predictions(subject: Subject) -> list[Picture]:
    """Plays what was predicted of the first examples beside what came."""
    sample = subject.samples(PREDICTED)
    strip = embedded_pictures.picture(
        subject.kind.picture(sample), "Truth, and prediction below it", 1_500_000
    )
    return [_playing(subject, sample, "Truth | prediction"), strip]


def _playing(subject: Subject, sample: Sample, label: str) -> Picture:
    frames = [_large(frame) for frame in subject.kind.frames(sample)]
    rate = getattr(subject.kind, "rate", 10.0)
    return embedded_pictures.animation(frames, rate, label)


def _large(frame: np.ndarray) -> np.ndarray:
    return pictures.enlarged(frame, SIDE)


PLAYERS = Section(
    "players",
    "Clips",
    players,
    link="Clips",
    about="Not chosen: the first samples of seed 0, and the first real clips. All play "
    "at once, without end.",
)
"""Of any kind whose examples move."""
PREDICTIONS = Section(
    "predictions",
    "Truth and prediction",
    predictions,
    link="Predictions",
    about="Not chosen: the first examples, held-out ones if the experiment has any. A "
    "frame is given while a line is around it; what follows came on the left, and was "
    "predicted on the right.",
)
"""Of predictions of frames."""
