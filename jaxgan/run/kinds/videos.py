"""Clips [T, H, W, C] in [-1, 1], and what is predicted of their first frames."""

import dataclasses
import pathlib
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from jaxgan.core.types import Sample
from jaxgan.run import pictures
from jaxgan.run.errors import RunError
from jaxgan.run.kinds import film_strips, walks
from jaxgan.run.kinds.evaluation_protocol import EvaluationProtocol
from jaxgan.run.kinds.film_strips import Film
from jaxgan.run.kinds.kind import Kind, Section
from jaxgan.run.kinds.measure import Measure
from jaxgan.run.kinds.route import Route

if TYPE_CHECKING:  # they are heavy
    from jaxgan.data.source import Source
    from jaxgan.evaluation.extractor import Extractor

FVD = (
    "published I3D weights are not read yet, and without them no distance is an FVD; "
    "leave it out for the Fréchet distance of random features"
)


# Compared by identity, as all kinds are.
@dataclasses.dataclass(frozen=True, eq=False)
class Videos(Kind):
    """Clips, measured by what a random network sees of frames and their changes.

    Attributes:
      rate: frames per second of what moves.
      suffix: of the file of one clip: '.gif', '.webp', '.mp4', or '.png' for a strip.
    """

    rate: float = 10.0
    suffix: str = ".gif"

    unit = "videos"
    preview = 16
    walk_suffixes = (".gif", ".webp", ".mp4", ".png")
    moving = (".gif", ".webp", ".mp4")

    def __post_init__(self):
        if self.suffix not in (".gif", ".webp", ".mp4", ".png"):
            raise RunError(
                f"suffix: saw {self.suffix!r}, wanted '.gif', '.webp', '.mp4' or '.png'"
            )
        if not walks.SLOWEST <= self.rate <= walks.FASTEST:
            raise RunError(
                f"rate: saw {self.rate!r} frames per second, wanted {walks.SLOWEST:g} "
                f"to {walks.FASTEST:g}"
            )

    @property
    def measures(self) -> Mapping[str, Measure]:
        """How near clips are to the data as a set, by random features."""
        from jaxgan.run.kinds.video_measures import MEASURES

        return MEASURES

    @property
    def sections(self) -> Sequence[Section]:
        """Players."""
        from jaxgan.run.kinds.player_section import PLAYERS

        return (PLAYERS,)

    def picture(self, sample: Sample) -> np.ndarray:
        """Draws every clip as a strip of frames."""
        clips = film_strips.films_of(sample.value)
        return film_strips.strips([Film(clip) for clip in clips])

    def frames(self, sample: Sample) -> Sequence[np.ndarray]:
        """Draws clips side by side, moving."""
        return film_strips.side_by_side(list(film_strips.films_of(sample.value)))

    def write(self, path: pathlib.Path, sample: Sample) -> None:
        """Writes a clip: NAME.gif, .webp or .mp4; or NAME.png, a strip."""
        if path.suffix == ".png":
            pictures.save_png(path, self.picture(sample))
        else:
            self.play(path, sample)

    def play(self, path: pathlib.Path, sample: Sample) -> None:
        """Writes clips side by side, moving."""
        walks.check_moving(path, self.rate)
        walks.write_frames(path, self.frames(sample), self.rate)

    def walk(self, path: pathlib.Path, samples: Sample, rate: float) -> None:
        """Writes the clips on a way, in the order of reading: moving, or as strips."""
        if path.suffix == ".png":
            pictures.save_png(path, self.picture(samples))
        else:
            walks.write_frames(path, self.frames(samples), rate)

    def features(self, source: "Source", protocol: EvaluationProtocol) -> "Extractor":
        """Makes random features of frames and of their changes.

        Raises:
          RunError: if another network is asked for.
        """
        from jaxgan.evaluation.clip_features import clip_features

        if protocol.weights is not None:
            raise RunError(f"--weights: {FVD}")
        if protocol.extractor is not None:
            raise RunError(f"--extractor: saw {protocol.extractor!r}, but {FVD}")
        try:
            return clip_features(tuple(source.shape))
        except ValueError as error:
            raise RunError(str(error)) from error

    def folder(self, path: pathlib.Path, shape: tuple[int, ...]) -> "Source":
        """Reads a folder or zip of videos, as clips like the samples.

        Raises:
          RunError: if samples are no clips of squares, gray or coloured.
        """
        from jaxgan import data

        frames, height, width, channels = shape if len(shape) == 4 else (0, 0, 1, 0)
        if height != width or channels not in (1, 3):
            raise RunError(
                f"--real: the run's samples are {list(shape)}; folders are read as "
                "clips of squares, gray or coloured"
            )
        return data.videos(path, frames, height, channels, labels=False)


@dataclasses.dataclass(frozen=True, eq=False)
class DigitVideos(Videos):
    """Clips of digits that fly, as of `data.moving_mnist`, also measured as such.

    Attributes:
      digits: f() -> labelled pictures [D, D, 1] of digits, of which a classifier is
        trained: `source.pictures` of a source of `data.moving_mnist`. Without, there is
        no such measure.
      count: digits per clip.
      speed: the true one, in pixels per frame.
    """

    digits: "Callable[[], Source] | None" = None
    count: int = 2
    speed: float = 3.6

    @property
    def measures(self) -> Mapping[str, Measure]:
        """Beside those of all videos, if digits stay what they are, and how fast."""
        from jaxgan.run.kinds import video_measures

        further = {}
        if self.digits is not None:
            further["digits"] = video_measures.digits(
                self.digits, self.count, self.speed
            )
        return {**video_measures.MEASURES, **further}


@dataclasses.dataclass(frozen=True, eq=False)
class Predictions(Videos):
    """Clips of which the first frames are given, as of `data.prediction`.

    Samples are what a game makes of given frames, of held-out clips if there are any.

    Attributes:
      thresholds: of events, by which the critical success index counts.
      scale: f(numbers in [-1, 1]) -> those that thresholds are of, such as
        `data.to_dbz`.
      scale_unit: of these, such as 'dBZ'.
    """

    thresholds: tuple[float, ...] = (0.0,)
    scale: Callable[[np.ndarray], np.ndarray] = np.asarray
    scale_unit: str = ""

    unit = "predictions"
    preview = 4
    held_out = True
    walk_suffixes = ()

    @property
    def measures(self) -> Mapping[str, Measure]:
        """How near predictions are to what came, by lead time, and as a set."""
        from jaxgan.run.kinds import prediction_measures

        return prediction_measures.measures(
            self.thresholds, self.scale, self.scale_unit
        )

    @property
    def sections(self) -> Sequence[Section]:
        """Players of truth and prediction."""
        from jaxgan.run.kinds.player_section import PREDICTIONS

        return (PREDICTIONS,)

    def routes(self, example: Sample) -> Sequence[Route]:
        """From the frames given to those that follow."""
        return (Route(example.given, example.value),)

    def picture(self, sample: Sample) -> np.ndarray:
        """Draws the truth of every example, and below it what was predicted."""
        each = film_strips.pairs_of(sample)
        films = [film for pair in each for film in pair if film is not None]
        return film_strips.strips(films)

    def frames(self, sample: Sample) -> Sequence[np.ndarray]:
        """Draws truth and prediction side by side, moving, an example per row."""
        each = film_strips.pairs_of(sample)
        films = [
            film_strips.edged(film)
            for pair in each
            for film in pair
            if film is not None
        ]
        return film_strips.side_by_side(films, len(films) // len(each))

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


videos = Videos()
"""Clips that nothing more is known of."""
predictions = Predictions()
"""Predictions in [-1, 1]."""
