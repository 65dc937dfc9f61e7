"""Pictures of any sizes that were decoded once are not decoded again."""

import errno
import importlib
import io
import os
import pathlib
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jaxgan import data
from jaxgan.data import picture_store
from jaxgan.data.facts import facts_of
from jaxgan.data.picture_form import Decoded
from jaxgan.data.picture_log import HEADER, PictureLog
from tests.data.drawn import picture, save

NUMBER = 12


@pytest.fixture(autouse=True)
def one_by_one(monkeypatch):
    monkeypatch.setattr(picture_store, "AT_ONCE", 2)
    monkeypatch.setattr(os, "cpu_count", lambda: 1)


@pytest.fixture
def folder(tmp_path):
    """Twelve pictures, each of its own size."""
    for number in range(NUMBER):
        save(tmp_path / f"set/{number:02}.png", picture(number, 5 + number, 20))
    return tmp_path / "set"


@pytest.fixture
def decoded(monkeypatch):
    """The names of files as they are decoded."""
    names, real = [], picture_store.decode_picture

    def noted(contents, title, form):
        names.append(pathlib.PurePath(title).name)
        return real(contents, title, form)

    monkeypatch.setattr(picture_store, "decode_picture", noted)
    return names


def failing(name, error):
    """Decodes all files but one."""
    real = picture_store.decode_picture

    def decode(contents, title, form):
        if title.endswith(name):
            raise error
        return real(contents, title, form)

    return decode


def drafts(cache):
    return [path for path in cache.glob("*") if path.name.startswith(".")]


def content(source):
    """Each picture's bytes, and the fingerprint of all."""
    one = source.value
    return [one.picture(n).tobytes() for n in range(one.size)], facts_of(source)


def in_one_go(folder, tmp_path):
    return content(data.pictures(folder, 4, cache_dir=tmp_path / "other-cache"))


def test_goes_on_after_an_interruption(
    folder, own_cache, tmp_path, monkeypatch, decoded
):
    wanted = in_one_go(folder, tmp_path)
    decoded.clear()
    with monkeypatch.context() as patch:
        decode = failing("07.png", KeyboardInterrupt())
        patch.setattr(picture_store, "decode_picture", decode)
        with pytest.raises(KeyboardInterrupt):
            data.pictures(folder, 4)
    assert len(drafts(own_cache)) == 2
    before = decoded[:6]
    decoded.clear()
    assert content(data.pictures(folder, 4)) == wanted
    assert set(decoded).isdisjoint(before)
    assert not drafts(own_cache)
    kept = [set(top.glob("*.npy")) for top in (own_cache, tmp_path / "other-cache")]
    ours, theirs = ([path.read_bytes() for path in paths] for paths in kept)
    assert ours == theirs


def test_the_first_side_of_pairs_is_there_already(
    folder, own_cache, monkeypatch, decoded
):
    def pairs():
        return data.pairs(folder, made=data.gray, size=4)

    def both():
        return data.pairs(folder, folder.parent / "more", 4)

    for number in range(NUMBER):
        name = f"{number:02}.png"
        save(folder.parent / "more" / name, picture(50 + number, 5 + number, 20))
    with monkeypatch.context() as patch:
        decode = failing("more/09.png", KeyboardInterrupt())
        patch.setattr(picture_store, "decode_picture", decode)
        with pytest.raises(KeyboardInterrupt):
            both()
    decoded.clear()
    assert both().size == NUMBER
    assert min(decoded) >= "08.png"
    decoded.clear()
    assert pairs().size == NUMBER
    assert not decoded
    assert not drafts(own_cache)


@pytest.mark.parametrize("mend", ["replace", "remove", "skip"])
def test_good_ones_are_not_decoded_again(folder, own_cache, tmp_path, decoded, mend):
    for name in ("03.png", "07.png"):
        (folder / name).write_bytes(b"?")
    with pytest.raises(data.DataError, match=r"2 of 12 files cannot be used"):
        data.pictures(folder, 4)
    assert len(decoded) == NUMBER
    assert len(drafts(own_cache)) == 2
    decoded.clear()
    if mend == "skip":
        with pytest.warns(UserWarning, match="2 of 12 files are left out"):
            source = data.pictures(folder, 4, skip_bad=True)
        seen = content(source)
        assert not decoded
        for name in ("03.png", "07.png"):
            (folder / name).unlink()
    else:
        (folder / "07.png").unlink()
        if mend == "remove":
            (folder / "03.png").unlink()
        else:
            save(folder / "03.png", picture(99, 30, 31))
            save(folder / "a.png", picture(98, 6, 6))
        seen = content(data.pictures(folder, 4))
        assert decoded == (["03.png", "a.png"] if mend == "replace" else [])
    assert seen == in_one_go(folder, tmp_path)
    assert not drafts(own_cache)


def test_keeps_nothing_if_nothing_was_decoded(folder, own_cache):
    for path in folder.iterdir():
        path.write_bytes(b"?")
    with pytest.raises(data.DataError, match=r"12 of 12 files"):
        data.pictures(folder, 4)
    assert not list(own_cache.glob(".*"))
    assert not list(own_cache.glob("*.npy"))


def test_a_full_disk(folder, own_cache, monkeypatch):
    real = PictureLog.add

    def full(self, key, one):
        if self.length > 2000:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(self, key, one)

    monkeypatch.setattr(PictureLog, "add", full)
    with pytest.raises(data.DataError, match=r"No space left on device.*JAXGAN_CACHE"):
        data.pictures(folder, 4)
    assert not list(own_cache.iterdir())


def test_what_is_not_the_files_fault_ends_it(folder, monkeypatch, decoded):
    real = picture_store.contents

    def crowded(entry, read):
        if entry.name == "07.png":
            raise OSError(errno.EMFILE, "Too many open files", entry.place)
        return real(entry, read)

    with monkeypatch.context() as patch:
        patch.setattr(picture_store, "contents", crowded)
        with pytest.raises(data.DataError, match=r"07.png: cannot be read.*Too many"):
            data.pictures(folder, 4)
    decoded.clear()
    assert data.pictures(folder, 4).size == NUMBER
    assert min(decoded) >= "06.png"


def test_threads_of_a_process_decode_once(folder, own_cache, decoded):
    found = []

    def open_():
        found.append(content(data.pictures(folder, 4)))

    threads = [threading.Thread(target=open_) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == found[:1] * 3
    assert len(decoded) == NUMBER
    assert not drafts(own_cache)


def test_where_files_cannot_be_locked(folder, own_cache, tmp_path, monkeypatch):
    monkeypatch.setattr(importlib.import_module("jaxgan.data.draft"), "fcntl", None)
    assert content(data.pictures(folder, 4)) == in_one_go(folder, tmp_path)
    assert not drafts(own_cache)


SCRIPT = """
import sys, time
from jaxgan import data
from jaxgan.data import picture_store
real = picture_store.decode_picture
def slow(contents, title, form):
    time.sleep(60 if title.endswith("07.png") else 0)
    return real(contents, title, form)
picture_store.decode_picture = slow
picture_store.AT_ONCE, picture_store.SECONDS = 1, 0.0
data.pictures(sys.argv[1], 4)
"""


def test_what_a_killed_process_has_finished(folder, own_cache, tmp_path, decoded):
    code = [sys.executable, "-c", SCRIPT, str(folder)]
    with subprocess.Popen(code, stderr=subprocess.DEVNULL) as process:
        until = time.monotonic() + 120
        while time.monotonic() < until:
            rows = list(own_cache.glob(".*.rows.npy"))
            if rows and rows[0].stat().st_size >= 7 * 64:
                break
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
    assert len(drafts(own_cache)) == 2
    seen = content(data.pictures(folder, 4))
    assert decoded == ["07.png", "08.png", "09.png", "10.png", "11.png"]
    assert seen == in_one_go(folder, tmp_path)
    assert not drafts(own_cache)


def key(number):
    return number.to_bytes(16, "big")


def drawn(number):
    pixels = picture(number, 1 + number % 3, 2 + number % 4, 3)
    return Decoded(pixels, 7, 8, False)


sessions = st.lists(
    st.tuples(st.lists(st.integers(0, 15), max_size=5), st.booleans()), max_size=4
)


@given(sessions, st.integers(0, 300), st.integers(0, 300), st.randoms())
def test_what_is_found_is_whole(sessions, lost_pixels, lost_rows, random):
    """Whatever was not saved, or is cut off the ends of the files."""
    pixels, rows = io.BytesIO(), io.BytesIO()
    saved = set()
    for numbers, is_saved in sessions:
        log = PictureLog(pixels, rows, 3)
        assert (log.places([key(n) for n in saved]) >= 0).all()
        new = [n for n in dict.fromkeys(numbers) if n not in saved]
        for number in new:
            log.add(key(number), drawn(number))
        if is_saved:
            log.save()
            saved |= set(new)
    pixels.truncate(max(0, pixels.seek(0, os.SEEK_END) - lost_pixels))
    rows.truncate(max(0, rows.seek(0, os.SEEK_END) - lost_rows))
    log = PictureLog(pixels, rows, 3)
    places = log.places([key(n) for n in range(16)])
    found = np.flatnonzero(places >= 0).tolist()
    assert set(found) <= saved
    if not lost_pixels and not lost_rows:
        assert set(found) == saved
    random.shuffle(found)
    if not found:
        return
    out = io.BytesIO()
    log.copy(places[found], out)
    out.seek(0)
    values = np.load(out)
    table = np.frombuffer(values[-48 * len(found) :].tobytes(), np.int64)
    whole = picture_store.Pictures(values, table.reshape(-1, 6), 3)
    for place, number in enumerate(found):
        np.testing.assert_array_equal(whole.picture(place), drawn(number).pixels)
        assert whole.file_shape(place) == (7, 8)


@pytest.mark.parametrize("damage", ["header", "rows", "empty"])
def test_what_is_left_may_be_damaged(damage):
    pixels, rows = io.BytesIO(), io.BytesIO()
    log = PictureLog(pixels, rows, 3)
    for number in range(4):
        log.add(key(number), drawn(number))
    log.save()
    if damage == "header":
        pixels.seek(3)
        pixels.write(b"?")
    elif damage == "rows":
        rows.seek(64)
        rows.write(b"?" * 64)
    else:
        pixels.truncate(0)
    again = PictureLog(pixels, rows, 3)
    found = again.places([key(number) for number in range(4)])
    assert found.tolist() == ([0, -1, -1, -1] if damage == "rows" else [-1] * 4)
    assert pixels.getbuffer().nbytes == HEADER + again.length
