"""What a file is, told by its first bytes: for those that hold no picture we read."""

import re
from collections.abc import Callable
from typing import NamedTuple

HEAD = 4096
"""Bytes that tell."""


class FileKind(NamedTuple):
    """Something that a file may be.

    Attributes:
      name: for messages, with its article.
      advice: what to do about it.
      plugin: the module that teaches Pillow to read it, if there is one.
      format: what Pillow then calls it.
    """

    name: str
    advice: str
    plugin: str = ""
    format: str = ""

    def __str__(self) -> str:
        return f"{self.name}; {self.advice}"


def _starts(*beginnings: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(beginnings)


def _at(place: int, *contents: bytes) -> Callable[[bytes], bool]:
    return lambda head: head[place:].startswith(contents)


def _boxes(*brands: bytes) -> Callable[[bytes], bool]:
    """Of ISO's base media files: any of these among the brands of the first box."""

    def test(head: bytes) -> bool:
        if head[4:8] != b"ftyp":
            return False
        box = head[8 : max(12, min(int.from_bytes(head[:4]), 256))]
        found = {box[at : at + 4] for at in (0, *range(8, len(box), 4))}
        return not found.isdisjoint(brands)

    return test


def _text(pattern: bytes) -> Callable[[bytes], bool]:
    expression = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*" + pattern, re.IGNORECASE)
    return lambda head: expression.match(head) is not None


_CONVERT = "convert it to JPEG or PNG"
RAW = FileKind("a raw photograph of a camera", "develop it to JPEG, PNG or TIFF")
HEIC = FileKind(
    "a HEIC picture",
    f"pip install pillow-heif, or {_CONVERT}",
    "pillow_heif",
    "HEIF",
)
JPEG_XL = FileKind(
    "a JPEG XL picture",
    f"pip install pillow-jxl-plugin, or {_CONVERT}",
    "pillow_jxl",
    "JXL",
)
AVIF = FileKind(
    "an AVIF picture", f"pip install --upgrade pillow, or {_CONVERT}", "", "AVIF"
)
_VIDEO = FileKind("a video", "write its frames to PNG or JPEG files")
_ARCHIVE = FileKind("an archive", "unpack it")
_PROGRAM = FileKind("PostScript or PDF, which is a program", _CONVERT)

_TESTS: tuple[tuple[Callable[[bytes], bool], FileKind], ...] = (
    (_boxes(b"avif", b"avis"), AVIF),
    (_boxes(b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"hevm"), HEIC),
    (_boxes(b"mif1", b"msf1"), HEIC),
    (_starts(b"\xff\x0a", b"\0\0\0\x0cJXL \r\n\x87\n"), JPEG_XL),
    (_boxes(b"crx "), RAW),
    (_starts(b"FUJIFILMCCD-RAW", b"IIRO", b"IIRS", b"MMOR", b"IIU\0", b"FOVb"), RAW),
    (lambda head: head[:4] == b"II*\0" and head[8:10] == b"CR", RAW),
    (lambda head: head[4:8] == b"ftyp", _VIDEO),
    (_starts(b"\x1aE\xdf\xa3", b"\0\0\x01\xba", b"\0\0\x01\xb3", b"FLV\x01"), _VIDEO),
    (lambda head: head[:4] == b"RIFF" and head[8:12] == b"AVI ", _VIDEO),
    (_at(4, b"moov", b"mdat", b"wide"), _VIDEO),
    (_starts(b"8BPS"), FileKind("a Photoshop document", "export it as PNG or TIFF")),
    (_starts(b"gimp xcf"), FileKind("a document of GIMP", "export it as PNG")),
    (_starts(b"%!PS", b"\xc5\xd0\xd3\xc6", b"%PDF"), _PROGRAM),
    (
        _text(
            # No text may be parted in two ways, or some would keep one waiting.
            rb"(?:<\?xml[^>]*>\s*|<!--(?:[^-]|-(?!->))*-->\s*|<!DOCTYPE svg[^>]*>\s*)*"
            rb"<svg\b"
        ),
        FileKind("an SVG drawing", "render it to PNG"),
    ),
    (
        _text(rb"(?:<!doctype html|<html\b|<head\b|<body\b)"),
        FileKind("a web page and no picture", "download the picture again"),
    ),
    (
        _starts(b"version https://git-lfs.github.com/spec/"),
        FileKind("a pointer of Git LFS", "get the file itself: git lfs pull"),
    ),
    (
        _starts(b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"7z\xbc\xaf\x27\x1c"),
        _ARCHIVE,
    ),
    (_starts(b"Rar!\x1a\x07", b"BZh", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd"), _ARCHIVE),
    (_at(257, b"ustar"), _ARCHIVE),
    (
        _starts(b"\x93NUMPY"),
        FileKind("an array of NumPy", "give jaxgan.data.arrays what numpy.load reads"),
    ),
    (
        _at(128, b"DICM"),
        FileKind("a medical image (DICOM)", "write its grey values to 8-bit PNG"),
    ),
    (
        _starts(b"v/1\x01", b"#?RADIANCE", b"#?RGBE", b"SIMPLE  ="),
        FileKind(
            "a picture of floating-point pixels, which have no agreed range",
            "write them to 8-bit PNG",
        ),
    ),
)

RAW_SUFFIXES = frozenset(
    (
        *(".3fr", ".arw", ".cr2", ".cr3", ".crw", ".dcr", ".dng", ".erf"),
        *(".fff", ".iiq", ".kdc", ".mef", ".mos", ".mrw", ".nef", ".nrw"),
        *(".orf", ".pef", ".raf", ".raw", ".rw2", ".rwl", ".sr2", ".srf"),
        *(".srw", ".x3f"),
    )
)
"""Of raw photographs, which are often TIFF files with a small preview first."""


def file_kind(head: bytes, name: str = "") -> FileKind | None:
    """Tells what a file is that is no picture Pillow reads by itself; None if unknown.

    Args:
      head: its first bytes, `HEAD` of them if there are so many.
      name: of it: raw photographs of many cameras are told by its end only.
    """
    for test, kind in _TESTS:
        if test(head):
            return kind
    suffix = name[name.rfind(".") :].lower() if "." in name else ""
    return RAW if suffix in RAW_SUFFIXES else None
