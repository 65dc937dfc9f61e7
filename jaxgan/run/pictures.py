"""Samples as pictures: uint8 arrays [H, W, 3]."""

import math
import pathlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from jaxgan.core.types import Sample
from jaxgan.diagnosis import names

WHITE = 255
GAP = 2
"""White pixels between samples."""


def grid(sample: Sample, columns: int | None = None, gap: int = GAP) -> np.ndarray:
    """Images side by side, row by row.

    Args:
      sample: value [N, H, W, C] in [-1, 1] with C = 1 (gray), 3 or 4 (with opacity, on
        white). Videos [N, T, H, W, C] become one row of frames each.
      columns: images per row; by default as many as make the grid square.
      gap: white pixels between images.

    Raises:
      ValueError: if the value is no stack of images.
    """
    images = np.asarray(sample.value)
    if images.ndim == 5:
        columns = images.shape[1]
        images = images.reshape(-1, *images.shape[2:])
    images = to_uint8(images)
    count, height, width, _ = images.shape
    columns = columns or math.ceil(math.sqrt(count))
    rows = -(-count // columns)
    cells = np.full((rows * columns, height + gap, width + gap, 3), WHITE, np.uint8)
    cells[:count, :height, :width] = images
    picture = cells.reshape(rows, columns, height + gap, width + gap, 3)
    picture = picture.swapaxes(1, 2).reshape(rows * (height + gap), -1, 3)
    return picture[: picture.shape[0] - gap, : picture.shape[1] - gap]


def strip(sample: Sample, gap: int = GAP) -> np.ndarray:
    """All images in one row."""
    return grid(sample, columns=len(sample.value), gap=gap)


def scatter(
    sample: Sample, real: np.ndarray | None = None, pixels: int = 400
) -> np.ndarray:
    """Points of the plane.

    Args:
      sample: value [N, 2].
      real: points [M, 2] drawn in grey underneath; they also set the frame, so that
        pictures of different steps can be compared.
      pixels: width and height of the picture.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    points = np.asarray(sample.value)
    if points.ndim != 2 or points.shape[1] != 2:
        raise ValueError(f"scatter: saw {list(points.shape)}, wanted points [N, 2]")
    figure = Figure(figsize=(pixels / 100, pixels / 100), dpi=100)
    canvas = FigureCanvasAgg(figure)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    if real is not None:
        axes.scatter(real[:, 0], real[:, 1], s=6, c="0.75", linewidths=0)
        low, high = real.min(0), real.max(0)
        margin = 0.15 * max(float((high - low).max()), 1e-6)
        axes.set_xlim(low[0] - margin, high[0] + margin)
        axes.set_ylim(low[1] - margin, high[1] + margin)
    axes.scatter(points[:, 0], points[:, 1], s=6, c="tab:orange", linewidths=0)
    axes.set_axis_off()
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()


def enlarged(picture: np.ndarray, pixels: int = 512) -> np.ndarray:
    """A whole multiple of a small picture, with sides of about so many pixels."""
    times = max(1, round(pixels / max(picture.shape[:2])))
    return picture.repeat(times, axis=0).repeat(times, axis=1)


def animate(folder: pathlib.Path, seconds: float = 8.0, most: int = 80) -> pathlib.Path:
    """Writes FOLDER.gif: the pictures drawn during training, evenly thinned."""
    from PIL import Image

    files = sorted(folder.glob("step_*.png"))
    chosen = np.unique(np.linspace(0, len(files) - 1, most).round().astype(int))
    frames = []
    for place in chosen:
        with Image.open(files[place]) as image:
            frames.append(np.asarray(image.convert("RGB")))
    path = folder.with_name(f"{folder.name}.gif")
    save_gif(path, frames, rate=max(1.0, len(frames) / seconds))
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


def to_uint8(images: Any) -> np.ndarray:
    """Images [N, H, W, C] in [-1, 1], C = 1, 3 or 4, to uint8 [N, H, W, 3].

    Raises:
      ValueError: if the shape is another.
    """
    images = np.asarray(images, np.float32)
    if images.ndim != 4 or images.shape[-1] not in (1, 3, 4):
        raise ValueError(
            f"images: saw shape {list(images.shape)}, wanted [N, H, W, C] with C = 1, "
            "3 or 4; give the Experiment a `picture` function for other samples"
        )
    images = (np.clip(np.nan_to_num(images), -1.0, 1.0) + 1.0) / 2.0
    if images.shape[-1] == 4:
        opacity = images[..., 3:]
        images = images[..., :3] * opacity + (1.0 - opacity)
    return np.broadcast_to(
        np.rint(images * 255.0).astype(np.uint8), (*images.shape[:3], 3)
    )


def save_png(path: pathlib.Path, picture: np.ndarray) -> None:
    """Writes a picture; the file appears whole or not at all."""
    from PIL import Image

    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.tmp")
    Image.fromarray(picture).save(unfinished, format="PNG")
    unfinished.replace(path)


def save_gif(path: pathlib.Path, frames: Sequence[np.ndarray], rate: float) -> None:
    """Writes an endless animation of `rate` frames per second."""
    from PIL import Image

    first, *rest = [Image.fromarray(frame) for frame in frames]
    first.save(
        path,
        format="GIF",
        save_all=True,
        append_images=rest,
        duration=round(1000 / rate),
        loop=0,
    )
