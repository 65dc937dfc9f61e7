import pytest

from jaxgan import data
from jaxgan.data.file_kind import HEAD, file_kind
from jaxgan.data.file_name import shown
from jaxgan.data.image_file import decode

BOX = b"\0\0\0\x20ftyp"
KINDS = {
    "a.heic": (BOX + b"heic\0\0\0\0mif1heic", "a HEIC picture"),
    "b.heif": (BOX + b"mif1\0\0\0\0mif1heic", "a HEIC picture"),
    "c.jxl": (b"\xff\x0a" + bytes(9), "a JPEG XL picture"),
    "d.jxl": (b"\0\0\0\x0cJXL \r\n\x87\n", "a JPEG XL picture"),
    "e.cr3": (BOX + b"crx \0\0\0\1", "a raw photograph"),
    "f.cr2": (b"II*\0\x10\0\0\0CR\2\0" + bytes(9), "a raw photograph"),
    "g.NEF": (b"MM\0*" + bytes(99), "a raw photograph"),
    "h.raf": (b"FUJIFILMCCD-RAW 0201", "a raw photograph"),
    "i.psd": (b"8BPS\0\1" + bytes(30), "a Photoshop document"),
    "j.svg": (b'<?xml version="1.0"?>\n<!-- x -->\n<svg xmlns="', "an SVG drawing"),
    "k.jpg": (b"<!DOCTYPE html><html>", "a web page and no picture"),
    "l.png": (b"version https://git-lfs.github.com/spec/v1\n", "a pointer of Git LFS"),
    "m.mp4": (BOX + b"isom\0\0\2\0isom", "a video"),
    "n.mov": (b"\0\0\0\x14ftypqt  \0\0\0\0", "a video"),
    "o.mkv": (b"\x1aE\xdf\xa3\1\0\0\0", "a video"),
    "p.avi": (b"RIFF\0\0\0\0AVI LIST", "a video"),
    "q.zip": (b"PK\3\4" + bytes(30), "an archive"),
    "r.tar.gz": (b"\x1f\x8b\x08", "an archive"),
    "s.tar": (b"a".ljust(257, b"\0") + b"ustar", "an archive"),
    "t.eps": (b"%!PS-Adobe-3.0 EPSF-3.0\n", "PostScript or PDF, which is a program"),
    "u.pdf": (b"%PDF-1.7\n", "PostScript or PDF, which is a program"),
    "v.npy": (b"\x93NUMPY\1\0", "an array of NumPy"),
    "w.dcm": (bytes(128) + b"DICM", "a medical image"),
    "x.exr": (b"v/1\1\2\0\0\0", "a picture of floating-point pixels"),
    "y.hdr": (b"#?RADIANCE\n", "a picture of floating-point pixels"),
}


@pytest.mark.parametrize("name", KINDS)
def test_files_are_called_what_they_are(name):
    contents, kind = KINDS[name]
    with pytest.raises(data.DataError, match=rf"^{name}: {kind}[^;]*; .*\w") as caught:
        decode(contents, name, 4, 3)
    assert "not an image" not in str(caught.value)
    # Whatever name a file was given, but for cameras' that are told by it.
    if name != "g.NEF":
        assert file_kind(contents[:HEAD], "a.png") == file_kind(contents, name)


@pytest.mark.parametrize("contents", [b"", b"hello", b"{}", bytes(300), b"<svgx", b"P"])
def test_others_are_no_images(contents):
    assert file_kind(contents, "a.png") is None
    with pytest.raises(data.DataError, match=r"^a.png: not an image; remove it$"):
        decode(contents, "a.png", 4, 3)


def test_no_text_keeps_one_waiting():
    """Comments may be parted in one way only: else these would take for ever."""
    assert file_kind(b"<!---->" * 500) is None
    assert file_kind(b"<!-- - -- a -->" * 9 + b"<svg>") is not None


def test_names_are_shown_in_any_terminal():
    assert shown("Café – 猫.png") == "Café – 猫.png"
    assert shown("a\x1b[1m\n\udce9\u202e") == "a\\x1b[1m\\n\\xe9\\u202e"
