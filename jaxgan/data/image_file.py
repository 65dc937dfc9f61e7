"""One image file to one square array: the rule for users' own pictures."""

import io
from typing import IO

import numpy as np

from jaxgan.data.source import DataError

RULE = 1
"""Raised whenever the rule changes, so that old caches are not used."""


def decode(file: IO[bytes] | bytes, name: str, size: int, channels: int) -> np.ndarray:
    """Decodes an image to bytes [size, size, channels].

    In this order: the EXIF orientation is applied; 16-bit grey is divided by 257;
    palettes and CMYK become RGB; transparency is composited over white; 1 channel is
    the luminance (ITU-R 601), 3 are RGB; the largest centred square is cut out; it is
    resized by Lanczos' filter.

    Args:
      file: an open file, or its bytes.
      name: for messages.
      size: of the result.
      channels: 1 or 3.

    Raises:
      DataError: if the file is not an image, or damaged, naming it and the fix.
    """
    from PIL import Image, ImageOps

    try:
        with Image.open(io.BytesIO(file) if isinstance(file, bytes) else file) as image:
            image.load()
            image = ImageOps.exif_transpose(image)
            image = _flatten(image).convert("L" if channels == 1 else "RGB")
    except Image.DecompressionBombError as error:
        raise DataError(f"{name}: {error}; remove it, or make it smaller") from None
    except Exception as error:
        raise DataError(
            f"{name}: not an image that can be read ({error}); remove or replace it"
        ) from None
    short = min(image.size)
    left, top = ((side - short) // 2 for side in image.size)
    image = image.crop((left, top, left + short, top + short))
    image = image.resize((size, size), Image.Resampling.LANCZOS)
    return np.asarray(image).reshape(size, size, channels)


def _flatten(image):
    """8 bits per channel, over white."""
    from PIL import Image

    if image.mode.startswith("I") or image.mode == "F":
        grey = np.asarray(image, np.float64)
        # 65535 / 257 = 255: both ends stay where they are.
        scale = 257.0 if image.mode != "F" else 1.0
        return Image.fromarray(np.clip(grey / scale + 0.5, 0, 255).astype(np.uint8))
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(white, image).convert("RGB")
    return image
