"""What lies in a folder or zip of images, before any of it is read."""

import contextlib
import pathlib
import stat
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from jaxgan.data.file_name import shown
from jaxgan.data.source import DataError

TABLE = "dataset.json"
"""Labels, as StyleGAN's tools write them beside the images."""
IGNORED = frozenset(
    (
        *("thumbs.db", "ehthumbs.db", "desktop.ini", "__macosx", "icon\r", "@eadir"),
        *("$recycle.bin", "system volume information", "lost+found"),
    )
)
"""What operating systems leave in folders; whatever begins with a dot, too."""
LARGEST = 2**30
"""Bytes of a file that is read."""


class Entry(NamedTuple):
    """One file.

    Attributes:
      name: its path below the top, with '/'.
      place: where it lies, for its reader.
      identity: what changes with its contents: size and age, or size and sum.
      size: in bytes.
      fault: why it cannot be read, if that is known already.
    """

    name: str
    place: str
    identity: tuple[Any, ...]
    size: int = 0
    fault: str = ""


class Listing(NamedTuple):
    """What lies in a folder or zip.

    Attributes:
      path: of it.
      entries: all files that may be images, by name.
      folders: names of those at the top.
      table: the file of labels, if there is one.
      packed: whether it is a zip.
      around: folders around everything, which are in no name of an entry.
    """

    path: pathlib.Path
    entries: list[Entry]
    folders: set[str]
    table: Entry | None
    packed: bool
    around: tuple[str, ...] = ()

    def title(self, entry: Entry) -> str:
        """Names a file in full, for messages."""
        return shown(f"{self.path}:{entry.place}" if self.packed else entry.place)

    def below(self, name: str) -> str:
        """Names what lies at the top, for messages."""
        return shown(f"{self.path}{':' if self.packed else '/'}{name}")

    @contextlib.contextmanager
    def reader(self) -> Iterator[Callable[[Entry, int], bytes]]:
        """Gives f(entry, limit) -> its first bytes, safe to call from threads.

        It raises errors of many kinds.
        """
        from jaxgan.data import zip_listing

        if self.packed:
            with zip_listing.reader(self.path) as read:
                yield read
        else:
            yield _read


def image_listing(path: pathlib.Path, of: str = "images") -> Listing:
    """Lists a folder or zip; nothing but the table of contents of a zip is read.

    Folders around everything are no classes. Pipes, sockets and devices are not opened.

    Args:
      path: of it.
      of: what is wanted in it, for messages.

    Raises:
      DataError: if there is none, it cannot be read, or it is empty.
    """
    from jaxgan.data import folder_listing, zip_listing

    try:
        mode = path.stat().st_mode
        if not stat.S_ISDIR(mode):
            if not stat.S_ISREG(mode) or not zip_listing.is_zip(path):
                raise DataError(_no_zip(path, mode, of))
            listing = zip_listing.list_zip(path)
        else:
            listing = folder_listing.list_folder(path)
    except (FileNotFoundError, NotADirectoryError):
        raise DataError(
            f"{shown(str(path))}: does not exist, wanted a folder or .zip of {of}"
        ) from None
    except (OSError, ValueError) as error:
        if isinstance(error, DataError):
            raise
        reason = getattr(error, "strerror", None) or error
        raise DataError(
            f"{shown(str(getattr(error, 'filename', None) or path))}: cannot be read "
            f"({reason}); allow it, or remove it"
        ) from None
    if not listing.entries:
        raise DataError(
            f"{shown(str(path))}: saw no files in it, wanted {of}; check the path"
        )
    return listing


def special(mode: int) -> str:
    """Says what is wrong with a file that is no file; '' of one that is."""
    kinds = (
        (stat.S_ISFIFO, "a named pipe"),
        (stat.S_ISSOCK, "a socket"),
        (stat.S_ISCHR, "a device"),
        (stat.S_ISBLK, "a device"),
        (stat.S_ISLNK, "a link"),
    )
    for test, kind in kinds:
        if test(mode):
            return f"{kind} and no file; remove it"
    return ""


def is_ignored(parts: tuple[str, ...]) -> bool:
    """Tells whether a path is of what systems leave in folders."""
    return any(part.startswith(".") or part.lower() in IGNORED for part in parts)


def arranged(
    path: pathlib.Path,
    files: dict[tuple[str, ...], Entry],
    folders: set[tuple[str, ...]],
    packed: bool,
) -> Listing:
    """Makes a listing of paths in parts, below the folders that are around everything.

    A zip has such a folder wherever all lies in one; a folder, of which the user could
    have named the inner one, only where classes or a file of labels lie in it.
    """
    around = _around(files, folders)
    prefix = next(iter(files))[:around] if files else ()
    table = files.pop((*prefix, TABLE), None)
    tops = {parts[around] for parts in folders if len(parts) > around}
    depth = around if table or len(tops) > 1 else min(around, int(packed))
    return Listing(
        path,
        sorted(
            entry._replace(name="/".join(parts[depth:]))
            for parts, entry in files.items()
        ),
        {parts[depth] for parts in folders if len(parts) > depth},
        table,
        packed,
        prefix[:depth],
    )


def _around(files: dict[tuple[str, ...], Entry], folders: set[tuple[str, ...]]) -> int:
    """Counts the folders in which all others, and all files, lie."""
    depth, paths = 0, (*files, *folders)
    while files:
        tops = {parts[depth] for parts in paths if len(parts) > depth}
        if len(tops) > 1 or any(len(parts) == depth + 1 for parts in files):
            break
        depth += 1
    return depth


def _read(entry: Entry, limit: int) -> bytes:
    with open(entry.place, "rb") as file:
        return file.read(limit)


def _no_zip(path: pathlib.Path, mode: int, of: str) -> str:
    from jaxgan.data.file_kind import HEAD, file_kind

    name = shown(str(path))
    if fault := special(mode):
        return f"{name}: {fault.partition(';')[0]}, wanted a folder or .zip of {of}"
    with path.open("rb") as file:
        kind = file_kind(file.read(HEAD), path.name)
    what = f" ({kind})" if kind else ""
    return f"{name}: a file that is no zip{what}, wanted a folder or .zip"
