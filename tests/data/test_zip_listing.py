"""Zips as others write them, and as nobody should."""

import io
import pathlib
import struct
import zipfile

import numpy as np
import pytest
from PIL import Image

from jaxgan import data
from jaxgan.data import zip_listing


def png(grey):
    out = io.BytesIO()
    Image.new("RGB", (3, 3), (grey,) * 3).save(out, "PNG")
    return out.getvalue()


def packed(path, members, method=zipfile.ZIP_DEFLATED):
    """A zip of names, or of records, and contents."""
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path


def greys(source):
    return [int(image.mean()) for image in source.values]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "pictures.zip"


def test_backslashes_part_names(path):
    names = ["top\\", "top\\cat\\", "top\\cat\\1.png", "top\\dog\\deep\\2.png"]
    members = [
        (name, png(n) if name.endswith("g") else b"") for n, name in enumerate(names)
    ]
    infos = [(zipfile.ZipInfo(name), content) for name, content in members]
    for info, _ in infos:
        info.create_system = 0  # MS-DOS
    source = data.folder(packed(path, infos), 2)
    assert source.classes == ("cat", "dog")
    assert greys(source) == [2, 3]


def test_names_that_point_out_of_it(path):
    names = ["../up/cat/1.png", "/up/dog/2.png", "C:/up/dog/3.png", "./up/./owl//4.png"]
    source = data.folder(packed(path, [(n, png(9)) for n in names]), 2)
    assert source.classes == ("cat", "dog", "owl")
    assert source.labels.tolist() == [0, 1, 1, 2]


def renamed(path, names):
    """Writes other bytes, of the same number, for names in a zip."""
    content = path.read_bytes()
    for before, now in names.items():
        assert len(before) == len(now)
        assert content.count(before) == 2  # before the file, and at the end
        content = content.replace(before, now)
    path.write_bytes(content)


def test_what_macos_writes(path):
    """Its own files beside yours, and UTF-8 that is not said to be."""
    names = ["p/caf__/1.png", "__MACOSX/p/caf__/._1.png", "p/.DS_Store", "p/Icon\r"]
    members = [(n, png(5) if n.endswith("/1.png") else b"?") for n in names]
    packed(path, [*members, ("p/dog/2.png", png(6))])
    renamed(
        path,
        {f"p/caf__/{end}".encode(): f"p/café/{end}".encode() for end in ("1", ".")},
    )
    source = data.folder(path, 2)
    assert source.classes == ("café", "dog")
    assert greys(source) == [5, 6]


def test_names_of_another_code_page(path):
    """Every byte means something in code page 437, though not what was meant."""
    packed(path, [("caf_/1.png", png(5)), ("__/2.png", png(6))])
    renamed(path, {b"caf_/1": b"caf\xe9/1", b"__/2": b"\x82\xa0/2"})
    source = data.folder(path, 2)
    assert source.classes == ("cafΘ", "éá")
    assert greys(source) == [5, 6]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"flag_bits": 1}, "encrypted; unpack the zip with its password"),
        ({"compress_type": 9}, "packed by method 9, wanted Deflate"),
        ({"compress_type": 14}, "packed by method 14, wanted Deflate"),
        ({"external_attr": 0o120777 << 16}, "a link and no file; remove it"),
        ({"external_attr": 0o010644 << 16}, "a named pipe and no file; remove it"),
    ],
)
def test_members_that_cannot_be_read(path, monkeypatch, change, reason):
    packed(path, [("cat/1.png", png(1)), ("cat/2.png", png(2)), ("dog/3.png", png(3))])
    infolist = zipfile.ZipFile.infolist

    def changed(archive):
        members = infolist(archive)
        for name, value in change.items():
            setattr(members[1], name, value)
        return members

    monkeypatch.setattr(zipfile.ZipFile, "infolist", changed)
    with pytest.raises(data.DataError, match=f"zip:cat/2.png: {reason}"):
        data.folder(path, 2)
    with pytest.warns(UserWarning, match=reason):
        assert greys(data.folder(path, 2, skip_bad=True)) == [1, 3]


def test_a_zip_in_a_zip(path, tmp_path):
    inner = packed(tmp_path / "inner.zip", [("1.png", png(1))]).read_bytes()
    packed(path, [("1.png", png(1)), ("more.zip", inner)])
    with pytest.raises(data.DataError, match=r"more.zip: an archive; unpack it$"):
        data.folder(path, 2)


def directory_of(path):
    """Where the table of contents begins, and the bytes of the zip."""
    content = bytearray(path.read_bytes())
    return content, content.index(b"PK\1\2")


def test_a_header_that_claims_much(path):
    """No more is unpacked than the table of contents claims, and that is bounded."""
    packed(path, [("1.png", png(1))])
    content, start = directory_of(path)
    struct.pack_into("<I", content, start + 24, 2**31)
    path.write_bytes(content)
    with pytest.raises(data.DataError, match=r"claims to hold 2,147,483,648 bytes"):
        data.folder(path, 2)


def test_a_header_that_claims_little(path, monkeypatch):
    """Of a member that unpacks to more than it says, no more than that is unpacked."""
    packed(path, [("1.png", b"\0" * 10_000_000), ("2.png", png(2))])
    content, start = directory_of(path)
    struct.pack_into("<I", content, start + 24, 50)
    path.write_bytes(content)
    most = []
    decompress = zipfile.ZipExtFile._read1

    def watched(file, count):
        block = decompress(file, count)
        most.append(len(block))
        return block

    monkeypatch.setattr(zipfile.ZipExtFile, "_read1", watched)
    with pytest.raises(data.DataError, match=r"1.png: cannot be read \(Bad CRC-32"):
        data.folder(path, 2)
    assert max(most) <= 4096


def test_members_that_overlap(path):
    """One member, listed a thousand times, would be unpacked a thousand times."""
    packed(path, [("1.png", png(1)), ("2.png", png(2))])
    content, _ = directory_of(path)
    second = content.index(b"PK\1\2", content.index(b"PK\1\2") + 1)
    struct.pack_into("<I", content, second + 42, 0)
    path.write_bytes(content)
    with pytest.raises(data.DataError, match=r"a damaged zip \(its files overlap\)"):
        data.folder(path, 2)


@pytest.mark.parametrize("limit", ["MEMBERS", "DIRECTORY"])
def test_a_table_of_contents_that_is_too_long(path, monkeypatch, limit):
    packed(path, [(f"{number}.png", b"") for number in range(30)])
    monkeypatch.setattr(zip_listing, limit, 20)
    monkeypatch.setattr(
        zipfile.ZipFile, "__init__", lambda *_: pytest.fail("it was read")
    )
    with pytest.raises(data.DataError, match=r"a zip of more than .* files"):
        data.folder(path, 2)


def test_sixty_four_bits_and_comments_are_read(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.comment = b"a comment" * 9
        with archive.open("1.png", "w", force_zip64=True) as file:
            file.write(png(7))
    assert greys(data.folder(path, 2)) == [7]


@pytest.mark.parametrize("seed", range(3))
def test_any_damage_is_told_in_a_line(path, seed):
    """Whatever bytes of it are others: an error, or pictures, but nothing else."""
    rng = np.random.default_rng(seed)
    packed(path, [(f"a/{n}.png", png(n)) for n in range(4)])
    whole = path.read_bytes()
    for _ in range(40):
        content = bytearray(whole)
        for place in rng.integers(0, len(whole), 3):
            content[place] = rng.integers(256)
        path.write_bytes(content[: rng.integers(len(whole) // 2, len(whole) + 1)])
        told = str(path)
        try:
            assert 0 < data.folder(path, 2, labels="none").size <= 4
        except data.DataError as error:
            told = str(error)
        assert str(path) in told
        assert all(line.isprintable() for line in told.split("\n"))


def test_the_path_is_what_it_is(tmp_path):
    path = pathlib.Path(tmp_path / "pictures.7z")
    path.write_bytes(b"7z\xbc\xaf\x27\x1c" + bytes(99))
    with pytest.raises(data.DataError, match=r"no zip \(an archive; unpack it\), want"):
        data.folder(path, 2)
