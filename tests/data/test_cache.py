import os

import numpy as np
import pytest

from jaxgan import data
from jaxgan.data import cache


def counting(log):
    def fill(out):
        log.append(out.shape)
        out[...] = np.arange(out.size).reshape(out.shape)

    return fill


def test_filled_once_then_mapped(tmp_path):
    log = []
    for _ in range(2):
        array = cache.cached_array(("a", 1), (2, 3), counting(log), tmp_path, np.int32)
        assert isinstance(array, np.memmap)
        assert array.dtype == np.int32
        np.testing.assert_array_equal(array, [[0, 1, 2], [3, 4, 5]])
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
    assert log == [(2, 3)]
    assert len(os.listdir(tmp_path)) == 1


def test_identity_shape_and_type_tell_apart(tmp_path):
    log = []
    cache.cached_array(("a",), (2,), counting(log), tmp_path)
    cache.cached_array(("b",), (2,), counting(log), tmp_path)
    cache.cached_array(("a",), (1,), counting(log), tmp_path)
    cache.cached_array(("a",), (2,), counting(log), tmp_path, np.int32)
    assert len(log) == 4


@pytest.mark.parametrize("keep", [0, 20, 130])
def test_damaged_is_made_again(tmp_path, keep):
    log = []
    cache.cached_array(("a",), (9,), counting(log), tmp_path)
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:keep])
    with pytest.warns(UserWarning, match="damaged, made again"):
        array = cache.cached_array(("a",), (9,), counting(log), tmp_path)
    np.testing.assert_array_equal(array, np.arange(9))
    assert len(log) == 2


def test_an_error_leaves_nothing(tmp_path):
    def fail(out):
        raise data.DataError("no")

    with pytest.raises(data.DataError, match="no"):
        cache.cached_array(("a",), (9,), fail, tmp_path)
    assert not os.listdir(tmp_path)


def test_fetched_before_space_is_taken(tmp_path):
    log = []

    def fetch():
        log.append(os.listdir(tmp_path))

    for _ in range(2):
        cache.cached_array(("a",), (9,), counting(log), tmp_path, fetch=fetch)
    assert log == [[], (9,)]


def test_unwritable_falls_back_to_memory(tmp_path):
    blocked = tmp_path / "file"
    blocked.touch()
    log = []
    with pytest.warns(UserWarning, match="cannot be written, not cached"):
        array = cache.cached_array(("a",), (9,), counting(log), blocked / "x")
    np.testing.assert_array_equal(array, np.arange(9))


def full(*arguments):
    raise OSError(28, "No space left on device")


def test_full_disk(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "posix_fallocate", full)
    with pytest.warns(UserWarning, match="No space left"):
        array = cache.cached_array(("a",), (9,), counting([]), tmp_path)
    np.testing.assert_array_equal(array, np.arange(9))
    assert not os.listdir(tmp_path)
    monkeypatch.setattr(cache, "MEMORY_LIMIT", 8)
    with pytest.raises(data.DataError, match=r"make room there, or .* JAXGAN_CACHE"):
        cache.cached_array(("a",), (9,), counting([]), tmp_path)


def test_where(monkeypatch, tmp_path):
    assert cache.cache_folder() == tmp_path / "own-cache"
    monkeypatch.delenv("JAXGAN_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", "/xdg")
    assert str(cache.cache_folder()) == "/xdg/jaxgan"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", "/home/me")
    assert str(cache.cache_folder()) == "/home/me/.cache/jaxgan"
