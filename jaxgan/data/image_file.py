"""One image file to one array of bytes: the rule for users' own pictures."""

import io
from typing import Any

import numpy as np

from jaxgan.data.source import DataError

RULE = 2
"""Raised whenever the rule changes, so that old caches are not used."""


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
      DataError: if it is no image, or damaged, naming it and the fix.
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

    In this order: the EXIF orientation is applied; 16-bit grey is divided by 257, so
    that 65535 becomes 255; transparency is composited over white; palettes, CMYK and
    the like become RGB; 1 channel is the luminance (ITU-R 601), 3 are RGB. Of several
    frames the first is used. Arguments and errors are those of `decode`.
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
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(data)) as image:
            image.load()
            image = ImageOps.exif_transpose(image)
            return _flat(image).convert("L" if channels == 1 else "RGB")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise DataError(f"{name}: {error}; remove it, or make it smaller") from None
    except UnidentifiedImageError:
        raise DataError(f"{name}: not an image; remove it") from None
    except MemoryError:
        raise DataError(f"{name}: too large for the memory; make it smaller") from None
    except Exception as error:  # Pillow's decoders raise errors of many kinds
        reason = " ".join(str(error).split())
        raise DataError(
            f"{name}: damaged, or of an unknown kind ({reason}); remove or replace it"
        ) from None


def _flat(image: Any) -> Any:
    """8 bits per channel, over white."""
    from PIL import Image

    if image.mode == "F":
        raise ValueError("floating-point pixels have no agreed range")
    if image.mode.startswith("I"):
        grey = np.asarray(image, np.float64) / 257.0
        return Image.fromarray(np.clip(grey + 0.5, 0, 255).astype(np.uint8))
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(white, image).convert("RGB")
    return image
