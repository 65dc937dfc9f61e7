"""Pictures that were made of users' own, written as those were."""

import contextlib
import os
import pathlib
from typing import Any, NamedTuple

import numpy as np

from jaxgan.data.image_layers import Layers
from jaxgan.run.files import output_path

LUMINANCE = np.array([0.299, 0.587, 0.114], np.float32)
"""ITU-R 601."""
QUALITY = 95
"""Of formats that lose something."""


class Format(NamedTuple):
    """A format that pictures are written in.

    Attributes:
      suffix: of its files.
      name: Pillow's.
      transparent: whether it has transparency.
      options: how it is written.
      longest: pixels that a side may have.
    """

    suffix: str
    name: str
    transparent: bool
    options: dict[str, Any]
    longest: int = 2**31 - 1


FORMATS = {
    "png": Format(".png", "PNG", True, {}),
    "jpeg": Format(
        ".jpg", "JPEG", False, {"quality": QUALITY, "subsampling": 0}, 65_535
    ),
    "webp": Format(
        ".webp",
        "WEBP",
        True,
        {"quality": QUALITY, "lossless": True, "exact": True},
        16_383,
    ),
    "tiff": Format(".tif", "TIFF", True, {"compression": "tiff_deflate"}),
}
"""By the words that options have for them."""


SUFFIXES = {
    **{format.suffix: format for format in FORMATS.values()},
    ".jpeg": FORMATS["jpeg"],
    ".tiff": FORMATS["tiff"],
}


def format_of(name: str) -> Format:
    """Finds the format of a file by its suffix; PNG for those that are not written."""
    return SUFFIXES.get(pathlib.PurePath(name).suffix.lower(), FORMATS["png"])


def with_channels(colours: np.ndarray, channels: int) -> np.ndarray:
    """Makes grey [H, W, 1] or RGB [H, W, 3] of either; other channels stay."""
    if colours.shape[2] == channels:
        return colours
    if channels == 1 and colours.shape[2] == 3:
        return (colours @ LUMINANCE)[..., None].astype(np.float32)
    if channels == 3 and colours.shape[2] == 1:
        return np.repeat(colours, 3, axis=2)
    raise ValueError(f"saw {colours.shape[2]} channels, wanted {channels}")


def depth(like: Layers, channels: int, format: Format) -> type[np.integer]:
    """Finds the whole numbers that colours are written in, as `write` says."""
    deep = like.bits == 16 and channels == 1 and like.alpha is None
    return np.uint16 if deep and format.name in ("PNG", "TIFF") else np.uint8


def whole_numbers(colours: np.ndarray, dtype: type[np.integer]) -> np.ndarray:
    """Rounds floats in [-1, 1] to all that the numbers of a type can be."""
    top = np.iinfo(dtype).max
    return np.rint((colours.astype(np.float64) + 1.0) * (top / 2)).astype(dtype)


def write(
    path: pathlib.Path, colours: np.ndarray, like: Layers, format: Format
) -> tuple[str, ...]:
    """Writes a picture with what its source carried; it appears whole or not at all.

    Args:
      path: of it.
      colours: [H, W, 1 or 3], whole numbers as of `depth`.
      like: the source: its transparency, depth and metadata are kept, as far as the
        format has them. Depth of 16 bits is kept for grey in PNG and TIFF.
      format: of the file.

    Returns:
      What was not kept.

    Raises:
      RunError: if it cannot be written.
    """
    notes = []
    alpha = like.alpha
    if alpha is not None and not format.transparent:
        notes.append(f"{format.name} has no transparency")
        alpha = None
    if alpha is not None:
        alpha = _resized(alpha, *colours.shape[:2])
    image = _image(colours, alpha)
    if like.bits == 16 and colours.dtype != np.uint16:
        notes.append("written with 8 of 16 bits")
    options = {**format.options, **_metadata(like, image.mode, format)}
    with output_path.written(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        unfinished.unlink(missing_ok=True)
        try:
            image.save(unfinished, format=format.name, **options)
            unfinished.replace(path)
        finally:
            with contextlib.suppress(OSError):
                unfinished.unlink(missing_ok=True)
    return tuple(notes)


def _image(colours: np.ndarray, alpha: np.ndarray | None) -> Any:
    """Makes Pillow's image."""
    from PIL import Image

    if alpha is not None:
        layer = whole_numbers(alpha * 2.0 - 1.0, np.uint8)[..., None]
        colours = np.concatenate([colours, layer], axis=2)
    return Image.fromarray(colours[..., 0] if colours.shape[2] == 1 else colours)


def _resized(alpha: np.ndarray, height: int, width: int) -> np.ndarray:
    """Resizes transparency [H, W] to the size of a picture, bicubically."""
    from PIL import Image

    if alpha.shape == (height, width):
        return alpha
    size = (width, height)
    made = Image.fromarray(alpha).resize(size, Image.Resampling.BICUBIC)
    return np.clip(np.asarray(made), 0.0, 1.0)


def _metadata(like: Layers, mode: str, format: Format) -> dict[str, Any]:
    found = dict(like.metadata)
    if mode in ("L", "LA", "I;16"):
        found.pop("icc_profile", None)  # it is of colours
    if format.name == "WEBP":
        found.pop("dpi", None)
    return found
