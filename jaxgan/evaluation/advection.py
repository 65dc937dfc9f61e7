"""Forecasts of frames that learn nothing: what a model has to be better than."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy import ndimage

from jaxgan.evaluation import checks

BLOCK = 32
"""Pixels per side of what is taken to move as one."""
LEAST = 0.8
"""Of a taper's agreement with itself, when shifted, that is made up for."""
FLAT = 1e-4
"""Variance of a block, in shares of all's, below which nothing is seen to move."""


def persistence(given, frames: int) -> np.ndarray:
    """Repeats the last of the frames given: [B, frames, H, W, C].

    Args:
      given: clips [B, G, H, W, C].
      frames: to be forecast.

    Raises:
      ValueError: if shapes are others.
    """
    given, frames = _checked(given, frames, 1)
    return np.repeat(given[:, -1:], frames, axis=1)


def advection(given, frames: int, block: int = BLOCK) -> np.ndarray:
    """Moves the last of the frames given on, as it was seen to move before.

    How far overlapping blocks move per frame is where the phase correlation of frames
    that follow each other is largest (Kuglin and Hines 1975), of all pairs of frames
    given together, refined by a parabola. In between it is interpolated. Every pixel is
    then looked up, linearly, where the motion at its own place took it from (semi-
    Lagrangian, in one step); beyond the border the nearest pixel counts. What stands
    still, or shows nothing, stays.

    Args:
      given: clips [B, G, H, W, C], two frames at least.
      frames: to be forecast.
      block: pixels per side of blocks, at most those of a frame.

    Returns:
      Clips [B, frames, H, W, C].

    Raises:
      ValueError: if shapes are others.
    """
    given, frames = _checked(given, frames, 2)
    checks.count("block", block, 4)
    height, width = given.shape[2:4]
    places = np.stack(np.meshgrid(np.arange(height), np.arange(width), indexing="ij"))
    every = []
    for clip in given:
        motion = motion_field(clip.mean(axis=-1), block)
        moved = [
            np.stack(
                [
                    ndimage.map_coordinates(
                        clip[-1, ..., channel],
                        places - lead * motion,
                        order=1,
                        mode="nearest",
                    )
                    for channel in range(clip.shape[-1])
                ],
                axis=-1,
            )
            for lead in range(1, frames + 1)
        ]
        every.append(np.stack(moved))
    return np.stack(every).astype(given.dtype)


def motion_field(clip: np.ndarray, block: int = BLOCK) -> np.ndarray:
    """Finds how far every pixel of frames [G, H, W] moves per frame: [2, H, W]."""
    side = min(block, *clip.shape[1:])
    step = max(1, side // 2)
    windows = sliding_window_view(clip, (side, side), axis=(1, 2))
    rows, columns = (_starts(extent, side, step) for extent in clip.shape[1:])
    blocks = windows[:, rows][:, :, columns].astype(np.float64)
    flat = FLAT * max(float(clip.var()), 1e-12)
    shifts = _shifts(blocks)
    seen = blocks.var(axis=(0, -2, -1)) > flat
    shifts = np.where(seen, shifts, 0.0)
    middle = (side - 1) / 2.0
    grids = [
        np.interp(np.arange(extent), starts + middle, np.arange(len(starts)))
        for extent, starts in zip(clip.shape[1:], (rows, columns))
    ]
    where = np.stack(np.meshgrid(*grids, indexing="ij"))
    return np.stack(
        [ndimage.map_coordinates(one, where, order=1, mode="nearest") for one in shifts]
    )


def _starts(extent: int, side: int, step: int) -> np.ndarray:
    """Chooses where blocks begin, so that they cover all."""
    return np.unique([*range(0, extent - side + 1, step), extent - side])


def _shifts(blocks: np.ndarray) -> np.ndarray:
    """Finds the shift per frame of blocks [G, R, C, S, S]: [2, R, C]."""
    side = blocks.shape[-1]
    taper = np.hanning(side + 2)[1:-1]
    level = blocks - blocks.mean(axis=(-2, -1), keepdims=True)
    waves = np.fft.rfft2(level * taper[:, None] * taper)
    cross = (waves[1:] * waves[:-1].conj()).sum(axis=0)
    size = np.abs(cross)
    # Waves that are hardly there would else count as much as all others.
    cross = cross / (size + 0.01 * size.max(axis=(-2, -1), keepdims=True) + 1e-12)
    match = np.fft.irfft2(cross, s=(side, side))
    # The taper agrees with itself where nothing moves, which would count for that.
    own = np.fft.irfft(np.abs(np.fft.rfft(taper, 2 * side)) ** 2)
    own = np.maximum(own[: side // 2 + 1] / own[0], LEAST)
    own = own[np.minimum(np.arange(side), side - np.arange(side))]
    match = np.fft.fftshift(match / (own[:, None] * own), axes=(-2, -1))
    rows, columns = match.shape[:2]
    shifts = np.zeros((2, rows, columns))
    for row, column in np.ndindex(rows, columns):
        one = match[row, column]
        top = np.unravel_index(np.argmax(one), one.shape)
        for axis, at in enumerate(top):
            line = one[:, top[1]] if axis == 0 else one[top[0]]
            shifts[axis, row, column] = at - side // 2 + _refined(line, int(at))
    return shifts


def _refined(line: np.ndarray, at: int) -> float:
    """Finds the top of a parabola through a largest number and its neighbours."""
    before, most, after = (line[(at + step) % len(line)] for step in (-1, 0, 1))
    bend = before - 2.0 * most + after
    return 0.0 if bend >= 0.0 else float(0.5 * (before - after) / bend)


def _checked(given, frames: int, least: int) -> tuple[np.ndarray, int]:
    given = checks.numeric("given", given)
    if given.ndim != 5 or 0 in given.shape or given.shape[1] < least:
        raise ValueError(
            f"given: saw shape {given.shape}, wanted [B, G, H, W, C] of at least "
            f"{least} frames"
        )
    given = given if given.dtype.kind == "f" else given.astype(np.float32)
    return given, checks.count("frames", frames)
