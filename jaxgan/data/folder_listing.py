"""What lies in a folder of images."""

import os
import pathlib
import stat
from typing import Any

from jaxgan.data.file_name import shown
from jaxgan.data.image_listing import Entry, Listing, arranged, is_ignored, special


def list_folder(path: pathlib.Path) -> Listing:
    """Lists all files below a folder; links are followed, but not in circles.

    Raises:
      OSError: if the folder itself cannot be read.
    """
    files: dict[tuple[str, ...], Entry] = {}
    folders: set[tuple[str, ...]] = set()
    os.scandir(path).close()
    waiting: list[tuple[tuple[str, ...], pathlib.Path, frozenset[Any]]]
    waiting = [((), path, frozenset())]
    while waiting:
        parts, place, above = waiting.pop()
        try:
            status = os.stat(place)
            found = sorted(os.scandir(place), key=lambda one: one.name)
        except OSError as error:
            files[parts] = _unreadable(str(place), error)
            folders.discard(parts)
            continue
        here = (status.st_dev, status.st_ino)
        if here in above:
            continue
        if parts:
            folders.add(parts)
        for one in found:
            if is_ignored((one.name,)):
                continue
            inner = (*parts, one.name)
            if one.is_dir():
                waiting.append((inner, place / one.name, above | {here}))
            else:
                files[inner] = _entry(one)
    return arranged(path, files, folders, packed=False)


def _entry(one: os.DirEntry) -> Entry:
    try:
        status = one.stat()
    except OSError as error:
        return _unreadable(one.path, error)
    identity = (status.st_size, status.st_mtime_ns)
    fault = "" if stat.S_ISREG(status.st_mode) else special(status.st_mode)
    return Entry("", one.path, identity, status.st_size, fault)


def _unreadable(place: str, error: OSError) -> Entry:
    reason = shown(error.strerror or str(error))
    fault = f"cannot be read ({reason}); allow it, or remove it"
    return Entry("", place, (), 0, fault)
