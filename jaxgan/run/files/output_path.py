"""Where the user wants a file or a folder: looked at before there is any work."""

import contextlib
import os
import pathlib
from collections.abc import Iterator, Sequence

from jaxgan.run.errors import RunError

SHOWN = 3
"""Names of files in the way that are told."""


def check_file(
    path: pathlib.Path, suffixes: Sequence[str], option: str = "--out"
) -> None:
    """Checks that a file can be written; one that is there already is replaced.

    Args:
      path: of the file.
      suffixes: that it may have.
      option: that named it.

    Raises:
      RunError: if it has another suffix, is a folder, or lies where nothing can be
        written.
    """
    if path.suffix not in suffixes:
        *others, last = [f"NAME{suffix}" for suffix in suffixes]
        wanted = f"{', '.join(others)} or {last}" if others else last
        raise RunError(f"{option}: saw {path.name}, wanted {wanted}")
    with _told(path, option):
        if path.is_dir():
            raise RunError(f"{option}: {path} is a folder, wanted a file")
        _check_above(path, path, option)
        if path.exists() and not os.access(path, os.W_OK):
            raise RunError(f"{option}: {path} cannot be written: it is read-only")


def check_new_folder(path: pathlib.Path, option: str = "--out") -> None:
    """Checks that a folder can be made, or is there and holds nothing.

    What it holds is never mixed with what comes, and never deleted.

    Raises:
      RunError: if it holds anything, is a file, or lies where nothing can be written.
    """
    check_folder(path, option)
    if path.is_dir():
        _check_empty(path, option)


def check_name(path: pathlib.Path, option: str) -> None:
    """Checks that there can be a file of this name, and that we may look at it.

    Raises:
      RunError: if not.
    """
    with _told(path, option):
        pass


def check_folder(path: pathlib.Path, option: str) -> None:
    """Checks that a folder can be made, or written to if it is there.

    Raises:
      RunError: if it is a file, or lies where nothing can be written.
    """
    with _told(path, option):
        if path.is_symlink() and not path.exists():
            raise RunError(f"{option}: {path} is a link to nothing, wanted a folder")
        if path.exists() and not path.is_dir():
            raise RunError(f"{option}: {path} is a file, wanted a folder")
        _check_above(path, path / "file", option)


@contextlib.contextmanager
def written(path: pathlib.Path) -> Iterator[None]:
    """Tells plainly what keeps a file from being written while that is tried.

    Raises:
      RunError: if anything does.
    """
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise RunError(f"{path} cannot be written: {reason}", code=1) from error


def _check_empty(path: pathlib.Path, option: str) -> None:
    names = sorted(found.name for found in path.iterdir())
    if not names:
        return
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    raise RunError(
        f"{option}: {path} holds {', '.join(names[:SHOWN])}{more}, wanted a new or an "
        "empty folder",
        "choose another folder, or empty this one; nothing was changed",
    )


def _check_above(path: pathlib.Path, inside: pathlib.Path, option: str) -> None:
    """Looks at the nearest folder above a file in question that is there."""
    above = next(parent for parent in inside.absolute().parents if parent.exists())
    if not above.is_dir():
        raise RunError(f"{option}: {path} lies below {above}, which is a file")
    if not os.access(above, os.W_OK | os.X_OK):
        raise RunError(f"{option}: nothing can be written in {above}")


@contextlib.contextmanager
def _told(path: pathlib.Path, option: str) -> Iterator[None]:
    """Tells plainly of a path that the system cannot look at: too long, not ours."""
    try:
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            # Of a name that there cannot be, pathlib says that it is not there.
            os.lstat(path)
        yield
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise RunError(f"{option}: {path} cannot be written: {reason}") from None
