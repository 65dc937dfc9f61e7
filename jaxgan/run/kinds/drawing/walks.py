"""Walks as files: a strip of pictures, or pictures that move."""

import importlib.util
import pathlib
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from jaxgan.run import pictures
from jaxgan.run.errors import RunError

FRAME = 128
"""Pixels per side, about, that the pictures of a walk are enlarged to."""


MOVING = (".gif", ".webp", ".mp4")
SLOWEST, FASTEST = 0.01, 100.0
"""Pictures per second of a file that moves: a GIF counts hundredths of a second, up to
65,535 of them."""


def check_moving(path: pathlib.Path, rate: float) -> None:
    """Checks, before any work, that a walk can move so in a file of this name.

    Args:
      path: of the file.
      rate: pictures per second.

    Raises:
      RunError: for a rate that such a file cannot have, or if MP4 is asked for without
        imageio.
    """
    if path.suffix in MOVING and not SLOWEST <= rate <= FASTEST:
        raise RunError(
            f"--rate: saw {rate:g} pictures per second for a {path.suffix} file, "
            f"wanted {SLOWEST:g} to {FASTEST:g}"
        )
    if path.suffix == ".mp4" and not importlib.util.find_spec("imageio"):
        raise RunError("--out: MP4 needs: pip install jaxgan[video]")


def write_frames(path: pathlib.Path, frames: Sequence[np.ndarray], rate: float) -> None:
    """Writes pictures [H, W, 3], enlarged: NAME.png (in a row), .gif, .webp or .mp4."""
    path.parent.mkdir(parents=True, exist_ok=True)
    large = [pictures.enlarged(frame, FRAME) for frame in frames]
    if path.suffix == ".png":
        pictures.save_png(path, np.concatenate(large, axis=1))
    elif path.suffix in (".gif", ".webp"):
        pictures.save_animation(path, large, rate)
    else:
        _save_mp4(path, large, rate)


def _save_mp4(path: pathlib.Path, frames: Sequence[np.ndarray], rate: float) -> None:
    import imageio  # type: ignore[import-not-found]

    # Video wants even sizes.
    even: list[Any] = [
        np.pad(f, [(0, f.shape[0] % 2), (0, f.shape[1] % 2), (0, 0)]) for f in frames
    ]
    with warnings.catch_warnings():
        # JAX warns of any fork; this one becomes FFmpeg at once.
        warnings.filterwarnings("ignore", r"os\.fork\(\)", RuntimeWarning)
        imageio.mimsave(path, even, fps=rate, macro_block_size=2)
