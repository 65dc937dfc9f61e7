"""Radar pictures of rain: clips cut out of longer events, as dBZ in [-1, 1]."""

import dataclasses
import itertools
import os
import pathlib
import zipfile
import zlib
from typing import NamedTuple

import numpy as np

from jaxgan.core.types import Sample
from jaxgan.data.blank import is_blank
from jaxgan.data.clip_batches import laid
from jaxgan.data.crop_batches import Draws
from jaxgan.data.file_name import shown
from jaxgan.data.source import DataError, check_count

ZERO, PER_DBZ = 64, 2
"""Byte b is (b - 64) / 2 dBZ, as the Finnish Meteorological Institute has it."""
MOST_DBZ = 60.0
"""1 in a clip; -1 is 0 dBZ and less, which is no rain."""
WET_DBZ = 7.0
"""About 0.1 mm of rain per hour, by Marshall and Palmer's law."""
DAMAGED = (zipfile.BadZipFile, zlib.error)
GRID = 4
"""Pixels between places from which clips are cut out while training."""


class Places(NamedTuple):
    """Where clips are.

    Attributes:
      begins: their first frame, [n].
      corners: their upper left pixels, (down, right), [n, 2].
    """

    begins: np.ndarray
    corners: np.ndarray

    @property
    def count(self) -> int:
        """How many they are."""
        return len(self.begins)


# Compared by identity: arrays have no truth value.
@dataclasses.dataclass(frozen=True, eq=False)
class Radar:
    """A source of clips [T, S, S, 1] in [-1, 1]; see `radar`.

    Attributes:
      values: bytes [N, H, W] of all events, one after the other.
      frames: per clip, T.
      side: pixels per side of a clip, S.
      tiles: the clips that `examples` shows, which lie beside each other.
      places: all from which `batch` draws.
      split: 'train' or 'test'.
    """

    values: np.ndarray
    frames: int
    side: int
    tiles: Places
    places: Places
    split: str = ""

    classes = ()
    """No labels."""

    @property
    def size(self) -> int:
        """The number of clips beside each other."""
        return self.tiles.count

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one clip."""
        return (self.frames, self.side, self.side, 1)

    @property
    def stored(self) -> tuple[np.ndarray, ...]:
        """All that clips are cut out of."""
        return self.values, *self.tiles

    def examples(self, indices: np.ndarray) -> Sample:
        """Cuts out clips by index."""
        return Sample(self._cut(self.tiles, np.asarray(indices)))

    def batch(self, start: int, count: int, draws: Draws) -> Sample:
        """See `crop_batches.PictureSource`."""
        if draws.crop:
            words = draws.views(start, count).words
            assert words is not None
            chosen = (words[:, 0] % np.uint64(self.places.count)).astype(np.int64)
            clips = self._cut(self.places, chosen)
        else:
            numbers = np.arange(start, start + count)
            clips = self._cut(self.tiles, draws.order(numbers, self.size))
        return Sample(laid(clips, start, draws))

    def _cut(self, places: Places, chosen: np.ndarray) -> np.ndarray:
        begins = places.begins[chosen].tolist()
        corners = places.corners[chosen].tolist()
        each = [
            self.values[
                begin : begin + self.frames,
                down : down + self.side,
                right : right + self.side,
            ]
            for begin, (down, right) in zip(begins, corners)
        ]
        return from_dbz((np.stack(each)[..., None].astype(np.float32) - ZERO) / PER_DBZ)


def from_dbz(values: np.ndarray) -> np.ndarray:
    """Writes dBZ as numbers in [-1, 1]: 0 and less is -1, `MOST_DBZ` and more 1."""
    scaled = np.clip(values, 0.0, MOST_DBZ) / np.float32(MOST_DBZ / 2)
    return scaled.astype(np.float32) - np.float32(1.0)


def to_dbz(clips: np.ndarray) -> np.ndarray:
    """Reads dBZ from numbers in [-1, 1]."""
    return (np.asarray(clips, np.float32) + 1.0) * np.float32(MOST_DBZ / 2)


def radar(
    path: str | os.PathLike,
    frames: int = 16,
    size: int = 64,
    *,
    split: str = "train",
    wet: float = 0.05,
) -> Radar:
    """Rain as radars see it: clips [T, S, S, 1] in [-1, 1], of 0 to 60 dBZ.

    The file has arrays `frames_EVENT`, bytes [N, H, W], and `times_EVENT`, [N], minutes
    as in 201609281445. The last event is of the split 'test', the others of 'train'. A
    clip does not span a gap between frames. `clip_batches` cuts clips out of anywhere,
    `examples` shows those beside each other, without overlap in time or place.

    Args:
      path: of the .npz file.
      frames: per clip.
      size: pixels per side of a clip.
      split: 'train' or 'test'.
      wet: the least share of a clip's pixels, of all its frames, in which it rains,
        with `WET_DBZ` or more: most of the sky is dry.

    Raises:
      DataError: if an argument is out of range, there is no such file, it is another,
        or no clip in it is as long, large and wet.
    """
    check_count("frames", frames, 1)
    check_count("size", size, 1)
    if split not in ("train", "test"):
        raise DataError(f"split: saw {split!r}, wanted 'train' or 'test'")
    if not 0.0 <= wet <= 1.0:
        raise DataError(f"wet: saw {wet!r}, wanted 0 to 1")
    if is_blank():
        one = Places(np.zeros(2**16, np.int64), np.zeros((2**16, 2), np.int64))
        return Radar(np.zeros((frames, size, size), np.uint8), frames, size, one, one)
    name = shown(os.fspath(path))
    events = _events(pathlib.Path(path).expanduser(), name)
    chosen = events[-1:] if split == "test" else events[:-1]
    sizes = {pictures.shape[1:] for pictures, _ in chosen}
    if len(sizes) > 1:
        seen = ", ".join(f"{height} × {width}" for height, width in sorted(sizes))
        raise DataError(f"{name}: saw frames of {seen}, wanted all of one size")
    values = np.concatenate([pictures for pictures, _ in chosen])
    begins, before = [], 0
    for pictures, runs in chosen:
        begins += [
            before + begin
            for start, stop in runs
            for begin in range(start, stop - frames + 1)
        ]
        before += len(pictures)
    height, width = values.shape[1:]
    if not begins or size > min(height, width):
        raise DataError(
            f"{name}: saw {len(values)} frames of {height} × {width} of the split "
            f"{split!r}, wanted {frames} without a gap, of at least {size} × {size}"
        )
    return _wet_clips(values, np.array(begins), frames, size, wet, split, name)


def _wet_clips(
    values: np.ndarray,
    begins: np.ndarray,
    frames: int,
    size: int,
    wet: float,
    split: str,
    name: str,
) -> Radar:
    """Finds where clips are wet enough."""
    sums = np.zeros((len(values) + 1, *(side + 1 for side in values.shape[1:])))
    rain = values >= ZERO + PER_DBZ * WET_DBZ
    sums[1:, 1:, 1:] = rain.cumsum(0).cumsum(1).cumsum(2)
    places = _places(sums, begins, frames, size, GRID, wet)
    apart = _apart(begins, frames)
    tiles = _places(sums, apart, frames, size, size, wet)
    if not tiles.count:
        raise DataError(
            f"wet: saw {wet:g}, but no clip of {frames} frames of {size} × {size} in "
            f"{name} is as wet, wanted less"
        )
    return Radar(values, frames, size, tiles, places, split)


def _places(
    sums: np.ndarray, begins: np.ndarray, frames: int, size: int, grid: int, wet: float
) -> Places:
    """Finds clips on a grid, by sums of rain over boxes."""
    over = sums[begins + frames] - sums[begins]
    down, right = (np.arange(0, side - size, grid) for side in over.shape[1:])
    box = over[:, down + size][:, :, right + size] - over[:, down][:, :, right + size]
    box += over[:, down][:, :, right] - over[:, down + size][:, :, right]
    at, row, column = np.nonzero(box >= wet * frames * size * size)
    return Places(begins[at], np.stack([down[row], right[column]], axis=1))


def _apart(begins: np.ndarray, frames: int) -> np.ndarray:
    """Chooses beginnings of clips that have no frame in common."""
    chosen: list[int] = []
    for begin in begins.tolist():
        if not chosen or begin >= chosen[-1] + frames:
            chosen.append(begin)
    return np.array(chosen)


def _events(
    path: pathlib.Path, name: str
) -> list[tuple[np.ndarray, list[tuple[int, int]]]]:
    """Reads frames of every event, and which of them have no gap between them."""
    wanted = "wanted an .npz file of frames_EVENT, bytes [N, H, W], and times_EVENT"
    try:
        # Opened here: NumPy leaves files open that it cannot read.
        with path.open("rb") as opened, np.load(opened) as file:
            held = {key: file[key] for key in file.files}
    except FileNotFoundError:
        raise DataError(f"{name}: does not exist, {wanted}") from None
    except (OSError, ValueError, EOFError, AttributeError, TypeError, *DAMAGED):
        raise DataError(f"{name}: cannot be read, {wanted}") from None
    names = sorted(key[7:] for key in held if key.startswith("frames_"))
    if len(names) < 2 or any(f"times_{one}" not in held for one in names):
        raise DataError(
            f"{name}: saw {', '.join(sorted(held)) or 'nothing'}, {wanted}, of two "
            "events at least"
        )
    events = []
    for one in names:
        frames, times = held[f"frames_{one}"], held[f"times_{one}"]
        fits = frames.ndim == 3 and frames.dtype == np.uint8
        if not fits or times.shape != frames.shape[:1]:
            raise DataError(
                f"{name}: saw frames_{one} {frames.dtype}{list(frames.shape)} and "
                f"{list(times.shape)} times, {wanted}"
            )
        events.append((frames, _without_gaps(times, f"{name}: times_{one}")))
    return events


def _without_gaps(times: np.ndarray, name: str) -> list[tuple[int, int]]:
    """Finds runs of frames, from and up to, that follow each other evenly."""
    texts = [str(one) for one in times.tolist()]
    if not all(len(one) == 12 and one.isdigit() for one in texts):
        raise DataError(f"{name}: saw {texts[:1]}, wanted minutes, as 201609281445")
    written = [f"{x[:4]}-{x[4:6]}-{x[6:8]}T{x[8:10]}:{x[10:]}" for x in texts]
    try:
        stamps = np.array(written, "datetime64[m]")
    except ValueError as error:
        raise DataError(f"{name}: {error}, wanted minutes, as 201609281445") from None
    apart = np.diff(stamps).astype(np.int64)
    if (apart <= 0).any():
        late = texts[int(np.argmax(apart <= 0)) + 1]
        raise DataError(f"{name}: saw {late} after the same or a later time; sort them")
    usual = int(np.median(apart)) if len(apart) else 0
    cuts = [0, *(np.flatnonzero(apart != usual) + 1).tolist(), len(texts)]
    return list(itertools.pairwise(cuts))
