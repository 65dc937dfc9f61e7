"""Clips [T, H, W, C] in [-1, 1]."""

import dataclasses
import pathlib
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from jaxgan.core.types import Sample
from jaxgan.run import pictures
from jaxgan.run.errors import RunError
from jaxgan.run.kinds.drawing.film_strips import Film, films_of, side_by_side, strips
from jaxgan.run.kinds.drawing.walks import FASTEST, SLOWEST, check_moving, write_frames
from jaxgan.run.kinds.evaluation_protocol import EvaluationProtocol
from jaxgan.run.kinds.kind import Kind, Section
from jaxgan.run.kinds.measures.measure import Measure

if TYPE_CHECKING:  # they are heavy
    from jaxgan.data.source import Source
    from jaxgan.evaluation.extractor import Extractor


# Compared by identity, as all kinds are.
@dataclasses.dataclass(frozen=True, eq=False)
class Videos(Kind):
    """Clips, measured by FVD's network if its weights are given, else by a random one.

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
        if not SLOWEST <= self.rate <= FASTEST:
            raise RunError(
                f"rate: saw {self.rate!r} frames per second, wanted {SLOWEST:g} "
                f"to {FASTEST:g}"
            )

    @property
    def measures(self) -> Mapping[str, Measure]:
        """How near clips are to the data as a set, by random features."""
        from jaxgan.run.kinds.measures.video_measures import MEASURES

        return MEASURES

    @property
    def sections(self) -> Sequence[Section]:
        """Players."""
        from jaxgan.run.kinds.sections.player_section import PLAYERS

        return (PLAYERS,)

    def picture(self, sample: Sample) -> np.ndarray:
        """Draws every clip as a strip of frames."""
        clips = films_of(sample.value)
        return strips([Film(clip) for clip in clips])

    def frames(self, sample: Sample) -> Sequence[np.ndarray]:
        """Draws clips side by side, moving."""
        return side_by_side(list(films_of(sample.value)))

    def write(self, path: pathlib.Path, sample: Sample) -> None:
        """Writes a clip: NAME.gif, .webp or .mp4; or NAME.png, a strip."""
        if path.suffix == ".png":
            pictures.save_png(path, self.picture(sample))
        else:
            self.play(path, sample)

    def play(self, path: pathlib.Path, sample: Sample) -> None:
        """Writes clips side by side, moving."""
        check_moving(path, self.rate)
        write_frames(path, self.frames(sample), self.rate)

    def walk(self, path: pathlib.Path, samples: Sample, rate: float) -> None:
        """Writes the clips on a way, in the order of reading: moving, or as strips."""
        if path.suffix == ".png":
            pictures.save_png(path, self.picture(samples))
        else:
            write_frames(path, self.frames(samples), rate)

    def features(self, source: "Source", protocol: EvaluationProtocol) -> "Extractor":
        """Makes FVD's network if it has weights; else random features.

        Raises:
          RunError: if another network is asked for, or clips do not suit it.
          WeightsError: if weights are not of FVD's network.
        """
        from jaxgan.run.kinds.measures import video_measures

        return video_measures.extractor_of(source, protocol)

    def folder(self, path: pathlib.Path, shape: tuple[int, ...]) -> "Source":
        """Reads a folder or zip of videos, as clips like the samples.

        Raises:
          RunError: if samples are no clips of squares, gray or coloured.
        """
        from jaxgan.run.kinds.measures import video_measures

        return video_measures.folder_of(path, shape)


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
        from jaxgan.run.kinds.measures import video_measures

        further = {}
        if self.digits is not None:
            further["digits"] = video_measures.digits(
                self.digits, self.count, self.speed
            )
        return {**video_measures.MEASURES, **further}


videos = Videos()
"""Clips that nothing more is known of."""
