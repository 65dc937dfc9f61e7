"""Real examples and generated ones, side by side."""

from typing import NamedTuple

import jax
import numpy as np

from jaxgan.core.types import Sample
from jaxgan.data.source import LostDataError
from jaxgan.run import embedded_pictures, pictures
from jaxgan.run.embedded_pictures import Picture
from jaxgan.run.kinds import Section
from jaxgan.run.report.subject import StoredSubject
from jaxgan.run.sampling import preview_grid

SEARCHED = 512
"""Real examples among which those of the wanted classes are looked for."""
MOST_BYTES = 1_000_000
"""Of either picture, before base64 makes it a third longer."""


class Pair(NamedTuple):
    """Real examples and generated ones, drawn alike.

    Attributes:
      real: a picture of the data.
      fake: a picture of samples.
      by_class: whether every column is of one class.
      step: of the checkpoint.
    """

    real: Picture
    fake: Picture
    by_class: bool
    step: int


def pair(subject: StoredSubject) -> Pair:
    """Draws as many of both as the pictures during training show."""
    draw, state, kind = subject.sampler, subject.state(), subject.kind
    num, labels = preview_grid.grid_of(draw, kind.preview)
    fake = draw(state, 0, np.arange(num), labels)
    by_class = labels is not None
    try:
        real = kind.picture(_real_examples(subject, num, labels))
    except LostDataError:
        # They are not there any more, but training has drawn some.
        if subject.drawn is None:
            raise
        real, by_class = subject.drawn, False
    return Pair(
        _picture(real, "Real"),
        _picture(kind.picture(fake), "Generated"),
        by_class,
        subject.step,
    )


def _real_examples(
    subject: StoredSubject, num: int, labels: np.ndarray | None
) -> Sample:
    """Reads the first examples of the data; with labels, the first of each class.

    A class that is not among the first few hundred is left to other examples.
    """
    if labels is None:
        return subject.examples(num)
    real = subject.examples(max(num, SEARCHED))
    given = np.asarray(real.given)
    places = np.arange(num)
    for label in np.unique(labels):
        wanted, found = np.flatnonzero(labels == label), np.flatnonzero(given == label)
        if len(found):
            places[wanted] = np.resize(found, len(wanted))
    return jax.tree.map(lambda x: x[places], real)


def _picture(pixels: np.ndarray, label: str) -> Picture:
    return embedded_pictures.picture(pictures.enlarged(pixels), label, MOST_BYTES)


PAIR = Section("pair", "Real and generated", pair, template="pair.html")
"""Of a `subject.StoredSubject`; those of the kind follow."""
