"""Image files opened: of the formats that are decoded in this process, and no other."""

import contextlib
import functools
import importlib
import io
import threading
from collections.abc import Iterator
from typing import Any

from jaxgan.data.file_kind import HEAD, RAW, RAW_SUFFIXES, FileKind, file_kind

FORMATS = (
    *("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "PPM", "AVIF", "JPEG2000", "DIB"),
    *("ICO", "CUR", "ICNS", "PCX", "DCX", "SGI", "SUN", "QOI", "DDS", "XBM", "XPM"),
    *("MSP", "IM", "FLI"),
)
"""What Pillow decodes in this process: for PostScript it would start a program."""
_TARGA = (".tga", ".icb", ".vda", ".vst")
"""Files without a magic number, which are told by their name only."""
_DNG_VERSION, _SUBFILE = 0xC612, 254
_LARGE = 2**25
"""Pixels of images that are decoded one at a time."""
_alone, _together = threading.Lock(), contextlib.nullcontext()


class NoPicture(ValueError):
    """A file that no picture can be had from, and what to do about it."""


@contextlib.contextmanager
def opened(data: bytes, name: str) -> Iterator[Any]:
    """Opens a picture as Pillow's image, not decoded yet.

    HEIC and JPEG XL are read where the plugin for them is installed.

    Args:
      data: contents of a file.
      name: of it.

    Raises:
      NoPicture: if it is none, or of a kind that is not read.
    """
    from PIL import Image, UnidentifiedImageError

    formats = FORMATS
    if name.lower().endswith(_TARGA):
        formats = (*formats, "TGA")
    try:
        image = Image.open(io.BytesIO(data), formats=formats)
    except UnidentifiedImageError:
        image = _opened_by_plugin(data, name)
    with image, _alone if image.width * image.height > _LARGE else _together:
        if image.format == "TIFF" and _is_raw(image, name):
            raise NoPicture(str(RAW))
        yield image


def _opened_by_plugin(data: bytes, name: str) -> Any:
    from PIL import Image, UnidentifiedImageError

    kind = file_kind(data[:HEAD], name)
    if kind is None:
        raise NoPicture("not an image; remove it")
    if not kind.format or not _registered(kind):
        raise NoPicture(str(kind))
    try:
        return Image.open(io.BytesIO(data), formats=(kind.format,))
    except UnidentifiedImageError:
        raise NoPicture(f"{kind.name}, but damaged; remove or replace it") from None


@functools.cache
def _registered(kind: FileKind) -> bool:
    """Whether Pillow knows the format, once its plugin is imported."""
    from PIL import Image

    if kind.plugin:
        try:
            plugin = importlib.import_module(kind.plugin)
        except ImportError:
            return False
        if hasattr(plugin, "register_heif_opener"):
            plugin.register_heif_opener()
    return kind.format in Image.OPEN


def _is_raw(image: Any, name: str) -> bool:
    """Whether a TIFF file is a camera's, whose first picture is a small preview."""
    if name[name.rfind(".") :].lower() in RAW_SUFFIXES:
        return True
    tags = image.tag_v2
    return _DNG_VERSION in tags or bool(tags.get(_SUBFILE, 0) == 1 and 330 in tags)
