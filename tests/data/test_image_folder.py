import os
import shutil
import zipfile

import numpy as np
import pytest
from PIL import Image

from jaxgan import data
from jaxgan.data import image_folder

COLOURS = {"cat/b.png": 10, "cat/a.jpg": 20, "dog/deep/c.png": 30, "ant/d.bmp": 40}


def save(path, grey=0, side=4):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (side, side + 2), (grey,) * 3).save(path)
    return path


def zipped(folder, path, inside=""):
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.rglob("*")):
            archive.write(file, inside + str(file.relative_to(folder)))
    return path


@pytest.fixture
def pets(tmp_path):
    top = tmp_path / "pets"
    for number, (name, grey) in enumerate(COLOURS.items()):
        save(top / name, grey, side=number + 3)
    return top


def contents(source):
    sample = source.examples(np.arange(source.size))
    greys = np.rint((sample.value.mean(axis=(1, 2, 3)) + 1) * 127.5).astype(int)
    return greys.tolist(), np.asarray(sample.given).tolist()


def test_sub_folders_are_classes(pets):
    source = data.folder(pets, 2)
    assert (source.size, source.shape) == (4, (2, 2, 3))
    assert source.classes == ("ant", "cat", "dog")
    assert contents(source) == ([40, 20, 10, 30], [0, 1, 1, 2])


def test_grey(pets):
    source = data.folder(str(pets), 2, 1)
    assert source.shape == (2, 2, 1)
    assert contents(source)[0] == [40, 20, 10, 30]


@pytest.mark.parametrize("inside", ["", "wrapped/"])
def test_zip_is_as_its_folder(pets, tmp_path, inside):
    one = data.folder(pets, 5)
    other = data.folder(zipped(pets, tmp_path / "pets.zip", inside), 5)
    np.testing.assert_array_equal(one.values, other.values)
    np.testing.assert_array_equal(one.labels, other.labels)
    assert one.classes == other.classes


@pytest.mark.parametrize("inside", ["", "wrapped/"])
def test_without_sub_folders_unlabelled(tmp_path, inside):
    save(tmp_path / "flat" / "b.png", 1)
    save(tmp_path / "flat" / "a.png", 2)
    for path in (
        tmp_path / "flat",
        zipped(tmp_path / "flat", tmp_path / "f.zip", inside),
    ):
        source = data.folder(path, 2)
        assert source.classes == ()
        assert contents(source) == ([2, 1], [])


def test_labels_none(pets, tmp_path):
    save(pets / "loose.png", 50)
    (pets / "empty").mkdir()
    for path in (pets, zipped(pets, tmp_path / "pets.zip")):
        source = data.folder(path, 2, labels="none")
        assert source.classes == ()
        assert contents(source) == ([40, 20, 10, 30, 50], [])


def test_clutter_is_skipped(pets, tmp_path):
    for name in (".DS_Store", "cat/Thumbs.db", "__MACOSX/cat/._b.png", ".git/x.png"):
        (pets / name).parent.mkdir(parents=True, exist_ok=True)
        (pets / name).write_bytes(b"clutter")
    for path in (pets, zipped(pets, tmp_path / "pets.zip")):
        assert data.folder(path, 2).size == 4


def forbid(*arguments):
    raise AssertionError("decoded again")


def test_second_start_decodes_nothing(pets, tmp_path, monkeypatch):
    archive = zipped(pets, tmp_path / "pets.zip")
    first = [data.folder(path, 2) for path in (pets, archive)]
    monkeypatch.setattr(image_folder, "decode", forbid)
    for path, before in zip((pets, archive), first):
        again = data.folder(path, 2)
        np.testing.assert_array_equal(again.values, before.values)
        np.testing.assert_array_equal(again.labels, before.labels)
    # A zip may move.
    data.folder(shutil.move(archive, tmp_path / "moved.zip"), 2)
    for arguments in ((3,), (2, 1)):
        with pytest.raises(AssertionError, match="decoded again"):
            data.folder(pets, *arguments)


def test_changes_are_seen(pets, tmp_path):
    path = tmp_path / "pets.zip"
    data.folder(pets, 2)
    data.folder(zipped(pets, path), 2)
    file = pets / "cat/b.png"
    before = file.stat()
    save(file, 99, side=3)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    assert contents(data.folder(pets, 2))[0] == [40, 20, 99, 30]
    assert contents(data.folder(zipped(pets, path), 2))[0] == [40, 20, 99, 30]
    file.rename(pets / "dog/b.png")
    assert contents(data.folder(pets, 2)) == ([40, 20, 99, 30], [0, 1, 2, 2])
    (pets / "dog/b.png").unlink()
    assert contents(data.folder(pets, 2)) == ([40, 20, 30], [0, 1, 2])


def test_two_folders_of_equal_sizes_and_dates(tmp_path):
    for name, grey in (("one", 5), ("two", 6)):
        file = save(tmp_path / name / "a.bmp", grey)
        os.utime(file, ns=(0, 0))
    assert contents(data.folder(tmp_path / "one", 2))[0] == [5]
    assert contents(data.folder(tmp_path / "two", 2))[0] == [6]


def test_own_cache_folder(pets, tmp_path, own_cache):
    data.folder(pets, 2, cache_dir=tmp_path / "here")
    assert len(list((tmp_path / "here").iterdir())) == 1
    assert not own_cache.exists()


def test_unwritable_cache(pets, tmp_path):
    (tmp_path / "file").touch()
    with pytest.warns(UserWarning, match="cannot be written, not cached"):
        source = data.folder(pets, 2, cache_dir=tmp_path / "file")
    assert contents(source) == ([40, 20, 10, 30], [0, 1, 1, 2])


@pytest.mark.parametrize(
    ("name", "bytes_", "message"),
    [
        ("cat/notes.txt", b"hello", "cat/notes.txt: not an image; remove it"),
        ("cat/e.png", b"", "cat/e.png: not an image; remove it"),
        ("cat/e.png", b"\x89PNG\r\n\x1a\n1234", "cat/e.png: .*remove it"),
        ("e.png", b"", "e.png: missing label.*move it into one, or give labels='none'"),
    ],
)
def test_refuses_a_file(pets, tmp_path, own_cache, name, bytes_, message):
    (pets / name).write_bytes(bytes_)
    with pytest.raises(data.DataError, match=f"^{pets}/{message}$"):
        data.folder(pets, 2)
    archive = zipped(pets, tmp_path / "pets.zip")
    with pytest.raises(data.DataError, match=f"^{archive}:{message}$"):
        data.folder(archive, 2)
    assert not list(own_cache.glob("*"))


def test_refuses_truncated(pets):
    file = pets / "cat/a.jpg"
    file.write_bytes(file.read_bytes()[:-30])
    with pytest.raises(data.DataError, match=r"cat/a.jpg: damaged.*remove or replace"):
        data.folder(pets, 2)


def test_refuses_empty_class(pets, tmp_path):
    (pets / "bird").mkdir()
    with pytest.raises(data.DataError, match="pets/bird: a class without images; fill"):
        data.folder(pets, 2)
    with pytest.raises(data.DataError, match=r"zip:bird: a class without images; fill"):
        data.folder(zipped(pets, tmp_path / "pets.zip"), 2)


def test_refuses_paths(tmp_path):
    with pytest.raises(data.DataError, match="gone: does not exist"):
        data.folder(tmp_path / "gone", 2)
    with pytest.raises(data.DataError, match="saw no files in it"):
        data.folder(tmp_path, 2)
    with pytest.raises(data.DataError, match=r"a.png: a file that is no zip"):
        data.folder(save(tmp_path / "a.png"), 2)
    with pytest.raises(data.DataError, match="saw no files in it"):
        data.folder(zipped(tmp_path / "gone", tmp_path / "empty.zip"), 2)


def test_refuses_broken_link(pets):
    (pets / "cat/z.png").symlink_to(pets / "gone.png")
    with pytest.raises(data.DataError, match=r"cat/z.png: cannot be read \(No such"):
        data.folder(pets, 2)


def test_refuses_damaged_zip(pets, tmp_path):
    path = zipped(pets, tmp_path / "pets.zip")
    bytes_ = bytearray(path.read_bytes())
    place = bytes_.index(b"\x89PNG")
    bytes_[place + 20 : place + 24] = b"????"
    path.write_bytes(bytes_)
    with pytest.raises(data.DataError, match=r"pets.zip:.*png: .*; .*replace it"):
        data.folder(path, 2)
    end = bytes_.index(b"PK\x01\x02")
    bytes_[end : end + 4] = b"????"
    path.write_bytes(bytes_)
    with pytest.raises(data.DataError, match=r"pets.zip: a damaged zip.*replace it"):
        data.folder(path, 2)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"size": 0}, "size: saw 0, wanted an integer, at least 1"),
        ({"size": 2.0}, "size: saw 2.0"),
        ({"size": True}, "size: saw True"),
        ({"channels": 4}, r"channels: saw 4, wanted 1 \(grey\) or 3 \(colour\)"),
        ({"labels": "all"}, "labels: saw 'all', wanted 'auto' or 'none'"),
    ],
)
def test_refuses_arguments(pets, options, message):
    with pytest.raises(data.DataError, match=message):
        data.folder(pets, **{"size": 2, **options})
