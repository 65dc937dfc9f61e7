"""What is decoded once is not decoded again."""

import importlib
import os
import pathlib
import signal
import subprocess
import sys
import threading
import time

import pytest
from PIL import Image

from jaxgan import data
from jaxgan.data import decoded_images, draft


@pytest.fixture
def pictures(tmp_path):
    """A folder of twenty images, each of its own grey."""
    top = tmp_path / "pictures"
    top.mkdir()
    for number in range(20):
        Image.new("L", (3, 3), number).save(top / f"{number:02}.png")
    return top


@pytest.fixture
def decoded(monkeypatch):
    """The names of files as they are decoded."""
    names, real = [], decoded_images.decode

    def noted(contents, name, *rest):
        names.append(pathlib.PurePath(name).name)
        return real(contents, name, *rest)

    monkeypatch.setattr(decoded_images, "decode", noted)
    return names


def greys(source):
    return source.values[:, 0, 0, 0].tolist()


def drafts(folder):
    return [path for path in folder.glob("*") if path.name.startswith(".")]


def interrupt(monkeypatch, name, error):
    """Makes the decoding of one file raise."""
    real = decoded_images.decode

    def failing(contents, place, *rest):
        if place.endswith(name):
            raise error
        return real(contents, place, *rest)

    monkeypatch.setattr(decoded_images, "decode", failing)


def test_goes_on_after_an_interruption(pictures, own_cache, monkeypatch, decoded):
    monkeypatch.setattr(decoded_images, "BLOCK", 1)
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    with monkeypatch.context() as patch:
        interrupt(patch, "12.png", KeyboardInterrupt())
        with pytest.raises(KeyboardInterrupt):
            data.folder(pictures, 2, 1)
    assert len(drafts(own_cache)) == 1
    before = decoded[:12]
    decoded.clear()
    assert greys(data.folder(pictures, 2, 1)) == list(range(20))
    assert set(decoded).isdisjoint(before)
    assert not drafts(own_cache)


@pytest.mark.parametrize("mend", ["replace", "remove", "skip"])
def test_good_ones_are_not_decoded_again(pictures, own_cache, decoded, mend):
    for name in ("03.png", "07.png"):
        (pictures / name).write_bytes(b"?")
    for _ in range(2):
        with pytest.raises(data.DataError, match=r"2 of 20 files cannot be used"):
            data.folder(pictures, 2, 1)
    assert sorted(decoded)[:5] == ["00.png", "01.png", "02.png", "03.png", "03.png"]
    assert len(decoded) == 22
    decoded.clear()
    wanted = [n for n in range(20) if n not in (3, 7)]
    if mend == "replace":
        Image.new("L", (3, 3), 90).save(pictures / "03.png")
        (pictures / "07.png").unlink()
        (pictures / "new.png").write_bytes((pictures / "01.png").read_bytes())
        wanted = [0, 1, 2, 90, *wanted[3:], 1]
        assert greys(data.folder(pictures, 2, 1)) == wanted
        assert sorted(decoded) == ["03.png", "new.png"]
    elif mend == "remove":
        (pictures / "03.png").unlink()
        (pictures / "07.png").unlink()
        assert greys(data.folder(pictures, 2, 1)) == wanted
        assert not decoded
    else:
        with pytest.warns(UserWarning, match="2 of 20 files are left out"):
            assert greys(data.folder(pictures, 2, 1, skip_bad=True)) == wanted
        assert sorted(decoded) == ["03.png", "07.png"]
    assert not drafts(own_cache)


def test_other_sizes_are_not_mixed_up(pictures, decoded):
    (pictures / "03.png").write_bytes(b"?")
    for arguments in ((2, 1), (3, 1), (2, 3)):
        decoded.clear()
        with pytest.raises(data.DataError, match=r"03.png: not an image"):
            data.folder(pictures, *arguments)
        assert len(decoded) == 20  # what was left of another is gone


@pytest.mark.parametrize("damage", ["cut", "other bytes", "empty"])
def test_what_is_left_may_be_damaged(pictures, own_cache, damage):
    (pictures / "03.png").write_bytes(b"?")
    with pytest.raises(data.DataError, match=r"03.png: not an image"):
        data.folder(pictures, 2, 1)
    (path,) = drafts(own_cache)
    content = path.read_bytes()
    changed = {"cut": content[:-9], "other bytes": b"?" * 300, "empty": b""}[damage]
    path.write_bytes(changed)
    (pictures / "03.png").unlink()
    wanted = [n for n in range(20) if n != 3]
    assert greys(data.folder(pictures, 2, 1)) == wanted


def test_keeps_nothing_if_nothing_was_decoded(pictures, own_cache):
    for path in pictures.iterdir():
        path.write_bytes(b"?")
    with pytest.raises(data.DataError, match=r"20 of 20 files"):
        data.folder(pictures, 2)
    assert not list(own_cache.iterdir())


SCRIPT = """
import sys, time
from jaxgan import data
from jaxgan.data import decoded_images
real = decoded_images.decode
def slow(contents, name, *rest):
    time.sleep(0.02 if name.endswith("00.png") else float(sys.argv[2]))
    return real(contents, name, *rest)
decoded_images.decode, decoded_images.BLOCK, decoded_images.SECONDS = slow, 1, 0.0
print(data.folder(sys.argv[1], 2, 1).size)
"""


def start(pictures, seconds):
    code = [sys.executable, "-c", SCRIPT, str(pictures), str(seconds)]
    return subprocess.Popen(code, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def wait_for(found):
    until = time.monotonic() + 60
    while not found() and time.monotonic() < until:
        time.sleep(0.02)
    assert found()


def test_what_killed_processes_leave(pictures, own_cache, decoded, tmp_path):
    """It is gone on with by the same, and removed by any other, but not from alive."""
    with start(pictures, 60) as process:
        wait_for(lambda: own_cache.exists() and drafts(own_cache))
        wait_for(lambda: any(p.stat().st_size > 300 for p in drafts(own_cache)))
        other = tmp_path / "other"
        other.mkdir()
        Image.new("L", (3, 3), 5).save(other / "a.png")
        data.folder(other, 2, 1)
        assert len(drafts(own_cache)) == 1  # of a process that is alive
        process.send_signal(signal.SIGKILL)
    left = drafts(own_cache)
    assert len(left) == 1
    data.folder(other, 3, 1)
    assert not drafts(own_cache)


def test_two_processes_decode_once(pictures, own_cache, decoded, capfd):
    with start(pictures, 0.05) as process:
        wait_for(lambda: own_cache.exists() and drafts(own_cache))
        source = data.folder(pictures, 2, 1)
        assert process.communicate()[0] == b"20\n"
    assert greys(source) == list(range(20))
    assert not decoded
    assert "waiting for another process: decoding" in capfd.readouterr().err
    assert not drafts(own_cache)


def test_threads_of_a_process_decode_once(pictures, own_cache, decoded):
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(data.folder(pictures, 2, 1)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [greys(one) for one in found] == [list(range(20))] * 4
    assert len(decoded) == 20


def test_where_files_cannot_be_locked(pictures, own_cache, monkeypatch, decoded):
    monkeypatch.setattr(draft, "fcntl", None)
    (pictures / "03.png").write_bytes(b"?")
    with pytest.raises(data.DataError, match=r"03.png: not an image"):
        data.folder(pictures, 2, 1)
    assert not drafts(own_cache)
    (pictures / "03.png").unlink()
    assert data.folder(pictures, 2, 1).size == 19


def test_a_full_disk(pictures, own_cache, monkeypatch):
    def full(*arguments):
        raise OSError(28, "No space left on device")

    (pictures / "03.png").write_bytes(b"?")
    monkeypatch.setattr(os, "posix_fallocate", full)
    with pytest.warns(UserWarning, match=r"No space left|left out") as told:
        source = data.folder(pictures, 2, 1, skip_bad=True)
    assert len(told) == 2
    assert not drafts(own_cache)
    assert greys(source) == [n for n in range(20) if n != 3]


def test_files_too_large_are_not_read(pictures, monkeypatch):
    monkeypatch.setattr(decoded_images, "LARGEST", 50)
    (pictures / "film.mp4").write_bytes(b"\0\0\0\x20ftypisom" + bytes(99))
    with pytest.raises(data.DataError) as caught:
        data.folder(pictures, 2)
    assert "21 of 21" in str(caught.value)
    assert "00.png: saw " in str(caught.value)
    for other in pictures.glob("*.png"):
        other.unlink()
    with pytest.raises(data.DataError, match=r"film.mp4: a video; write its frames"):
        data.folder(pictures, 2)


@pytest.mark.parametrize("skip_bad", [False, True])
def test_what_is_not_the_files_fault_ends_it(
    pictures, own_cache, monkeypatch, decoded, skip_bad
):
    """Files are not taken for bad because too many are open."""
    real = decoded_images.contents

    def failing(entry, read):
        if entry.name == "12.png":
            raise OSError(24, "Too many open files", entry.place)
        return real(entry, read)

    with monkeypatch.context() as patch:
        patch.setattr(decoded_images, "contents", failing)
        with pytest.raises(data.DataError, match=r"12.png: cannot be read now \(Too m"):
            data.folder(pictures, 2, 1, skip_bad=skip_bad)
    assert greys(data.folder(pictures, 2, 1, skip_bad=skip_bad)) == list(range(20))
    assert not drafts(own_cache)


def test_a_file_that_may_not_be_read(pictures, monkeypatch):
    def failing(entry, read):
        raise PermissionError(13, "Permission denied", entry.place)

    (pictures / "folder").mkdir()
    image_listing = importlib.import_module("jaxgan.data.image_listing")
    monkeypatch.setattr(image_listing, "_read", failing)
    with pytest.raises(data.DataError, match=r"\(Permission denied\); replace it"):
        data.folder(pictures, 2)
