"""Files that are being written in the cache, and what killed processes left of them."""

import contextlib
import os
import pathlib
import sys
import tempfile
import time
from collections.abc import Collection, Iterator
from typing import IO

try:
    import fcntl
except ImportError:  # on Windows, where no open file can be removed
    fcntl = None

SUFFIX = ".npy"
OLD = 24 * 3600.0
"""Seconds after which a file that nobody can lock is taken for left behind."""


@contextlib.contextmanager
def draft(folder: pathlib.Path) -> Iterator[IO[bytes]]:
    """Makes a file of this process alone, and removes it unless it was moved.

    As long as it is open, no `remove_left_behind` removes it.

    Raises:
      OSError: if it cannot be made.
    """
    path, file = folder, None
    while file is None:  # another process might remove it before it is locked
        handle, name = tempfile.mkstemp(dir=folder, prefix=".", suffix=SUFFIX)
        os.close(handle)
        path = pathlib.Path(name)
        with contextlib.suppress(FileNotFoundError):
            file = locked(path, path.open("r+b"), wait=True)
    with file, removed_at_last(path):
        yield file


@contextlib.contextmanager
def shared_draft(path: pathlib.Path, what: str) -> Iterator[IO[bytes]]:
    """Opens a file that outlives its process, once no other process writes it.

    Where files cannot be locked, it is a new one, which is removed at the end.

    Args:
      path: of it, with `SUFFIX` and hidden.
      what: it is for, to be told if another process is waited for.

    Raises:
      OSError: if it cannot be made.
    """
    while True:
        file = path.open("a+b")
        try:
            lockable = lock(file, wait=False)
            if lockable is False:
                print(f"waiting for another process: {what}", file=sys.stderr)
                lockable = lock(file, wait=True)
        except BaseException:
            file.close()
            raise
        if lockable is None:
            file.close()
            with contextlib.suppress(OSError):
                path.unlink()
            with draft(path.parent) as private:
                yield private
            return
        if _is_at(file, path):
            break
        file.close()  # whoever had it has moved or removed it
    with file:
        yield file


def locked(path: pathlib.Path, file: IO[bytes], *, wait: bool) -> IO[bytes] | None:
    """Locks an open file; closes it, and gives none, if it is not at its path now."""
    lock(file, wait=wait)
    if _is_at(file, path):
        return file
    file.close()
    return None


def lock(file: IO[bytes], *, wait: bool) -> bool | None:
    """Locks an open file against other processes, for as long as it is open.

    Returns:
      Whether it is locked now; None where files cannot be.
    """
    if fcntl is None:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


@contextlib.contextmanager
def removed_at_last(path: pathlib.Path) -> Iterator[None]:
    """Removes a file at the end, if it is there."""
    try:
        yield
    finally:
        with contextlib.suppress(FileNotFoundError):
            path.unlink()


def remove_left_behind(
    folder: pathlib.Path, but: Collection[pathlib.Path] = ()
) -> None:
    """Removes the drafts of processes that have ended, all but some."""
    for path in folder.glob(".*.np[yz]"):
        if path in but:
            continue
        with contextlib.suppress(OSError), path.open("rb") as file:
            free = lock(file, wait=False)
            if path.suffix != SUFFIX and free:
                free = None  # of classifiers, which are written without a lock
            age = time.time() - os.fstat(file.fileno()).st_mtime
            if free or (free is None and age > OLD):
                path.unlink()


def _is_at(file: IO[bytes], path: pathlib.Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False
