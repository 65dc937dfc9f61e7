"""One image file with all that it carries: colours, transparency, depth, metadata."""

from typing import Any, NamedTuple

import numpy as np

from jaxgan.data import image_file
from jaxgan.data.image_format import opened

KEPT = ("icc_profile", "dpi")
"""What is kept of what Pillow knows about a file, beside EXIF."""
_BITS = 24
"""Where a PNG file tells the bits per channel."""
_TAGS = (270, 271, 272, 305, 306, 315, 33432)
"""Of EXIF: description, make, model, software, date, artist, copyright. Others tell of
the file, as TIFF's do, or how it lies."""
_DIRECTORIES = {0x8769: (0xA002, 0xA003, 0x927C), 0x8825: ()}
"""Of the photograph and of its place, with what is left out: sizes, a maker's notes."""


class Layers(NamedTuple):
    """A picture as it lies in a file, upright.

    Attributes:
      colours: float32 [H, W, 1 or 3] in [-1, 1]: grey, or RGB.
      alpha: float32 [H, W], 0 (transparent) to 1; None without transparency.
      bits: per channel: 8 or 16.
      format: of the file, as Pillow calls it.
      metadata: 'exif', as bytes, of what was photographed, when and where; and `KEPT`.
      notes: what of the file was not read.
    """

    colours: np.ndarray
    alpha: np.ndarray | None
    bits: int
    format: str
    metadata: dict[str, Any]
    notes: tuple[str, ...] = ()


def decode_layers(data: bytes, name: str) -> Layers:
    """Decodes an image without losing anything that can be kept.

    The orientation of EXIF is applied. Palettes, CMYK, LAB and the like become RGB;
    grey stays grey. Of several frames the first is read. Colours of 16 bits are read
    with 8.

    Args:
      data: the contents of an image file.
      name: for messages.

    Raises:
      DataError: if it is no image that is read, or damaged, naming it and the fix.
    """
    with image_file.decoding(data, name), opened(data, name) as image:
        kind = image.format
        turn = image_file.orientation(image)
        notes = _notes(image, data)
        metadata = _metadata(image)
        if image.mode.startswith("I"):
            colours, alpha = _deep(image, turn)
            return Layers(colours, alpha, 16, kind, metadata, notes)
        picture, alpha = _parted(image)
        colours = np.asarray(image_file.turned(picture, turn), np.float32)
        colours = colours.reshape(*colours.shape[:2], -1) / 127.5 - 1.0
        if alpha is not None:
            alpha = np.asarray(image_file.turned(alpha, turn), np.float32) / 255.0
        return Layers(colours, alpha, 8, kind, metadata, notes)


def _parted(image: Any) -> tuple[Any, Any]:
    """Parts an image of 8 bits into grey or RGB, and transparency or None."""
    if image.mode == "F":
        raise ValueError("floating-point pixels have no agreed range")
    if image.mode == "LAB":
        return image_file.from_lab(image), None
    grey = image.mode in ("1", "L", "LA", "La")
    if not image.has_transparency_data:
        return image.convert("L" if grey else "RGB"), None
    if image.mode in ("La", "RGBa"):
        image = image.convert("LA" if grey else "RGBA")
    whole = image.convert("RGBA")
    alpha = whole.getchannel("A")
    return (image.convert("L") if grey else whole.convert("RGB")), alpha


def _deep(image: Any, turn: int) -> tuple[np.ndarray, np.ndarray | None]:
    """Parts grey of more than 8 bits into colours and transparency."""
    from PIL import Image

    values = np.asarray(image)
    grey = np.clip(image_file.deep_grey(image, values) / 255.0, 0.0, 1.0)
    clear = image.info.get("transparency")
    layers = [grey] + [values != clear] * isinstance(clear, int)
    upright = [
        np.asarray(image_file.turned(Image.fromarray(x.astype(np.float32)), turn))
        for x in layers
    ]
    colours = (upright[0] * 2.0 - 1.0)[..., None].astype(np.float32)
    return colours, upright[1] if len(upright) > 1 else None


def _notes(image: Any, data: bytes) -> tuple[str, ...]:
    notes = []
    frames = getattr(image, "n_frames", 1)
    if frames > 1:
        notes.append(f"the first of {frames} frames is read")
    if image.format == "PNG" and data[_BITS] == 16 and image.mode in ("RGB", "RGBA"):
        notes.append("colours of 16 bits are read with 8")
    return tuple(notes)


def _metadata(image: Any) -> dict[str, Any]:
    from PIL import Image

    kept = {name: image.info[name] for name in KEPT if image.info.get(name)}
    if image.mode not in ("RGB", "RGBA"):
        kept.pop("icc_profile", None)  # it is of other colours than are decoded
    try:
        exif, found = image.getexif(), Image.Exif()
        for tag in exif.keys() & set(_TAGS):
            found[tag] = exif[tag]
        for tag, others in _DIRECTORIES.items():
            inside = exif.get_ifd(tag)
            directory = {name: inside[name] for name in inside if name not in others}
            if directory:
                found[tag] = directory
        text = found.tobytes() if len(found) else b""
    except Exception:  # a sound picture counts, whatever is said about it
        text = b""
    return {**kept, "exif": text} if text else kept
