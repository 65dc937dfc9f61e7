"""How a file becomes a picture of one side of a pair: whole, halved or resized."""

import pathlib
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from jaxgan.data.image_file import decode_whole
from jaxgan.data.source import DataError

Reader = Callable[[bytes], np.ndarray]
"""f(contents of a file) -> bytes [H, W] or [H, W, C]."""


class Form(NamedTuple):
    """How files become pictures.

    Attributes:
      channels: 1 or 3.
      size: pixels per side that pictures are resized to, whatever their shape was, by
        Pillow's bicubic filter; None leaves them as large as they are.
      part: which half of a picture counts, 'left' or 'right'; '' is all of it.
      least: pixels that either side must have.
      readers: of files that are no pictures, by the suffix of their names, '.mat'.
    """

    channels: int
    size: int | None = None
    part: str = ""
    least: int = 1
    readers: tuple[tuple[str, Reader], ...] = ()

    @property
    def identity(self) -> tuple[Any, ...]:
        """What the cache knows it by."""
        names = [(suffix, _name(read)) for suffix, read in self.readers]
        return (*self[:-1], *names)


class Decoded(NamedTuple):
    """A picture.

    Attributes:
      pixels: bytes [H, W, C].
      height: that it had in its file, or its half of it.
      width: likewise.
      gray: whether it has no colour.
    """

    pixels: np.ndarray
    height: int
    width: int
    gray: bool


def readers_of(read: Mapping[str, Reader] | None) -> tuple[tuple[str, Reader], ...]:
    """Orders readers by the suffixes of files that they read."""
    return tuple(sorted((suffix.lower(), one) for suffix, one in (read or {}).items()))


def _name(read: Reader) -> str:
    return f"{read.__module__}.{read.__qualname__}"


def decode_picture(data: bytes, title: str, form: Form) -> Decoded:
    """Decodes a file's contents.

    Args:
      data: of the file.
      title: its name, for messages.
      form: of the picture.

    Raises:
      DataError: if it is no picture, damaged, or too small.
    """
    suffix = pathlib.PurePath(title).suffix.lower()
    reader = dict(form.readers).get(suffix)
    if reader is None:
        pixels = decode_whole(data, title, form.channels)
    else:
        pixels = _by_reader(reader, data, title, form.channels)
    height, width, _ = pixels.shape
    if form.part:
        if width < 2:
            raise DataError("one pixel wide, wanted two pictures side by side")
        half = width // 2
        pixels = pixels[:, :half] if form.part == "left" else pixels[:, -half:]
        width = half
    if min(height, width) < form.least:
        raise DataError(
            f"saw {width} × {height} pixels, wanted at least {form.least} × "
            f"{form.least} to cut out; give load_size to enlarge them, or remove it"
        )
    gray = form.channels == 1 or not (pixels != pixels[..., :1]).any()
    if form.size is not None:
        pixels = _resized(pixels, form.size)
    return Decoded(np.ascontiguousarray(pixels), height, width, gray)


def _by_reader(reader: Reader, data: bytes, title: str, channels: int) -> np.ndarray:
    try:
        pixels = np.asarray(reader(data))
    except Exception as error:  # of whatever reads it
        told = " ".join(str(error).split()) or type(error).__name__
        raise DataError(
            f"{title}: damaged, or not what {_name(reader)} reads ({told}); remove it"
        ) from None
    pixels = pixels[..., None] if pixels.ndim == 2 else pixels
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or not pixels.size:
        raise DataError(
            f"{title}: {_name(reader)} gave {pixels.dtype}{list(pixels.shape)}, wanted "
            "bytes [H, W, C]"
        )
    if pixels.shape[2] == 1:
        return np.repeat(pixels, channels, axis=2)
    return as_channels(pixels, channels)


def as_channels(pixels: np.ndarray, channels: int) -> np.ndarray:
    """Makes of bytes [H, W, 1 or 3] those of 1 channel, the luminance, or of 3."""
    if pixels.shape[2] == channels:
        return pixels
    if channels == 3:
        return np.repeat(pixels, 3, axis=2)
    from PIL import Image

    return np.asarray(Image.fromarray(pixels).convert("L"))[..., None]


def _resized(pixels: np.ndarray, size: int) -> np.ndarray:
    from PIL import Image

    single = pixels.shape[2] == 1
    image = Image.fromarray(np.ascontiguousarray(pixels[..., 0] if single else pixels))
    resized = np.asarray(image.resize((size, size), Image.Resampling.BICUBIC))
    return resized.reshape(size, size, pixels.shape[2])
