"""Only what is decoded in this process is opened."""

import io
import subprocess
import sys
import types

import numpy as np
import pytest
from PIL import Image, ImageFile

from jaxgan import data
from jaxgan.data import image_format
from jaxgan.data.image_file import decode, decode_whole

GREY = Image.new("RGB", (4, 4), (90, 90, 90))
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(99)


def encoded(kind, **options):
    out = io.BytesIO()
    GREY.save(out, kind, **options)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["EPS", "PDF"])
def test_starts_no_program(monkeypatch, kind):
    contents = encoded(kind)

    def forbid(*arguments, **options):
        raise AssertionError(f"started {arguments}")

    monkeypatch.setattr(subprocess, "Popen", forbid)
    with pytest.raises(data.DataError, match="PostScript or PDF, which is a program"):
        decode(contents, "cat.png", 4, 3)


@pytest.mark.parametrize("kind", ["ICO", "PCX", "SGI", "DDS", "TGA", "PPM", "JPEG2000"])
def test_formats_that_are_decoded_here(kind):
    for name in (f"a.{kind.lower()}", "a.png"):
        if (kind, name) == ("TGA", "a.png"):  # nothing but the name tells it
            continue
        np.testing.assert_allclose(decode_whole(encoded(kind), name, 3), 90, atol=2)


class HeicFile(ImageFile.ImageFile):
    """Stands in for what the plugin registers."""

    format = "HEIF"

    def _open(self):
        self._size, self._mode = (2, 2), "RGB"

    def load(self):
        self.im = Image.new("RGB", (2, 2), (1, 2, 3)).im
        return super().load()


@pytest.fixture
def plugin(monkeypatch):
    """A module that registers HEIC, as pillow-heif does."""

    def register():
        Image.init()
        monkeypatch.setitem(Image.OPEN, "HEIF", (HeicFile, lambda head: True))

    module = types.ModuleType("pillow_heif")
    module.register_heif_opener = register  # pyright: ignore[reportAttributeAccessIssue]
    monkeypatch.setitem(sys.modules, "pillow_heif", module)
    image_format._registered.cache_clear()
    yield
    image_format._registered.cache_clear()


def test_heic_with_its_plugin(plugin):
    assert decode_whole(HEIC, "a.heic", 3)[0, 0].tolist() == [1, 2, 3]


def test_heic_without_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    image_format._registered.cache_clear()
    with pytest.raises(
        data.DataError, match="HEIC picture; pip install pillow-heif, or"
    ):
        decode_whole(HEIC, "a.heic", 3)
    image_format._registered.cache_clear()


def test_previews_of_cameras_are_no_pictures():
    """Raw photographs are TIFF files that begin with a thumbnail."""
    for tags, name in (({0xC612: b"\1\4\0\0"}, "a.tif"), ({}, "a.dng"), ({}, "A.NEF")):
        with pytest.raises(data.DataError, match="a raw photograph of a camera; devel"):
            decode(encoded("TIFF", tiffinfo=tags), name, 4, 3)
    assert decode(encoded("TIFF"), "a.tif", 4, 3).mean() == 90
