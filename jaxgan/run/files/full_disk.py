"""A disk that is full, gone or not to be written, told in one line."""

import contextlib
import errno
import os
import pathlib
import sys
import threading
from collections.abc import Callable, Iterator

from jaxgan.run.errors import RunError


@contextlib.contextmanager
def watch(run: pathlib.Path, hint: Callable[[], str] = lambda: "") -> Iterator[None]:
    """Turns errors of the system into a RunError that says what is safe.

    Args:
      run: the folder that is written to.
      hint: f() -> what to do about it.
    """
    of_threads, of_callbacks = threading.excepthook, sys.unraisablehook
    before = of_callbacks

    def of_thread(arguments):
        # Orbax and TensorBoard write in threads; what orbax's raise is raised here too.
        if not _is_full(arguments.exc_value):
            of_threads(arguments)

    def of_callback(arguments):
        # What is still under way in tensorstore when orbax gives up finds nobody there.
        if str(arguments.exc_value) != "Event loop is closed":
            before(arguments)

    threading.excepthook, sys.unraisablehook = of_thread, of_callback
    try:
        yield
    except Exception as error:
        if isinstance(error, OSError) and not _is_full(error):
            raise RunError(_line(run, error), hint(), code=1) from error
        if not _is_full(error):
            raise
        of_callbacks = of_callback  # it may be under way even now
        message = f"no space left on the disk of {run.absolute()}"
        raise FullDisk(message, hint(), code=1) from error
    finally:
        threading.excepthook, sys.unraisablehook = of_threads, of_callbacks


def _line(run: pathlib.Path, error: OSError) -> str:
    """Says what failed, and in which file."""
    what = error.strerror or str(error)
    if error.errno in (errno.EMFILE, errno.ENFILE):
        what += " (ulimit -n says how many there may be)"
    return f"{error.filename or run}: {what[:1].lower()}{what[1:]}"


class FullDisk(RunError):
    """Tells that the disk is full."""


def _is_full(error: BaseException | None) -> bool:
    """Tells if a full disk is at the bottom: tensorstore has it only as a message."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        if "No space left on device" in str(error):
            return True
        error = error.__cause__ or error.__context__
    return False


def cause(error: Exception) -> str:
    """Finds the system's words in an error of tensorstore's, whose text is long."""
    for number in (errno.EMFILE, errno.ENFILE, errno.EROFS, errno.EACCES, errno.EIO):
        if os.strerror(number) in str(error):
            return os.strerror(number)
    return first_line(error)


def first_line(error: Exception) -> str:
    """Writes an error's kind, and the beginning of what it says."""
    lines = str(error).strip().splitlines() or [""]
    return f"{type(error).__name__}: {lines[0][:200]}"
