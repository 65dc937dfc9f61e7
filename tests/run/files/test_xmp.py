"""Packets in files: they are found again, and nothing else of the files changes."""

import io
import xml.etree.ElementTree as ElementTree
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageSequence

from jaxgan.run.files import xmp

TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=300)
STILL = {
    "a.png": {},
    "a.jpg": {"quality": 90},
    "a.jpeg": {"exif": Image.Exif(), "dpi": (72, 72)},
    "a.webp": {"lossless": True},
    "a.tif": {},
    "a.TIFF": {"compression": "tiff_deflate"},
}
MOVING = {"a.gif": {}, "b.webp": {"lossless": True}}
MODES = ("L", "RGB", "RGBA")


def drawn(height=5, width=7, channels=3, seed=0):
    shape = (height, width, channels) if channels > 1 else (height, width)
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


def frames(path):
    with Image.open(path) as image:
        return [
            np.asarray(frame.convert("RGBA")) for frame in ImageSequence.Iterator(image)
        ]


def moves(path):
    with Image.open(path) as image:
        image.load()
        return [image.info.get(name) for name in ("loop", "duration")]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", STILL)
def test_pictures_stay_and_the_record_is_found(tmp_path, name, mode):
    if name.startswith("a.j") and mode == "RGBA":
        mode = "RGB"
    path, record = tmp_path / name, 'ψ = 0.7 & <"b">'
    channels = {"L": 1, "RGB": 3, "RGBA": 4}[mode]
    Image.fromarray(drawn(channels=channels)).save(path, **STILL[name])
    before = frames(path)
    with Image.open(path) as image:
        mode = image.mode  # WebP has no grey
    assert xmp.record_in(path) is None
    xmp.embed(path, xmp.packet(record, "trainedAlgorithmicMedia", "jaxgan 1"))
    np.testing.assert_array_equal(frames(path), before)
    assert xmp.record_in(path) == record
    with Image.open(path) as image:
        image.load()
        assert image.mode == mode
        found = image.info.get("xmp")
        if found is None:
            found = image.getexif()[700]
    words = {
        one.tag.split("}")[1]: one.text for one in ElementTree.fromstring(found).iter()
    }
    assert words["DigitalSourceType"] == xmp.SOURCE_TYPES + "trainedAlgorithmicMedia"
    assert (words["CreatorTool"], words["record"]) == ("jaxgan 1", record)


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("name", MOVING)
def test_animations_stay(tmp_path, name, count):
    path = tmp_path / name
    first, *rest = [Image.fromarray(drawn(seed=seed)) for seed in range(count)]
    first.save(
        path, save_all=True, append_images=rest, duration=70, loop=0, **MOVING[name]
    )
    before, how = frames(path), moves(path)
    xmp.embed(path, xmp.packet("record", "x", "tool"))
    np.testing.assert_array_equal(frames(path), before)
    assert len(before) == count
    assert xmp.record_in(path) == "record"
    assert moves(path) == how


@given(TEXTS)
def test_any_text_comes_back(tmp_path_factory, record):
    path = tmp_path_factory.mktemp("xmp") / "a.png"
    Image.fromarray(drawn()).save(path)
    xmp.embed(path, xmp.packet(record, "x", "tool"))
    assert xmp.record_in(path) == record


def test_arrays_get_a_field(tmp_path):
    path = tmp_path / "a.npz"
    value = np.arange(6.0, dtype=np.float32)
    np.savez(path, value=value)
    xmp.embed(path, xmp.packet("ψ & <", "x", "tool"))
    assert xmp.record_in(path) == "ψ & <"
    with np.load(path, allow_pickle=False) as arrays:
        assert set(arrays.files) == {"value", xmp.FIELD}
        np.testing.assert_array_equal(arrays["value"], value)
    assert zipfile.ZipFile(path).testzip() is None


def test_mp4_gets_a_box_at_its_end(tmp_path):
    path = tmp_path / "a.mp4"
    content = b"\0\0\0\x10ftypisom\0\0\0\0" + b"\0\0\0\x08mdat"
    path.write_bytes(content)
    xmp.embed(path, xmp.packet("record", "x", "tool"))
    assert xmp.record_in(path) == "record"
    assert xmp.without_packet(path) == content
    added = path.read_bytes()[len(content) :]
    assert int.from_bytes(added[:4], "big") == len(added)
    assert added[4:8] == b"uuid"


def test_other_files_have_it_beside_them(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("x,y\n1,2\n")
    xmp.embed(path, xmp.packet("record", "x", "tool"))
    assert path.read_text() == "x,y\n1,2\n"
    assert (tmp_path / "a.csv.xmp").is_file()
    assert xmp.record_in(path) == "record"


@pytest.mark.parametrize("suffix", [".png", ".gif", ".jpg", ".webp", ".tif", ".mp4"])
def test_a_file_of_another_format_is_refused_and_stays(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    path.write_bytes(b"something else altogether")
    with pytest.raises(ValueError, match="wanted"):
        xmp.embed(path, xmp.packet("record", "x", "tool"))
    assert path.read_bytes() == b"something else altogether"
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_png_chunks_have_their_checksums(tmp_path):
    path = tmp_path / "a.png"
    Image.fromarray(drawn()).save(path)
    xmp.embed(path, xmp.packet("record", "x", "tool"))
    with Image.open(io.BytesIO(path.read_bytes())) as image:
        image.verify()
