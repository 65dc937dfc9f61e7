"""Moving MNIST by its recipe: digits that fly straight and bounce off the walls."""

import dataclasses
import functools
import os
from typing import NamedTuple

import numpy as np

from jaxgan.core.types import Sample
from jaxgan.data import handwritten
from jaxgan.data.image_dataset import image_dataset
from jaxgan.data.source import (
    Arrays,
    DataError,
    arrays,
    check_count,
    check_seed,
    to_float,
)

EMBEDDED = "digits"
"""The name of the digits that are always there."""
WORDS = 4
"""Random words per digit: which it is, where it starts (two), where it goes."""
PACE = 0.1
"""Of the published recipe."""
HELD_OUT = 6
"""Every so manieth of the embedded digits is of the split 'test'."""


class Motion(NamedTuple):
    """What is known of clips of K digits in T frames.

    Attributes:
      digits: which image each is, [n, K].
      labels: what they say, [n, K].
      corners: their upper left pixels, (down, right), [n, T, K, 2].
      speed: pixels per frame, but for frames in which they bounce.
    """

    digits: np.ndarray
    labels: np.ndarray
    corners: np.ndarray
    speed: float


# Compared by identity: arrays have no truth value.
@dataclasses.dataclass(frozen=True, eq=False)
class MovingDigits:
    """A source of clips [T, S, S, 1] in [-1, 1]; see `moving_mnist`.

    Attributes:
      images: bytes [N, D, D] of digits.
      names: what each says, [N].
      frames: per clip, T.
      side: pixels of the canvas, S.
      count: digits per clip, K.
      pace: of the free square's side, which a digit goes per frame.
      size: clips.
      seed: of all that is drawn.
      labelled: whether the digit is the clip's class.
      split: what the set that the digits are of calls them.
    """

    images: np.ndarray
    names: np.ndarray
    frames: int
    side: int
    count: int
    pace: float
    size: int
    seed: int
    labelled: bool = False
    split: str = ""

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one clip."""
        return (self.frames, self.side, self.side, 1)

    @property
    def classes(self) -> tuple[str, ...]:
        """The ten digits, if clips are labelled."""
        return tuple(map(str, range(10))) if self.labelled else ()

    @property
    def stored(self) -> tuple[np.ndarray, ...]:
        """All that clips are made of."""
        numbers = (self.frames, self.side, self.count, self.pace, self.size, self.seed)
        rule = np.array(list(repr(numbers).encode()), np.uint8)
        return self.images, self.names, rule

    @functools.cached_property
    def labels(self) -> np.ndarray | None:
        """The classes of all clips, [size], if they are labelled."""
        if not self.labelled:
            return None
        draws = (self._draws(index)[0, 0] for index in range(self.size))
        which = (np.fromiter(draws, float) * len(self.images)).astype(np.int64)
        return self.names[which].astype(np.int32)

    @property
    def speed(self) -> float:
        """Pixels per frame, but for frames in which digits bounce."""
        return flying_speed(self.side, self.images.shape[1], self.pace)

    def pictures(self) -> Arrays:
        """The digits themselves, labelled: of which a classifier can be trained."""
        return arrays(self.images[..., None], self.names, list(map(str, range(10))))

    def examples(self, indices: np.ndarray) -> Sample:
        """Makes clips by index."""
        indices = np.asarray(indices)
        motion = self.motion(indices)
        canvas = np.zeros((len(indices), self.frames, self.side, self.side), np.uint8)
        digit = self.images.shape[1]
        for clip, frame, place in np.ndindex(*motion.corners.shape[:3]):
            down, right = motion.corners[clip, frame, place]
            seen = canvas[clip, frame, down : down + digit, right : right + digit]
            np.maximum(seen, self.images[motion.digits[clip, place]], out=seen)
        given = motion.labels[:, 0].astype(np.int32) if self.labelled else ()
        return Sample(to_float(canvas[..., None]), given)

    def motion(self, indices: np.ndarray) -> Motion:
        """Tells what moves in clips, and how: what measures are held against."""
        draws = np.stack([self._draws(int(index)) for index in indices])
        digits = (draws[..., 0] * len(self.images)).astype(np.int64)
        free = self.side - self.images.shape[1]
        corners = np.floor(free * flights(draws[..., 1:], self.frames, self.pace))
        return Motion(
            digits,
            self.names[digits],
            np.moveaxis(corners.astype(np.int64), 0, 1),
            self.speed,
        )

    def _draws(self, index: int) -> np.ndarray:
        """Draws numbers [K, WORDS] in [0, 1) of one clip."""
        words = np.random.Philox(key=np.array([self.seed, index], np.uint64))
        bits = words.random_raw(self.count * WORDS) >> np.uint64(11)
        return bits.reshape(self.count, WORDS) * 2.0**-53


def flying_speed(size: int, digit_size: int, pace: float = PACE) -> float:
    """Pixels per frame of digits that do not bounce; arguments of `moving_mnist`."""
    return pace * (size - digit_size)


def flights(draws: np.ndarray, frames: int, pace: float) -> np.ndarray:
    """Finds the ways of digits in the unit square, as Srivastava's generator does.

    From the start a digit goes one step before every frame. A coordinate that leaves
    [0, 1] is put back onto the wall, and its velocity changes sign.

    Args:
      draws: [..., 3] in [0, 1): the start, down and right, and the direction, in turns.
      frames: T.
      pace: length of a step.

    Returns:
      Places [T, ..., 2].
    """
    place, angle = draws[..., :2].copy(), 2.0 * np.pi * draws[..., 2]
    step = pace * np.stack([np.sin(angle), np.cos(angle)], axis=-1)
    way = np.empty((frames, *place.shape))
    for frame in range(frames):
        place += step
        outside = (place <= 0.0) | (place >= 1.0)
        np.clip(place, 0.0, 1.0, out=place)
        step = np.where(outside, -step, step)
        way[frame] = place
    return way


def moving_mnist(
    frames: int = 20,
    size: int = 64,
    digits: int = 2,
    *,
    dataset: str = "mnist",
    split: str = "train",
    clips: int = 10_000,
    seed: int = 0,
    digit_size: int = 28,
    pace: float = PACE,
    labelled: bool = False,
    data_dir: str | os.PathLike | None = None,
) -> MovingDigits:
    """Moving MNIST: clips [T, S, S, 1] in [-1, 1], each a function of (seed, index).

    Srivastava, Mansimov and Salakhutdinov 2015 (arXiv 1502.04681), section 4.1: digits
    start anywhere in the square that keeps them whole, go in any direction by a tenth
    of its side per frame, and bounce; they lie over each other by the larger number.
    With 28 pixels on 64 that is 3.6 pixels per frame.

    Args:
      frames: per clip.
      size: pixels per side.
      digits: per clip.
      dataset: 'mnist', or any other set of `image_dataset` in gray; or 'digits', those
        that are always there (`data.digits`), drawn as large, of which every sixth is
        of the split 'test'.
      split: of the set: clips of 'test' show no digit of 'train'.
      clips: how many there are.
      seed: of all that is drawn.
      digit_size: pixels per side of a digit; a multiple of 4.
      pace: of the free square's side, that a digit goes per frame.
      labelled: take the digit for the clip's class: of clips of one digit alone.
      data_dir: see `image_dataset`.

    Raises:
      DataError: if an argument is out of range, or there is no such set.
    """
    for name, value in (("frames", frames), ("digits", digits), ("clips", clips)):
        check_count(name, value, 1)
    check_count("digit_size", digit_size, 4)
    check_count("size", size, digit_size)
    check_seed(seed)
    if not 0.0 <= pace <= 1.0:
        raise DataError(f"pace: saw {pace!r}, wanted 0 to 1")
    if labelled and digits != 1:
        raise DataError(f"labelled: saw clips of {digits} digits, wanted one")
    images, names = _images(dataset, split, digit_size, data_dir)
    return MovingDigits(
        *(images, names, frames, size, digits, pace, clips, seed, labelled, split)
    )


def _images(
    dataset: str, split: str, size: int, data_dir: str | os.PathLike | None
) -> tuple[np.ndarray, np.ndarray]:
    """Reads digits, bytes [N, size, size], and what they say [N]."""
    if dataset != EMBEDDED:
        whole = None if (dataset, size) == ("mnist", 28) else size
        found = image_dataset(dataset, split, data_dir, size=whole)
        if found.shape[2:] != (1,) or found.labels is None:
            raise DataError(
                f"dataset: saw {dataset!r} of {list(found.shape)}, wanted gray and "
                "labelled pictures"
            )
        return found.values[..., 0], found.labels
    if split not in ("train", "test"):
        raise DataError(f"split: saw {split!r}, wanted 'train' or 'test'")
    cells = handwritten.CELLS
    if size < cells:
        raise DataError(f"digit_size: saw {size}, wanted at least {cells}")
    found = handwritten.digits(size // cells * cells)
    values = found.values[..., 0]
    if values.dtype != np.uint8:  # cells are numbers
        values = np.rint((values + 1.0) * 127.5).astype(np.uint8)
    before = (size - values.shape[1]) // 2
    after = size - values.shape[1] - before
    held_out = np.arange(len(values)) % HELD_OUT == HELD_OUT - 1
    chosen = held_out if split == "test" else ~held_out
    assert found.labels is not None
    room = ((0, 0), (before, after), (before, after))
    return np.pad(values[chosen], room), found.labels[chosen]
