"""Directions as files, and pictures along them."""

import pathlib
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from jaxgan.core.types import Sample
from jaxgan.run import pictures
from jaxgan.run.editing.latent_directions import Directions
from jaxgan.run.errors import RunError
from jaxgan.run.files import output_path, run_directory
from jaxgan.run.kinds.drawing import walks
from jaxgan.run.sampling.stored_run import StoredRun

SUFFIXES = (".png", ".gif", ".webp", ".mp4", ".npz")
"""Of the files that moved latents can be written to."""
SIDE = 96
"""Pixels, about, that a picture of a strip is enlarged to."""
MARGIN = 40
"""Pixels beside a strip for its number."""

Picture = Callable[[Sample], np.ndarray]
"""f(sample) -> uint8 [H, W, 3], of a kind of data."""


def amounts(first: float, last: float, frames: int) -> tuple[float, ...]:
    """Evenly from one amount to another, or that one alone where both are the same."""
    if first == last or frames == 1:
        return (first,)
    return tuple(np.linspace(first, last, frames).tolist())


def write(
    out: pathlib.Path,
    found: Directions,
    strips: Sequence[Sample],
    frames: int,
    picture: Picture,
) -> None:
    """Writes directions.npz, a strip for each that is shown, and all in one picture.

    Args:
      out: the folder.
      found: all directions.
      strips: samples of the first few, `frames` for each latent.
      frames: pictures of a latent.
      picture: draws samples.

    Raises:
      RunError: if a file cannot be written.
    """
    rows = [_rows(strip, frames, picture) for strip in strips]
    with output_path.written(out):
        out.mkdir(parents=True, exist_ok=True)
        for number, row in enumerate(rows):
            pictures.save_png(out / f"direction_{number:02d}.png", row)
        every = [_numbered(row, number) for number, row in enumerate(rows)]
        pictures.save_png(out / "directions.png", np.concatenate(every))
        np.savez(out / "directions.npz", allow_pickle=False, **found._asdict())


def read(path: pathlib.Path) -> Directions:
    """Reads directions.

    Raises:
      RunError: if there is no such file, or it holds none.
    """
    if not path.is_file():
        raise RunError(f"--directions: there is no file {path}")
    try:
        with np.load(path, allow_pickle=False) as file:
            found = Directions(
                *(np.asarray(file[name], np.float32) for name in Directions._fields)
            )
        count, _ = found.vectors.shape
        sizes = {x.shape for x in (found.steps, found.strengths)}
        if sizes != {(count,)} or not all(np.isfinite(x).all() for x in found):
            raise ValueError
    except (KeyError, ValueError, OSError, zipfile.BadZipFile):
        raise RunError(
            f"--directions: {path} holds none, wanted directions.npz of jaxgan "
            "directions"
        ) from None
    return found


def path_of(stored: StoredRun, direction: int) -> pathlib.Path:
    """Names the picture of an edit in the run's folder.

    Raises:
      RunError: if it is a symbolic link there.
    """
    name = f"edit_direction_{direction}_step_{stored.step}.png"
    path = stored.directory / "generated" / name
    for one in (path.parent, path):
        run_directory.check_no_link(one)
    return path


def write_rows(
    path: pathlib.Path, sample: Sample, frames: int, picture: Picture, rate: float
) -> None:
    """Writes what was moved: a row for each latent, or all of them moving at once.

    Args:
      path: with one of `SUFFIXES`.
      sample: `frames` for each latent.
      frames: pictures of a latent.
      picture: draws samples.
      rate: pictures per second, if they move; they go there and back again.

    Raises:
      RunError: if the file cannot be written.
    """
    with output_path.written(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".npz":
            value: Any = np.asarray(sample.value)
            value = value.reshape(-1, frames, *value.shape[1:])
            np.savez(path, allow_pickle=False, value=value)
        elif path.suffix == ".png":
            pictures.save_png(path, _rows(sample, frames, picture))
        else:
            cells = pictures.singles(sample, picture)
            shown = [
                pictures.mosaic(np.stack(cells[at::frames])) for at in range(frames)
            ]
            walks.write_frames(path, [*shown, *shown[-2:0:-1]], rate)


def _rows(sample: Sample, frames: int, picture: Picture) -> np.ndarray:
    cells = [pictures.enlarged(x, SIDE) for x in pictures.singles(sample, picture)]
    return pictures.mosaic(np.stack(cells), frames)


def _numbered(row: np.ndarray, number: int) -> np.ndarray:
    """Writes a number to the left of a strip."""
    from PIL import Image, ImageDraw

    height, width, _ = row.shape
    white = (pictures.WHITE,) * 3
    image = Image.new("RGB", (width + MARGIN, height + pictures.GAP), white)
    image.paste(Image.fromarray(row), (MARGIN, 0))
    text = ImageDraw.Draw(image)
    text.text((MARGIN // 2, height // 2), str(number), (0, 0, 0), anchor="mm")
    return np.asarray(image)
