"""What is predicted of the first frames of clips."""

import dataclasses
import pathlib
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from jaxgan.core.types import Sample
from jaxgan.run.errors import RunError
from jaxgan.run.kinds.drawing.film_strips import edged, pairs_of, side_by_side, strips
from jaxgan.run.kinds.kind import Section
from jaxgan.run.kinds.measures.measure import Measure
from jaxgan.run.kinds.route import Route
from jaxgan.run.kinds.videos import Videos

if TYPE_CHECKING:  # it is heavy
    from jaxgan.data.source import Source


# Compared by identity, as all kinds are.
@dataclasses.dataclass(frozen=True, eq=False)
class Predictions(Videos):
    """Clips of which the first frames are given, as of `data.prediction`.

    Samples are what a game makes of given frames, of held-out clips if there are any.

    Attributes:
      thresholds: of events, by which the critical success index counts.
      scale: f(numbers in [-1, 1]) -> those that thresholds are of, such as
        `data.to_dbz`.
      scale_unit: of these, such as 'dBZ'.
      members: predictions of every clip, which differ in their noise alone, that the
        continuous ranked probability score is of.
    """

    thresholds: tuple[float, ...] = (0.0,)
    scale: Callable[[np.ndarray], np.ndarray] = np.asarray
    scale_unit: str = ""
    members: int = 8

    unit = "predictions"
    preview = 4
    held_out = True
    walk_suffixes = ()

    @property
    def measures(self) -> Mapping[str, Measure]:
        """How near predictions are to what came, by lead time, and as a set."""
        from jaxgan.run.kinds.measures import prediction_measures

        return prediction_measures.measures(
            self.thresholds, self.scale, self.scale_unit, self.members
        )

    @property
    def sections(self) -> Sequence[Section]:
        """Players of truth and prediction."""
        from jaxgan.run.kinds.sections.player_section import PREDICTIONS

        return (PREDICTIONS,)

    def routes(self, example: Sample) -> Sequence[Route]:
        """From the frames given to those that follow."""
        return (Route(example.given, example.value),)

    def picture(self, sample: Sample) -> np.ndarray:
        """Draws the truth of every example, and below it what was predicted."""
        each = pairs_of(sample)
        films = [film for pair in each for film in pair if film is not None]
        return strips(films, len(films) // len(each))

    def frames(self, sample: Sample) -> Sequence[np.ndarray]:
        """Draws truth and prediction side by side, moving, an example per row."""
        each = pairs_of(sample)
        films = [edged(film) for pair in each for film in pair if film is not None]
        return side_by_side(films, len(films) // len(each))

    def walk(self, path: pathlib.Path, samples: Sample, rate: float) -> None:
        """Refuses: nothing leads from one clip to another.

        Raises:
          RunError: always.
        """
        del path, samples, rate
        raise RunError(f"{self.unit} have no latents to walk between")

    def folder(self, path: pathlib.Path, shape: tuple[int, ...]) -> "Source":
        """Refuses: what is given is not known of videos in a folder.

        Raises:
          RunError: always.
        """
        del path, shape
        raise RunError(f"--real: no folders of {self.unit} are read; choose --split")


predictions = Predictions()
"""Predictions in [-1, 1]."""
