import os
import pathlib
import shutil
import socket
import zipfile

import numpy as np
import pytest
from PIL import Image

from jaxgan import data
from jaxgan.data import decoded_images

COLOURS = {"cat/b.png": 10, "cat/a.jpg": 20, "dog/deep/c.png": 30, "ant/d.bmp": 40}


def save(path, grey=0, side=4):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (side, side + 2), (grey,) * 3).save(path)
    return path


def zipped(folder, path, inside=""):
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_fifo():
                continue
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
    monkeypatch.setattr(decoded_images, "decode", forbid)
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
    # What was decoded waits for the next try.
    assert all(file.name.startswith(".") for file in own_cache.glob("*"))


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
    with pytest.raises(data.DataError, match="path: saw '', wanted a folder or"):
        data.folder("", 2)
    with pytest.raises(data.DataError, match=r"cannot be read \(embedded null byte\)"):
        data.folder("a\0b", 2)


def test_refuses_broken_link(pets):
    (pets / "cat/z.png").symlink_to(pets / "gone.png")
    with pytest.raises(data.DataError, match=r"cat/z.png: cannot be read \(No such"):
        data.folder(pets, 2)


def test_all_bad_files_are_named_at_once(pets, tmp_path):
    for number in range(14):
        (pets / f"cat/x{number:02}.png").write_bytes(b"?")
    for path in (pets, zipped(pets, tmp_path / "pets.zip")):
        with pytest.raises(data.DataError) as caught:
            data.folder(path, 2)
        first, *lines = str(caught.value).split("\n")
        assert first == f"{path}: 14 of 18 files cannot be used:"
        assert lines[:12] == [
            f"  cat/x{n:02}.png: not an image; remove it" for n in range(12)
        ]
        assert lines[12] == "  and 2 more"
        assert "--skip-bad" in lines[13]
        assert len(lines) == 14


@pytest.mark.parametrize("wanted", ["argument", "context"])
def test_bad_files_are_left_out(pets, tmp_path, monkeypatch, wanted):
    (pets / "cat/aa.png").write_bytes(b"?")
    os.mkfifo(pets / "dog/pipe")
    sound = data.folder

    def skipping(path):
        if wanted == "argument":
            return sound(path, 2, skip_bad=True)
        with data.skipping_bad():
            return sound(path, 2)

    for path, bad in ((pets, 2), (zipped(pets, tmp_path / "pets.zip"), 1)):
        for _ in range(2):
            with pytest.warns(UserWarning, match=rf"{bad} of \d files are left out"):
                source = skipping(path)
            assert contents(source) == ([40, 20, 10, 30], [0, 1, 1, 2])
            monkeypatch.setattr(decoded_images, "decode", forbid)
        monkeypatch.undo()
        monkeypatch.setenv("JAXGAN_CACHE", str(tmp_path / "own-cache"))
    with pytest.raises(data.DataError, match="cannot be used"):
        data.folder(pets, 2)
    with pytest.raises(data.DataError, match="cannot be used"), data.skipping_bad():
        data.folder(pets, 2, skip_bad=False)


def test_left_out_as_if_they_were_not_there(pets):
    """The images that are left are those of the folder without the bad files."""
    whole = data.folder(pets, 2)
    (pets / "cat/aa.png").write_bytes(b"?")
    with pytest.warns(UserWarning, match="left out"):
        rest = data.folder(pets, 2, skip_bad=True)
    np.testing.assert_array_equal(rest.values, whole.values)
    np.testing.assert_array_equal(rest.labels, whole.labels)
    assert rest.values.filename == whole.values.filename


def test_refuses_a_class_of_bad_files_only(pets):
    (pets / "bird").mkdir()
    (pets / "bird/a.png").write_bytes(b"?")
    with (
        pytest.warns(UserWarning, match="left out"),
        pytest.raises(data.DataError, match="pets/bird: a class without images"),
    ):
        data.folder(pets, 2, skip_bad=True)
    for path in pets.rglob("*.*"):
        path.write_bytes(b"?")
    with pytest.raises(data.DataError, match=r"5 of 5 files cannot be used"):
        data.folder(pets, 2, skip_bad=True)


def test_a_page_beside_the_classes_is_no_picture(pets):
    """What is no picture has no label to miss."""
    (pets / "labels.csv").write_text("name,label")
    with pytest.raises(data.DataError, match=r"labels.csv: not an image; remove it$"):
        data.folder(pets, 2)
    with pytest.warns(UserWarning, match="labels.csv"):
        assert data.folder(pets, 2, skip_bad=True).classes == ("ant", "cat", "dog")
    shutil.copy(pets / "cat/b.png", pets / "labels.csv")  # a picture after all
    with pytest.raises(data.DataError, match=r"labels.csv: missing label"):
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
        ({"labels": "all"}, "labels: saw 'all', wanted 'auto' or 'none' or "),
    ],
)
def test_refuses_arguments(pets, options, message):
    with pytest.raises(data.DataError, match=message):
        data.folder(pets, **{"size": 2, **options})


@pytest.mark.parametrize("mode", ["none", "optional"])
def test_unlabelled_use_never_fails_on_how_folders_lie(pets, tmp_path, mode):
    save(pets / "loose.png", 50)
    (pets / "empty/deep").mkdir(parents=True)
    for path in (pets, zipped(pets, tmp_path / "pets.zip", "around/")):
        source = data.folder(path, 2, labels=mode)
        assert contents(source) == ([40, 20, 10, 30, 50], [])
        with pytest.raises(data.DataError, match=r"class without images|missing label"):
            data.folder(path, 2)


def test_labels_if_there_are_any(pets):
    assert contents(data.folder(pets, 2, labels="optional"))[1] == [0, 1, 1, 2]


def test_empty_folders_beside_images_are_no_classes(tmp_path):
    save(tmp_path / "flat/a.png", 3)
    (tmp_path / "flat/later").mkdir()
    assert contents(data.folder(tmp_path / "flat", 2)) == ([3], [])


def test_folders_around_all_classes_are_none(pets, tmp_path):
    """What unpacks a Kaggle zip makes one folder in another."""
    outer = tmp_path / "archive" / "data"
    outer.parent.mkdir()
    pets.rename(outer)
    for path in (outer.parent, zipped(outer.parent, tmp_path / "x.zip", "x/")):
        source = data.folder(path, 2)
        assert source.classes == ("ant", "cat", "dog")
        assert contents(source) == ([40, 20, 10, 30], [0, 1, 1, 2])


def test_links_in_circles(pets):
    (pets / "cat/up").symlink_to(pets, target_is_directory=True)
    (pets / "dog/self").symlink_to("self")
    with pytest.raises(data.DataError, match=r"dog/self: cannot be read \(Too many"):
        data.folder(pets, 2)
    (pets / "dog/self").unlink()
    assert data.folder(pets, 2).size == 4


def test_what_is_no_file_is_not_opened(pets, monkeypatch):
    listening = socket.socket(socket.AF_UNIX)
    with listening:
        os.mkfifo(pets / "cat/pipe")
        with monkeypatch.context() as patch:
            patch.chdir(pets / "cat")  # whole paths may be too long
            listening.bind("socket")
        (pets / "cat/zero").symlink_to("/dev/zero")
        with pytest.raises(data.DataError) as caught:
            data.folder(pets, 2)
    for name, kind in (
        ("pipe", "named pipe"),
        ("socket", "socket"),
        ("zero", "device"),
    ):
        assert f"  cat/{name}: a {kind} and no file; remove it" in str(caught.value)
    for path in (pets / "cat/pipe", "/dev/zero"):
        with pytest.raises(data.DataError, match=r"wanted a folder or .zip of images"):
            data.folder(path, 2)


def test_names_that_are_no_text(tmp_path):
    """Bytes that are no UTF-8, and names that would colour a terminal."""
    for number, name in enumerate((b"caf\xe9", b"a\nb", b"\x1b[31mred")):
        path = os.path.join(os.fsencode(tmp_path), b"top", name, b"\xff.png")
        save(pathlib.Path(os.fsdecode(path)), number)
    source = data.folder(tmp_path / "top", 2)
    assert source.classes == ("\\x1b[31mred", "a\\nb", "caf\\xe9")
    assert contents(source) == ([2, 1, 0], [0, 1, 2])
    os.truncate(path, 30)
    with pytest.raises(data.DataError, match=r"red/\\xff.png: not an image") as caught:
        data.folder(tmp_path / "top", 2)
    assert str(caught.value).isprintable()
