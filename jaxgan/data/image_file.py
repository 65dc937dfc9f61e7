"""One image file to one array of bytes: the rule for users' own pictures."""

import contextlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from jaxgan.data.file_kind import HEAD, file_kind
from jaxgan.data.file_name import shown
from jaxgan.data.image_format import NoPicture, opened
from jaxgan.data.source import DataError

RULE = 3
"""Raised whenever the rule changes, so that old caches are not used."""
_ORIENTATION, _BITS, _PHOTOMETRIC = 0x0112, 258, 262
"""Tags of EXIF and TIFF."""


def decode(data: bytes, name: str, size: int, channels: int) -> np.ndarray:
    """Decodes an image to a square of bytes [size, size, channels].

    As `decode_whole`; then the largest centred square is cut out (of an odd remainder,
    the larger part is lost on the right or below) and resized by Lanczos' filter.

    Args:
      data: the contents of an image file.
      name: for messages.
      size: of the result.
      channels: 1 or 3.

    Raises:
      DataError: if it is no image that is read, or damaged, naming it and the fix.
    """
    image = _square(_upright(data, name, channels), size)
    return np.asarray(image).reshape(size, size, channels)


def resize(pixels: np.ndarray, size: int) -> np.ndarray:
    """Makes of bytes [H, W, C] what `decode` makes of a file that holds them."""
    from PIL import Image

    *_, channels = pixels.shape
    image = Image.fromarray(pixels[..., 0] if channels == 1 else pixels)
    return np.asarray(_square(image, size)).reshape(size, size, channels)


def decode_whole(data: bytes, name: str, channels: int) -> np.ndarray:
    """Decodes an image to bytes [H, W, channels], as large as it is.

    In this order: the orientation of EXIF is applied, and nothing else of EXIF counts;
    grey of n > 8 bits is divided by (2ⁿ - 1) / 255, so that 65535 of 16 bits becomes
    255 (32-bit integers count as 16 bits); transparency, be it a channel, a palette's
    or one colour's, is composited over white; palettes, CMYK, LAB and the like become
    RGB; 1 channel is the luminance (ITU-R 601), 3 are RGB. Of several frames the first
    is used. Arguments and errors are those of `decode`.
    """
    image = _upright(data, name, channels)
    return np.asarray(image).reshape(image.height, image.width, channels)


def _square(image: Any, size: int) -> Any:
    from PIL import Image

    short = min(image.size)
    left, top = ((side - short) // 2 for side in image.size)
    image = image.crop((left, top, left + short, top + short))
    return image.resize((size, size), Image.Resampling.LANCZOS, reducing_gap=None)


def _upright(data: bytes, name: str, channels: int) -> Any:
    with decoding(data, name), opened(data, name) as image:
        turn = orientation(image)
        return turned(_flat(image, data), turn).convert("L" if channels == 1 else "RGB")


@contextlib.contextmanager
def decoding(data: bytes, name: str) -> Iterator[None]:
    """Tells plainly what is wrong with a file that is decoded meanwhile.

    Raises:
      DataError: naming it and the fix, if anything is.
    """
    from PIL import Image

    try:
        yield
        return
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        reason = f"{error}; remove it, or make it smaller"
    except NoPicture as error:
        reason = str(error)
    except MemoryError:
        reason = "too large for the memory; make it smaller"
    except Exception as error:  # Pillow's decoders raise errors of many kinds
        told = " ".join(str(error).split()) or type(error).__name__
        kind = file_kind(data[:HEAD], name)  # raw photographs pass for TIFF files
        reason = f"damaged, or of an unknown kind ({told}); remove or replace it"
        reason = str(kind) if kind and not kind.format else reason
    raise DataError(f"{shown(name)}: {reason}")


def orientation(image: Any) -> int:
    """Reads the orientation of EXIF or XMP; 1, upright, if there is none to be read.

    Whoever asks turns the image, which is not turned as it is loaded.
    """
    if image.format == "TIFF":
        # It would be turned, and refused over odd tags.
        image.load_end = lambda: None
    else:
        image.load()  # PNG may tell the orientation after the pixels
    try:
        value = image.getexif().get(_ORIENTATION, 1)
    except Exception:  # a sound picture counts, whatever is said about it
        return 1
    return value if isinstance(value, int) else 1


def turned(image: Any, orientation: int) -> Any:
    """Turns an image as its orientation of EXIF says."""
    from PIL import Image

    turns = Image.Transpose
    methods = {
        2: turns.FLIP_LEFT_RIGHT,
        3: turns.ROTATE_180,
        4: turns.FLIP_TOP_BOTTOM,
        5: turns.TRANSPOSE,
        6: turns.ROTATE_270,
        7: turns.TRANSVERSE,
        8: turns.ROTATE_90,
    }
    method = methods.get(orientation)
    return image if method is None else image.transpose(method)


def _flat(file: Any, data: bytes) -> Any:
    """8 bits per channel, over white; not turned."""
    from PIL import Image

    # Else TIFF files that lie on their side have the size of those that stand.
    image = file.copy() if file.format == "TIFF" else file
    if image.mode == "F":
        raise ValueError("floating-point pixels have no agreed range")
    if image.mode.startswith("I"):
        values = np.asarray(image)
        grey = np.clip(deep_grey(file, values) + 0.5, 0, 255).astype(np.uint8)
        clear = file.info.get("transparency")
        if isinstance(clear, int):
            grey[values == clear] = 255
        return Image.fromarray(grey)
    if image.mode == "LAB":
        return from_lab(image)
    clear = image.info.get("transparency")
    bits = data[24] if file.format == "PNG" else 8
    if image.mode in ("1", "L") and isinstance(clear, int):
        # PNG tells it in the file's own bits, of which Pillow makes 8.
        clear = clear * 255 // (2**bits - 1) if image.mode == "L" else clear
        grey = np.array(image.convert("L"))
        grey[grey == clear] = 255
        return Image.fromarray(grey)
    if not image.has_transparency_data:
        return image
    if image.mode == "RGB" and bits == 16 and isinstance(clear, tuple):
        image.info["transparency"] = tuple(value >> 8 for value in clear)
    image = image.convert("LA") if image.mode == "La" else image
    image = image.convert("RGBA")
    white = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(white, image).convert("RGB")


def deep_grey(file: Any, values: np.ndarray) -> np.ndarray:
    """Scales grey of more than 8 bits to 0 to 255, without rounding.

    Raises:
      ValueError: if its range is none that is agreed upon.
    """
    low, high = int(values.min()), int(values.max())
    if low < 0 or high > 65535:
        raise ValueError(
            f"grey from {low} to {high} has no agreed range, wanted 0 to 65535"
        )
    top = 65535
    if file.format == "TIFF" and file.mode != "I":
        (bits, *_) = file.tag_v2.get(_BITS, (16,))
        top = 2 ** min(bits, 16) - 1
        if file.tag_v2.get(_PHOTOMETRIC) == 0:  # 0 is white
            values = top - values
    return values.astype(np.float64) / (top / 255.0)


def from_lab(image: Any) -> Any:
    """Converts LAB colours to RGB."""
    from PIL import ImageCms

    profiles = (ImageCms.createProfile(name) for name in ("LAB", "sRGB"))
    return ImageCms.profileToProfile(image, *profiles, outputMode="RGB")
