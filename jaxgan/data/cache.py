"""Arrays kept between runs, in the user's cache folder."""

import contextlib
import hashlib
import os
import pathlib
import tempfile
import warnings
from collections.abc import Callable, Iterable

import numpy as np

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
    digest = hashlib.sha256()
    for part in (*identity, shape, np.dtype(dtype).str):
        digest.update(repr(part).encode() + b"\0")
    folder = cache_folder() if folder is None else pathlib.Path(folder).expanduser()
    path = folder / f"{digest.hexdigest()[:32]}.npy"
    if path.exists():
        try:
            return np.load(path, mmap_mode="r")
        except (ValueError, OSError, EOFError) as error:
            warnings.warn(f"{path}: damaged, made again ({error})", stacklevel=3)
    fetch()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        draft = _draft(folder, shape, dtype)
    except OSError as error:
        return _in_memory(folder, shape, fill, dtype, error)
    try:
        array = np.lib.format.open_memmap(draft, mode="r+")
        fill(array)
        array.flush()
        os.replace(draft, path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(draft)
    return np.load(path, mmap_mode="r")


def _draft(folder: pathlib.Path, shape: tuple[int, ...], dtype: type) -> str:
    """A temporary file for the array, with its space on disk already taken."""
    handle, draft = tempfile.mkstemp(dir=folder, prefix=".", suffix=".npy")
    try:
        with os.fdopen(handle, "wb") as file:
            array = np.lib.format.open_memmap(draft, "w+", dtype, shape)
            if hasattr(os, "posix_fallocate"):
                # Else a full disk would end the process at some write to the map.
                os.posix_fallocate(file.fileno(), 0, array.offset + array.nbytes)
    except BaseException:
        os.unlink(draft)
        raise
    return draft


def _in_memory(
    folder: pathlib.Path,
    shape: tuple[int, ...],
    fill: Callable[[np.ndarray], None],
    dtype: type,
    error: OSError,
) -> np.ndarray:
    size = int(np.prod(shape, dtype=np.int64)) * np.dtype(dtype).itemsize
    if size > MEMORY_LIMIT:
        raise DataError(
            f"{folder}: cannot keep {size / 2**30:.1f} GiB of decoded images "
            f"({error}); make room there, or name another folder in JAXGAN_CACHE"
        )
    warnings.warn(f"{folder}: cannot be written, not cached ({error})", stacklevel=4)
    array = np.empty(shape, dtype)
    fill(array)
    return array
