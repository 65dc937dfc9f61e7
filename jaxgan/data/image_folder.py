"""The user's own images: a folder or a zip, sub-folders as classes."""

import concurrent.futures
import os
import pathlib
import zipfile
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from jaxgan.data.cache import cached_array
from jaxgan.data.image_file import RULE, decode
from jaxgan.data.source import Arrays, DataError

IGNORED = {"thumbs.db", "desktop.ini", "__macosx"}


class _Entry(NamedTuple):
    """One file: its path below the top, its identity, and how to read it."""

    name: str
    identity: tuple
    read: Callable[[], bytes]


def folder(
    path: str | os.PathLike,
    size: int,
    channels: int = 3,
    *,
    cache: pathlib.Path | None = None,
) -> Arrays:
    """All images of a folder or zip, as squares of one size.

    Sub-folders are classes, by sorted name; images beside no sub-folder are unlabelled.
    Deeper folders belong to their top-level class. Hidden files are skipped. Each image
    is turned upright, put over white, cut to its central square and resized by Lanczos'
    filter: see `image_file.decode` for the whole rule. Images are decoded once, by
    threads, and kept in the cache folder until a file changes.

    Args:
      path: a folder, or a .zip file.
      size: pixels per side of the result.
      channels: 1 for grey, 3 for colour.
      cache: where to keep decoded images; see `cache.cache_folder`.

    Raises:
      DataError: naming the file and the fix, if an argument is out of range, the path
        does not exist or holds no images, a file is no image or damaged, or some images
        have a class and others have none.
    """
    if not isinstance(size, int) or size < 1:
        raise DataError(f"size: saw {size!r}, wanted a positive number of pixels")
    if channels not in (1, 3):
        raise DataError(f"channels: saw {channels!r}, wanted 1 (grey) or 3 (colour)")
    path = pathlib.Path(path).expanduser()
    entries = sorted(_entries(path))
    if not entries:
        raise DataError(f"{path}: saw no files in it, wanted images; check the path")
    labels, classes = _labels(path, entries)
    values = cached_array(
        (RULE, size, channels, *((entry.name, entry.identity) for entry in entries)),
        lambda: _decode_all(path, entries, size, channels),
        cache,
    )
    return Arrays(values, labels, classes)


def _entries(path: pathlib.Path) -> list[_Entry]:
    if path.is_dir():
        return _folder_entries(path)
    if not path.exists():
        raise DataError(f"{path}: does not exist, wanted a folder or .zip of images")
    if not zipfile.is_zipfile(path):
        raise DataError(f"{path}: a file that is no zip, wanted a folder or .zip")
    return _zip_entries(path)


def _folder_entries(path: pathlib.Path) -> list[_Entry]:
    entries = []
    for place, folders, files in os.walk(path, followlinks=True):
        here = pathlib.Path(place)
        folders[:] = sorted(name for name in folders if not _ignored((name,)))
        if here.parent == path and not _any_file(here):
            raise DataError(f"{here}: a class without images; fill or remove it")
        for name in files:
            file = here / name
            if not _ignored((name,)):
                status = file.stat()
                identity = (status.st_size, status.st_mtime_ns)
                relative = file.relative_to(path).as_posix()
                entries.append(_Entry(relative, identity, file.read_bytes))
    return entries


def _any_file(path: pathlib.Path) -> bool:
    return any(
        file.is_file() and not _ignored(file.relative_to(path).parts)
        for file in path.rglob("*")
    )


def _zip_entries(path: pathlib.Path) -> list[_Entry]:
    def reader(name):
        def read():
            # Opened anew, because threads may not share one archive's position.
            with zipfile.ZipFile(path) as archive:
                return archive.read(name)

        return read

    with zipfile.ZipFile(path) as archive:
        return [
            _Entry(info.filename, (info.file_size, info.CRC), reader(info.filename))
            for info in archive.infolist()
            if not info.is_dir()
            and not _ignored(pathlib.PurePosixPath(info.filename).parts)
        ]


def _ignored(parts: tuple[str, ...]) -> bool:
    return any(part.startswith(".") or part.lower() in IGNORED for part in parts)


def _labels(
    path: pathlib.Path, entries: list[_Entry]
) -> tuple[np.ndarray | None, tuple[str, ...]]:
    tops = [
        entry.name.split("/", 1)[0] if "/" in entry.name else None for entry in entries
    ]
    if None not in tops:
        classes = sorted({top for top in tops if top is not None})
        numbers = {name: number for number, name in enumerate(classes)}
        return np.array([numbers[str(top)] for top in tops], np.int32), tuple(classes)
    if set(tops) == {None}:
        return None, ()
    file = entries[tops.index(None)].name
    raise DataError(
        f"{path / file}: has no class, but other images lie in sub-folders; move it "
        "into one, or all images out of them"
    )


def _decode_all(
    path: pathlib.Path, entries: list[_Entry], size: int, channels: int
) -> np.ndarray:
    separator = "/" if path.is_dir() else ":"

    def decode_one(entry):
        name = f"{path}{separator}{entry.name}"
        try:
            data = entry.read()
        except (OSError, zipfile.BadZipFile, RuntimeError) as error:
            raise DataError(f"{name}: cannot be read ({error}); replace it") from None
        return decode(data, name, size, channels)

    values = np.empty((len(entries), size, size, channels), np.uint8)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for place, value in enumerate(pool.map(decode_one, entries)):
            values[place] = value
    return values
