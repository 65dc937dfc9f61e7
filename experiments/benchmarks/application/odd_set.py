"""Odd files: what lies in each, and what a reader should see."""

import io
import pathlib
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

HEIGHT, WIDTH = 24, 36
TURNED = 6
"""EXIF's word for: turn this by a quarter, clockwise, to see it upright."""


class Odd(NamedTuple):
    """One file.

    Attributes:
      name: of the file.
      write: f(path).
      colours: uint8 or uint16 [H, W, 1 or 3], upright; None if there is no picture.
      alpha: uint8 [H, W], or None.
      members: of an archive, with the pictures in them.
    """

    name: str
    write: Callable[[pathlib.Path], object]
    colours: np.ndarray | None = None
    alpha: np.ndarray | None = None
    members: tuple[str, ...] = ()


def scene(height: int = HEIGHT, width: int = WIDTH) -> np.ndarray:
    """Draws a picture that is not as its mirror images, uint8 [H, W, 3]."""
    down, across = np.mgrid[:height, :width]
    return np.stack(
        [
            255 * across // max(width - 1, 1),
            255 * down // max(height - 1, 1),
            40 * ((across // 3 + 2 * (down // 2)) % 5),
        ],
        axis=2,
    ).astype(np.uint8)


def odd_files(large: bool) -> list[Odd]:
    """Lists the files; the large picture takes a gigabyte to enlarge."""
    colours = scene()
    grey = np.asarray(Image.fromarray(colours).convert("L"))
    deep = (grey.astype(np.uint16) << 8) + np.arange(WIDTH, dtype=np.uint16)
    alpha = np.linspace(0, 255, HEIGHT * WIDTH).reshape(HEIGHT, WIDTH).astype(np.uint8)
    made = [
        *(_saved(f"{h}x{w}.png", scene(h, w)) for h, w in ((1, 1), (3, 200), (200, 3))),
        _saved("colours.png", colours),
        _saved("grey.png", grey),
        _saved("grey-16.png", deep),
        _saved("grey-16.tif", deep),
        Odd("colours-16.png", lambda path: path.write_bytes(_png_16(colours)), colours),
        _saved("bits.png", grey > 127),
        _saved("grey-alpha.png", np.dstack([grey, alpha]), grey, alpha),
        _saved("alpha.png", np.dstack([colours, alpha]), colours, alpha),
        _saved("alpha.webp", np.dstack([colours, alpha]), colours, alpha, exact=True),
        _palette(colours),
        _cmyk(colours),
        _turned(colours),
        _saved("lossy.jpg", colours, _reread(colours), quality=90),
        Odd("animated.gif", _animated, _reread(colours, "GIF")),
        _saved("name with spaces, ümlaut and 雪.PNG", colours, format="PNG"),
        _saved("no suffix", colours, format="PNG"),
        Odd("link.png", lambda path: path.symlink_to("colours.png"), colours),
        Odd("pictures.zip", _archive, colours, None, ("in/a.png", "in/b.png")),
        Odd("truncated.jpg", lambda path: path.write_bytes(_half(colours, "JPEG"))),
        Odd("truncated.png", lambda path: path.write_bytes(_half(colours, "PNG"))),
        Odd("text.png", lambda path: path.write_text("no picture")),
        Odd("zero bytes.png", lambda path: path.touch()),
        Odd("too wide.webp", lambda path: _save(scene(2, 16_001), path)),
    ]
    if large:
        made.append(_saved("4000x3000.png", scene(3000, 4000), compress_level=1))
    return made


def _save(array: np.ndarray, path: pathlib.Path, **options: Any) -> None:
    options = {"lossless": True, **options} if path.suffix == ".webp" else options
    Image.fromarray(array).save(path, **options)


def _saved(
    name: str,
    array: np.ndarray,
    colours: np.ndarray | None = None,
    alpha: np.ndarray | None = None,
    **options: Any,
) -> Odd:
    seen = array if colours is None else colours
    seen = seen.astype(np.uint8) * 255 if seen.dtype == bool else seen
    seen = seen[..., None] if seen.ndim == 2 else seen
    return Odd(name, lambda path: _save(array, path, **options), seen, alpha)


def _bytes(colours: np.ndarray, format: str) -> bytes:
    out = io.BytesIO()
    Image.fromarray(colours).save(out, format)
    return out.getvalue()


def _half(colours: np.ndarray, format: str) -> bytes:
    whole = _bytes(colours, format)
    return whole[: len(whole) * 2 // 3]


def _reread(colours: np.ndarray, format: str = "JPEG") -> np.ndarray:
    """What a format that loses something leaves."""
    out = io.BytesIO()
    options = {"quality": 90} if format == "JPEG" else {}
    Image.fromarray(colours).save(out, format, **options)
    return np.asarray(Image.open(out).convert("RGB"))


def _palette(colours: np.ndarray) -> Odd:
    """Four colours, the first of which is transparent."""
    table = np.array([[255, 0, 0], [0, 255, 0], [0, 0, 255], [9, 99, 199]], np.uint8)
    places = (colours[..., 0] // 64).astype(np.uint8)

    def write(path):
        image = Image.fromarray(places, "P")
        image.putpalette(table.ravel().tolist())
        image.save(path, transparency=0)

    alpha = np.where(places == 0, 0, 255).astype(np.uint8)
    return Odd("palette.png", write, table[places], alpha)


def _cmyk(colours: np.ndarray) -> Odd:
    image = Image.fromarray(colours).convert("CMYK")
    return Odd("cmyk.tif", image.save, np.asarray(image.convert("RGB")))


def _turned(colours: np.ndarray) -> Odd:
    """Lies on its side, and says so."""
    lying, exif = np.rot90(colours), Image.Exif()
    exif[0x0112] = TURNED
    return _saved("turned.png", lying, colours, exif=exif)


def _animated(path: pathlib.Path) -> None:
    first = Image.fromarray(scene())
    first.save(path, save_all=True, append_images=[Image.fromarray(255 - scene())])


def _archive(path: pathlib.Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("in/a.png", "in/b.png"):
            archive.writestr(name, _bytes(scene(), "PNG"))


def _png_16(colours: np.ndarray) -> bytes:
    """A PNG file with 16 bits per colour, which Pillow does not write."""
    height, width, _ = colours.shape
    rows = (colours.astype(">u2") * 257).tobytes()
    stride = width * 6
    raw = b"".join(b"\0" + rows[at : at + stride] for at in range(0, len(rows), stride))

    def chunk(kind: bytes, data: bytes) -> bytes:
        checked = kind + data
        return (
            struct.pack(">I", len(data))
            + checked
            + struct.pack(">I", zlib.crc32(checked))
        )

    facts = struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0)
    parts = (
        chunk(b"IHDR", facts),
        chunk(b"IDAT", zlib.compress(raw)),
        chunk(b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)
