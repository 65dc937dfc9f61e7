"""Clips in one picture, as strips of frames, and moving, side by side."""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from jaxgan.core.types import Sample
from jaxgan.run import pictures
from jaxgan.run.errors import RunError
from jaxgan.run.kinds.images import to_uint8
from jaxgan.run.kinds.route import translations_of

LEAST = 48
"""Pixels per side, about, that small frames are enlarged to."""
MOST_FRAMES = 16
"""Frames that a strip shows, evenly thinned."""
ROWS = 16
"""Strips below each other; of more, further ones come beside these, shorter."""
EDGE = (214, 120, 20)
"""Colour around frames that are given."""


class Film(NamedTuple):
    """A clip in colours.

    Attributes:
      frames: uint8 [T, H, W, 3].
      given: so many of the first frames are no output.
    """

    frames: np.ndarray
    given: int = 0


def films_of(clips: Any) -> np.ndarray:
    """Converts clips [N, T, H, W, C] in [-1, 1] to uint8 [N, T, H, W, 3].

    Raises:
      RunError: if the shape is another.
    """
    clips = np.asarray(clips, np.float32)
    if clips.ndim != 5 or clips.shape[-1] not in (1, 3, 4) or 0 in clips.shape:
        raise RunError(
            f"videos: saw shape {list(clips.shape)}, wanted [N, T, H, W, C] with "
            "C = 1, 3 or 4; give the Experiment the `kind` of other samples"
        )
    frames = to_uint8(clips.reshape(-1, *clips.shape[2:]))
    frames = frames.reshape(*clips.shape[:2], *frames.shape[1:])
    times = max(1, LEAST // max(frames.shape[2:4]))
    return frames.repeat(times, axis=2).repeat(times, axis=3)


def pairs_of(sample: Sample) -> list[tuple[Film, Film | None]]:
    """Finds the truth of every example, and what was predicted, if anything was.

    Of what is given both show the same.

    Raises:
      RunError: if what is given are no frames.
    """
    if isinstance(sample.given, tuple | dict):
        raise RunError(
            f"predictions: saw given {type(sample.given).__name__} of "
            f"{len(sample.given)}, wanted frames [N, G, H, W, C], as data.prediction "
            "has them"
        )
    translation = translations_of(sample).get("")
    assert translation is not None
    before, later = films_of(sample.given), films_of(sample.value)
    known = None if translation.target is None else films_of(translation.target)
    found = []
    for place in range(len(later)):
        made = Film(np.concatenate([before[place], later[place]]), len(before[place]))
        if known is None:  # of real examples nothing is predicted
            found.append((made, None))
        else:
            truth = np.concatenate([before[place], known[place]])
            found.append((made._replace(frames=truth), made))
    return found


def strips(films: Sequence[Film], group: int = 1) -> np.ndarray:
    """Draws clips as strips, one below the other, uint8 [H, W, 3].

    Where there are more than fill a picture, strips lie beside each other as well, with
    fewer frames.

    Args:
      films: the clips.
      group: so many that follow each other stay in one column or in one row.
    """
    columns = -(-len(films) // ROWS)
    if columns > 1:
        columns = -(-columns // group) * group
    most = max(4, MOST_FRAMES // columns)
    rows = [_strip(film, most) for film in films]
    return pictures.mosaic(np.stack(rows), columns, gap=2 * pictures.GAP)


def _strip(film: Film, most: int) -> np.ndarray:
    frames = edged(film)
    chosen = np.arange(len(frames))
    if len(frames) > most:
        chosen = np.linspace(0, len(frames) - 1, most).round().astype(int)
    return pictures.mosaic(frames[chosen], len(chosen))


def edged(film: Film) -> np.ndarray:
    """Draws a line around frames that are given: [T, H, W, 3]."""
    frames = film.frames
    if not film.given:
        return frames
    frames = frames.copy()
    for edge in (np.s_[:, :1], np.s_[:, -1:], np.s_[:, :, :1], np.s_[:, :, -1:]):
        frames[: film.given][edge] = EDGE
    return frames


def side_by_side(
    films: Sequence[np.ndarray], columns: int | None = None
) -> list[np.ndarray]:
    """Draws clips [T, H, W, 3] moving, all at once: T pictures."""
    columns = columns or math.ceil(math.sqrt(len(films)))
    return [
        pictures.mosaic(np.stack(frames), columns)
        for frames in zip(*films, strict=True)
    ]
