"""Walks as files: a strip of pictures, or pictures that move."""

import importlib.util
import pathlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from jaxgan.run import pictures
from jaxgan.run.errors import RunError

FRAME = 128
"""Pixels per side, about, that the pictures of a walk are enlarged to."""


def check_path(path: pathlib.Path, suffixes: Sequence[str]) -> None:
    """Checks, before any work, that a walk can be written there.

    Args:
      path: of the file.
      suffixes: that the kind of data can be written with.

    Raises:
      RunError: for another suffix, or if MP4 is asked for without imageio.
    """
    if path.suffix not in suffixes:
        *others, last = [f"NAME{suffix}" for suffix in suffixes]
        wanted = f"{', '.join(others)} or {last}" if others else last
        raise RunError(f"--out: saw {path.name}, wanted {wanted}")
    if path.suffix == ".mp4" and not importlib.util.find_spec("imageio"):
        raise RunError("--out: MP4 needs: pip install jaxgan[video]")


def write_frames(path: pathlib.Path, frames: Sequence[np.ndarray], rate: float) -> None:
    """Writes pictures [H, W, 3], enlarged, as NAME.png (in a row), .gif or .mp4."""
    path.parent.mkdir(parents=True, exist_ok=True)
    large = [pictures.enlarged(frame, FRAME) for frame in frames]
    if path.suffix == ".png":
        pictures.save_png(path, np.concatenate(large, axis=1))
    elif path.suffix == ".gif":
        pictures.save_gif(path, large, rate)
    else:
        _save_mp4(path, large, rate)


def _save_mp4(path: pathlib.Path, frames: Sequence[np.ndarray], rate: float) -> None:
    import imageio  # type: ignore[import-not-found]

    # Video wants even sizes.
    even: list[Any] = [
        np.pad(f, [(0, f.shape[0] % 2), (0, f.shape[1] % 2), (0, 0)]) for f in frames
    ]
    imageio.mimsave(path, even, fps=rate, macro_block_size=2)
