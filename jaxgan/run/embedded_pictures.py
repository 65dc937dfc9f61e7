"""Pictures inside the page, as data URIs of WebP."""

import base64
import io
import pathlib
import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from PIL import Image

from jaxgan.run import pictures

MOST_PICTURES = 24
"""Pictures over time that are shown, evenly thinned; first and last always."""
MOST_BYTES = 2_400_000
"""Of all pictures over time together, before base64 makes them a third longer."""
LITTLE = 48_000
"""Bytes that a picture may take without loss."""


class Picture(NamedTuple):
    """A picture in the page.

    Attributes:
      source: a data URI.
      width: in pixels.
      height: in pixels.
      label: what it shows: a step, a seed.
      moving: whether it is an animation.
    """

    source: str
    width: int
    height: int
    label: str = ""
    moving: bool = False


def picture(
    pixels: np.ndarray, label: str = "", most: int = MOST_BYTES // MOST_PICTURES
) -> Picture:
    """Embeds uint8 [H, W, 3] in at most so many bytes.

    Without loss if that takes little, else with some, else smaller as well.
    """
    image = Image.fromarray(pixels)
    data = _webp(image, lossless=True)
    if len(data) > LITTLE:
        data = _webp(image, quality=85)
    while len(data) > most and min(image.size) > 1:
        image = image.resize((image.width // 2, image.height // 2))
        data = _webp(image, quality=85)
    return Picture(_uri(data), image.width, image.height, label)


def _webp(image: Image.Image, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, format="WEBP", **options)
    return file.getvalue()


def animation(frames: Sequence[np.ndarray], rate: float, label: str = "") -> Picture:
    """Embeds an endless animation of uint8 [H, W, 3], `rate` frames per second."""
    first, *rest = [Image.fromarray(frame) for frame in frames]
    small = len(frames) * first.width * first.height < 4_000_000
    data = _webp(
        first,
        save_all=True,
        append_images=rest,
        duration=round(1000 / rate),
        loop=0,
        **({"lossless": True} if small else {"quality": 80}),
    )
    return Picture(_uri(data), first.width, first.height, label, moving=True)


def _uri(data: bytes) -> str:
    return f"data:image/webp;base64,{base64.b64encode(data).decode()}"


def thinned(items: Sequence, most: int) -> list:
    """Takes at most so many, evenly, the first and the last among them."""
    if len(items) <= most:
        return list(items)
    places = np.unique(np.linspace(0, len(items) - 1, most).round().astype(int))
    return [items[place] for place in places]


def over_time(folder: pathlib.Path) -> tuple[list[Picture], int]:
    """Reads the pictures drawn during training, thinned, and how many there are."""
    files = sorted(folder.glob("step_*.png"))
    chosen = thinned(files, MOST_PICTURES)
    most = MOST_BYTES // max(len(chosen), 1)
    read = [of_file(path, most) for path in chosen]
    return [one for one in read if one is not None], len(files)


def newest(folder: pathlib.Path, label: str) -> Picture | None:
    """Reads the last picture of a folder, if there is one."""
    for path in sorted(folder.glob("step_*.png"), reverse=True):
        read = of_file(path)
        if read is not None:
            return read._replace(label=label)
    return None


def of_file(
    path: pathlib.Path, most: int = MOST_BYTES // MOST_PICTURES
) -> Picture | None:
    """Embeds a picture whose name says its step: 'step_00001000.png'.

    None, with a warning, if it is damaged.
    """
    pixels = pictures.read_png(path)
    if pixels is None:
        return None
    found = re.search("[0-9]+", path.stem)
    label = f"step {int(found[0]):,}" if found else ""
    return picture(pictures.enlarged(pixels), label, most)
