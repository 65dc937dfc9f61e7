"""Whether digits that fly stay the digits that they are, and as fast as they were."""

import itertools
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy import ndimage

from jaxgan.evaluation import checks

INK = 0.0
"""What is brighter is of a digit."""
LEAST = 0.2
"""Of the largest digit's ink, that another one must have."""


class DigitMotion(NamedTuple):
    """What is seen of digits in clips.

    Attributes:
      readable: the share of frames in which as many digits stand apart as there are.
      constancy: the share of readable frames in which a digit is taken for what it is
        taken for most often, on its way from one collision to the next; NaN if none is
        followed for two frames.
      speed: in pixels per frame, the mean over ways of the median; NaN likewise.
      speed_error: the mean over ways of how far that is from the true speed.
    """

    readable: float
    constancy: float
    speed: float
    speed_error: float


class _Frame(NamedTuple):
    """Digits of a frame that stand apart: places [K, 2], pictures [K, D, D, 1]."""

    places: np.ndarray
    pictures: np.ndarray


def digit_motion(
    clips,
    classes: Callable[[np.ndarray], np.ndarray],
    speed: float,
    digits: int = 2,
    digit_size: int = 28,
) -> DigitMotion:
    """Follows digits through clips [B, T, H, W, 1] in [-1, 1].

    Digits are what hangs together, within two pixels, and are no larger than they can
    be. Where two touch, nothing is said;
    then they are followed anew. Each is followed to the nearest of the next frame.

    Args:
      clips: of Moving MNIST, or like it.
      classes: f(pictures [N, D, D, 1] in [-1, 1]) -> [N], what each is taken for.
      speed: the true one, in pixels per frame.
      digits: per clip.
      digit_size: pixels per side, D, of what the classifier sees.

    Raises:
      ValueError: if clips are none, or not finite.
    """
    clips = checks.numeric("clips", clips)
    if clips.ndim != 5 or clips.shape[-1] != 1 or 0 in clips.shape:
        raise ValueError(f"clips: saw shape {clips.shape}, wanted [B, T, H, W, 1]")
    checks.count("digits", digits)
    readable, ways = 0, []
    for clip in clips[..., 0]:
        frames = [_apart(frame, digits, digit_size) for frame in clip]
        readable += sum(frame is not None for frame in frames)
        ways += _ways(frames)
    share = readable / (clips.shape[0] * clips.shape[1])
    if not ways:
        return DigitMotion(share, np.nan, np.nan, np.nan)
    speeds = [
        float(np.median(np.linalg.norm(np.diff(places, axis=0), axis=1)))
        for places, _ in ways
    ]
    seen = classes(np.concatenate([pictures for _, pictures in ways]))
    cuts = np.cumsum([len(places) for places, _ in ways])[:-1]
    same = sum(_most(labels) for labels in np.split(np.asarray(seen), cuts))
    errors = np.abs(np.array(speeds) - speed)
    return DigitMotion(
        share, same / len(seen), float(np.mean(speeds)), float(errors.mean())
    )


def _most(labels: np.ndarray) -> int:
    """Counts the label that is there most often."""
    return int(np.unique(labels, return_counts=True)[1].max())


def _apart(frame: np.ndarray, digits: int, size: int) -> _Frame | None:
    """Finds the digits of a frame [H, W], if so many stand apart."""
    ink = np.clip((frame.astype(np.float64) + 1.0) / 2.0, 0.0, 1.0)
    dark = frame > INK
    near = ndimage.binary_dilation(dark, iterations=1)
    parts = np.zeros(frame.shape, np.int32)
    ndimage.label(near, structure=np.ones((3, 3)), output=parts)
    numbers = np.arange(1, parts.max() + 1)
    if len(numbers) < digits:
        return None
    masses = ndimage.sum_labels(ink * dark, parts, numbers)
    chosen = numbers[masses >= LEAST * masses.max()]
    boxes = ndimage.find_objects(parts)
    largest = max(side.stop - side.start for n in chosen for side in boxes[n - 1])
    if len(chosen) != digits or largest > size + 2:
        return None
    places = np.array(ndimage.center_of_mass(ink * dark, parts, chosen))
    room = np.pad(frame, size, constant_values=-1.0)
    marks = np.pad(parts, size)
    pictures = []
    for number, place in zip(chosen, places):
        down, right = np.rint(place - (size - 1) / 2.0).astype(int) + size
        seen = slice(down, down + size), slice(right, right + size)
        pictures.append(np.where(marks[seen] == number, room[seen], -1.0))
    return _Frame(places, np.stack(pictures)[..., None].astype(np.float32))


def _ways(frames: list[_Frame | None]) -> list[tuple[np.ndarray, np.ndarray]]:
    """Follows digits while all stand apart: places [N, 2] and pictures, N ≥ 2."""
    found = []
    for apart, run in itertools.groupby(frames, lambda frame: frame is not None):
        if not apart:
            continue
        seen: list[_Frame] = []
        for frame in run:
            assert frame is not None
            seen.append(_followed(seen[-1], frame) if seen else frame)
        if len(seen) > 1:
            for digit in range(len(seen[0].places)):
                places = np.stack([frame.places[digit] for frame in seen])
                found.append((places, np.stack([x.pictures[digit] for x in seen])))
    return found


def _followed(before: _Frame, frame: _Frame) -> _Frame:
    """Orders digits so that they are, together, nearest to where they were."""
    from scipy.optimize import linear_sum_assignment

    away = np.linalg.norm(before.places[:, None] - frame.places, axis=-1)
    _, order = linear_sum_assignment(away)
    return _Frame(frame.places[order], frame.pictures[order])
