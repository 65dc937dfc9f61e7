"""Pictures: uint8 arrays [H, W, 3], put together, enlarged, and saved.

Experiments of stored runs import this module, so its path stays.
"""

import math
import pathlib
from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np

from jaxgan.core.types import Sample
from jaxgan.diagnosis import names
from jaxgan.run.errors import RunError, warn

WHITE = 255
GAP = 2
"""White pixels between samples."""


def mosaic(cells: np.ndarray, columns: int | None = None, gap: int = GAP) -> np.ndarray:
    """Puts pictures [N, H, W, 3] of one size side by side, row by row.

    Args:
      cells: uint8.
      columns: pictures per row; by default as many as make the whole square.
      gap: white pixels between pictures.

    Raises:
      RunError: if there are none.
    """
    count, height, width, _ = cells.shape
    if not cells.size:
        raise RunError(f"pictures: saw shape {list(cells.shape)}, wanted at least one")
    columns = columns or math.ceil(math.sqrt(count))
    rows = -(-count // columns)
    spaced = np.full((rows * columns, height + gap, width + gap, 3), WHITE, np.uint8)
    spaced[:count, :height, :width] = cells
    picture = spaced.reshape(rows, columns, height + gap, width + gap, 3)
    picture = picture.swapaxes(1, 2).reshape(rows * (height + gap), -1, 3)
    return picture[: picture.shape[0] - gap, : picture.shape[1] - gap]


def singles(
    samples: Sample, picture: Callable[[Sample], np.ndarray]
) -> list[np.ndarray]:
    """Draws every sample's own picture."""
    count = len(jax.tree.leaves(samples)[0])
    return [
        picture(jax.tree.map(lambda x, i=place: x[i : i + 1], samples))
        for place in range(count)
    ]


def enlarged(picture: np.ndarray, pixels: int = 512) -> np.ndarray:
    """Enlarges a small picture, a whole number of times, to about so many pixels."""
    times = max(1, round(pixels / max(picture.shape[:2])))
    return picture.repeat(times, axis=0).repeat(times, axis=1)


def animate(
    folder: pathlib.Path, seconds: float = 8.0, most: int = 80
) -> pathlib.Path | None:
    """Writes FOLDER.gif: the pictures drawn during training, evenly thinned.

    Those that cannot be read are left out; None if there are no others.
    """
    files = sorted(folder.glob("step_*.png"))
    chosen = np.unique(np.linspace(0, len(files) - 1, most).round().astype(int))
    read = [read_png(files[place]) for place in chosen if files]
    frames = [frame for frame in read if frame is not None]
    if not frames:
        return None
    path = folder.with_name(f"{folder.name}.gif")
    save_animation(path, frames, rate=max(1.0, len(frames) / seconds))
    return path


def curves(path: pathlib.Path, rows: Sequence[dict[str, Any]]) -> pathlib.Path:
    """Draws the losses of several runs: each, their mean, and one spread around it."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 3), dpi=100, layout="constrained")
    canvas = FigureCanvasAgg(figure)
    for axes, name in zip(
        figure.subplots(1, 2), (names.DISCRIMINATOR_LOSS, names.GENERATOR_LOSS)
    ):
        shown = [row for row in rows if name in row]
        steps = np.array([row["step"] for row in shown])
        mean, spread = (
            np.array([row[part] if part == name else row[part][name] for row in shown])
            for part in (name, "spread")
        )
        for seed in shown[0]["seeds"] if shown else ():
            values = [row["seeds"][seed][name] for row in shown]
            axes.plot(steps, values, color="0.8", linewidth=0.5)
        axes.fill_between(steps, mean - spread, mean + spread, alpha=0.3, linewidth=0)
        axes.plot(steps, mean)
        axes.set_title(name)
        axes.set_xlabel("step")
    canvas.print_png(str(path))
    return path


def save_png(path: pathlib.Path, picture: np.ndarray) -> None:
    """Writes a picture; the file appears whole or not at all."""
    from PIL import Image

    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.tmp")
    unfinished.unlink(missing_ok=True)  # in a folder of others it may be a link
    Image.fromarray(picture).save(unfinished, format="PNG")
    unfinished.replace(path)


def read_png(path: pathlib.Path) -> np.ndarray | None:
    """Reads a picture, uint8 [H, W, 3]; None, with a warning, if it is damaged."""
    from PIL import Image

    try:
        if not path.is_file():  # a pipe would be waited for
            raise ValueError("no file")
        with Image.open(path, formats=("PNG",)) as image:
            return np.asarray(image.convert("RGB"))
    except Exception:  # of Pillow, of zlib, of struct: whatever is in the file
        warn(f"{path} is damaged: it is left out")
        return None


def save_animation(
    path: pathlib.Path, frames: Sequence[np.ndarray], rate: float
) -> None:
    """Writes an endless animation of `rate` frames per second: NAME.gif, or .webp.

    Raises:
      ValueError: if a GIF cannot have that rate: it counts hundredths of a second.
    """
    from PIL import Image

    if not 0.01 <= rate <= 100:
        raise ValueError(f"rate: saw {rate} frames per second, wanted 0.01 to 100")

    first, *rest = [Image.fromarray(frame) for frame in frames]
    moving = {"save_all": True, "append_images": rest, "loop": 0}
    kind = {"format": "WEBP", "lossless": True}
    kind = kind if path.suffix == ".webp" else {"format": "GIF"}
    first.save(path, duration=round(1000 / rate), **moving, **kind)
