"""Arrays kept between runs, in the user's cache folder."""

import contextlib
import hashlib
import os
import pathlib
import warnings
from collections.abc import Callable, Iterable
from typing import IO

import numpy as np

from jaxgan.data.draft import draft, remove_left_behind
from jaxgan.data.source import DataError

MEMORY_LIMIT = 4 * 2**30
"""Bytes that an array may have in memory, where it cannot be kept on disk."""


def cache_folder() -> pathlib.Path:
    """$JAXGAN_CACHE, else jaxgan in $XDG_CACHE_HOME, else ~/.cache/jaxgan."""
    if chosen := os.environ.get("JAXGAN_CACHE"):
        return pathlib.Path(chosen).expanduser()
    home = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(home) / "jaxgan"


def cached_array(
    identity: Iterable[object],
    shape: tuple[int, ...],
    fill: Callable[[np.ndarray], None],
    folder: str | os.PathLike | None = None,
    dtype: type[np.generic] = np.uint8,
    fetch: Callable[[], None] = lambda: None,
) -> np.ndarray:
    """An array that `fill` fills the first time, memory-mapped from disk ever after.

    It is never held in memory as a whole, and appears in the cache only when complete.

    Args:
      identity: everything the array depends on.
      shape: of the array.
      fill: writes every element of the array that it is given.
      folder: of the cache; by default `cache_folder()`. If it cannot be written, or is
        full, the array stays in memory, with a warning.
      dtype: of the array.
      fetch: gets what `fill` reads. It may take long and be interrupted: no space is
        taken yet.

    Raises:
      DataError: if it can be kept neither on disk nor in `MEMORY_LIMIT` of memory.
    """
    folder = cache_folder() if folder is None else pathlib.Path(folder).expanduser()
    path = folder / f"{digest(*identity, shape, np.dtype(dtype).str)}.npy"
    kept = kept_array(path)
    if kept is not None:
        return kept
    fetch()
    with contextlib.ExitStack() as stack:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            remove_left_behind(folder)
            file = stack.enter_context(draft(folder))
            reserve(file, shape, dtype)
        except OSError as error:
            array = array_in_memory(folder, shape, dtype, error)
            fill(array)
            return array
        array = np.lib.format.open_memmap(file.name, mode="r+")
        fill(array)
        array.flush()
        os.replace(file.name, path)
    return np.load(path, mmap_mode="r")


def digest(*parts: object) -> str:
    """The name in the cache of what depends on these."""
    sum_ = hashlib.sha256()
    for part in parts:
        sum_.update(repr(part).encode() + b"\0")
    return sum_.hexdigest()[:32]


def kept_array(path: pathlib.Path) -> np.ndarray | None:
    """Maps a kept array; none if it is not there or, with a warning, damaged."""
    if not path.exists():
        return None
    try:
        return np.load(path, mmap_mode="r")
    except (ValueError, OSError, EOFError) as error:
        warnings.warn(f"{path}: damaged, made again ({error})", stacklevel=4)
        return None


def reserve(
    file: IO[bytes], shape: tuple[int, ...], dtype: type[np.generic], more: int = 0
) -> None:
    """Makes a file an array of zeros, and so many bytes behind it, taken on the disk.

    Raises:
      OSError: if there is no room.
    """
    array = np.lib.format.open_memmap(file.name, "w+", dtype, shape)
    size = array.offset + array.nbytes + more
    del array
    if hasattr(os, "posix_fallocate"):
        # Else a full disk would end the process at some write to the map.
        os.posix_fallocate(file.fileno(), 0, size)
    else:
        os.truncate(file.fileno(), size)


def array_in_memory(
    folder: pathlib.Path,
    shape: tuple[int, ...],
    dtype: type[np.generic],
    error: OSError,
) -> np.ndarray:
    """An array in place of one in a folder that cannot be written, with a warning.

    Raises:
      DataError: if it is larger than `MEMORY_LIMIT`.
    """
    size = int(np.prod(shape, dtype=np.int64)) * np.dtype(dtype).itemsize
    if size > MEMORY_LIMIT:
        raise DataError(
            f"{folder}: cannot keep {size / 2**30:.1f} GiB there "
            f"({error}); make room there, or name another folder in JAXGAN_CACHE"
        )
    warnings.warn(f"{folder}: cannot be written, not cached ({error})", stacklevel=4)
    return np.empty(shape, dtype)
