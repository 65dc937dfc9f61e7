"""The user's own images: a folder or a zip, sub-folders as classes."""

import concurrent.futures
import contextlib
import os
import pathlib
import zipfile
from collections.abc import Callable, Iterator
from typing import Any, Literal, NamedTuple

import numpy as np

from jaxgan.data.blank import blank_images, is_blank
from jaxgan.data.cache import cached_array
from jaxgan.data.image_file import RULE, decode
from jaxgan.data.source import Arrays, DataError, arrays, check_count

IGNORED = {"thumbs.db", "desktop.ini", "__macosx"}


class _Entry(NamedTuple):
    """One file: its path below the top, where it lies, and its size and age or sum."""

    name: str
    place: str
    identity: tuple[Any, ...]


def folder(
    path: str | os.PathLike,
    size: int,
    channels: int = 3,
    *,
    labels: Literal["auto", "none"] = "auto",
    cache_dir: str | os.PathLike | None = None,
) -> Arrays:
    """All images of a folder or zip, as labelled squares of one size.

    Sub-folders are classes, by sorted name; deeper folders belong to theirs. Images
    without sub-folders are unlabelled. In a zip, a single folder around everything is
    no class. Hidden files, Thumbs.db, desktop.ini and __MACOSX are skipped; any other
    file must be an image.

    Every image is treated alike: its EXIF orientation is applied; 16-bit grey is
    divided by 257; transparency is composited over white; palettes, CMYK and the like
    are converted; 1 channel is the luminance, 3 are RGB; the largest centred square is
    cut out; Lanczos' filter resizes it.

    Images are decoded once, by threads, and kept in the cache folder until a name, a
    size or a date of a file changes.

    Args:
      path: a folder, or a .zip file.
      size: pixels per side of the result.
      channels: 1 for grey, 3 for colour.
      labels: 'none' takes images from everywhere below the path, without labels.
      cache_dir: where to keep decoded images; see `cache.cache_folder`.

    Raises:
      DataError: naming the file and the fix, if an argument is out of range, the path
        does not exist or holds no images, a file is no image or damaged, a class has no
        images, or some images have a class and others have none.
    """
    check_count("size", size, 1)
    if channels not in (1, 3):
        raise DataError(f"channels: saw {channels!r}, wanted 1 (grey) or 3 (colour)")
    if labels not in ("auto", "none"):
        raise DataError(f"labels: saw {labels!r}, wanted 'auto' or 'none'")
    if is_blank():
        return blank_images((size, size, channels))
    path = pathlib.Path(path).expanduser()
    entries, folders = _contents(path)
    if not entries:
        raise DataError(f"{path}: saw no files in it, wanted images; check the path")
    numbers, classes = None, ()
    if labels == "auto":
        numbers, classes = _labels(path, entries, folders)
    # A zip's checksums tell its contents; a folder's sizes and dates need the place.
    where = str(path.resolve()) if path.is_dir() else "zip"
    values = cached_array(
        ("images", RULE, where, *((entry.name, entry.identity) for entry in entries)),
        (len(entries), size, size, channels),
        lambda out: _decode_all(path, entries, out),
        cache_dir,
    )
    return arrays(values, numbers, classes)


def _contents(path: pathlib.Path) -> tuple[list[_Entry], set[str]]:
    """All files, sorted by name, and the names of the folders at the top."""
    if not path.exists():
        raise DataError(f"{path}: does not exist, wanted a folder or .zip of images")
    if not path.is_dir() and not zipfile.is_zipfile(path):
        raise DataError(f"{path}: a file that is no zip, wanted a folder or .zip")
    try:
        entries, folders = _walk(path) if path.is_dir() else _list_zip(path)
    except OSError as error:
        raise DataError(
            f"{error.filename or path}: cannot be read ({error.strerror or error}); "
            "allow it, or remove it"
        ) from None
    except zipfile.BadZipFile as error:
        raise DataError(f"{path}: a damaged zip ({error}); replace it") from None
    return sorted(entries), folders


def _walk(path: pathlib.Path) -> tuple[list[_Entry], set[str]]:
    def fail(error: OSError):
        raise error

    entries, tops = [], set()
    for place, folders, files in os.walk(path, onerror=fail, followlinks=True):
        directory = pathlib.Path(place)
        folders[:] = sorted(name for name in folders if not _ignored((name,)))
        if directory == path:
            tops.update(folders)
        for file in (directory / name for name in files if not _ignored((name,))):
            status = file.stat()
            identity = (status.st_size, status.st_mtime_ns)
            entries.append(
                _Entry(file.relative_to(path).as_posix(), str(file), identity)
            )
    return entries, tops


def _list_zip(path: pathlib.Path) -> tuple[list[_Entry], set[str]]:
    entries, folders = {}, set()
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            parts = pathlib.PurePosixPath(info.filename).parts
            if _ignored(parts):
                continue
            # Of two files of one name, a zip's reader gives the last.
            if info.is_dir():
                folders.add(parts)
            else:
                entries[parts] = (info.filename, (info.file_size, info.CRC))
    folders.update(parts[:end] for parts in entries for end in range(1, len(parts)))
    depth = 0
    if len({parts[0] for parts in (*entries, *folders)}) == 1 and folders:
        depth = 1  # one folder around everything
    return (
        [_Entry("/".join(parts[depth:]), *rest) for parts, rest in entries.items()],
        {parts[depth] for parts in folders if len(parts) > depth},
    )


def _ignored(parts: tuple[str, ...]) -> bool:
    return any(part.startswith(".") or part.lower() in IGNORED for part in parts)


def _labels(
    path: pathlib.Path, entries: list[_Entry], folders: set[str]
) -> tuple[np.ndarray | None, tuple[str, ...]]:
    separator = "/" if path.is_dir() else ":"
    if not folders:
        return None, ()
    for entry in entries:
        if "/" not in entry.name:
            raise DataError(
                f"{path}{separator}{entry.name}: missing label, for other images lie "
                "in sub-folders; move it into one, or give labels='none'"
            )
    tops = [entry.name.split("/", 1)[0] for entry in entries]
    if empty := sorted(folders.difference(tops)):
        raise DataError(
            f"{path}{separator}{empty[0]}: a class without images; fill or remove it"
        )
    classes = tuple(sorted(folders))
    numbers = {name: number for number, name in enumerate(classes)}
    return np.array([numbers[top] for top in tops], np.int32), classes


@contextlib.contextmanager
def _reader(path: pathlib.Path) -> Iterator[Callable[[str], bytes]]:
    """A function from an entry's place to its contents, safe to call from threads."""
    if path.is_dir():
        yield lambda place: pathlib.Path(place).read_bytes()
    else:
        with zipfile.ZipFile(path) as archive:
            yield archive.read


def _decode_all(path: pathlib.Path, entries: list[_Entry], out: np.ndarray) -> None:
    _, size, _, channels = out.shape

    def decode_one(number: int) -> None:
        place = entries[number].place
        name = place if path.is_dir() else f"{path}:{place}"
        try:
            data = read(place)
        except Exception as error:  # zipfile and its decompressors raise many kinds
            raise DataError(f"{name}: cannot be read ({error}); replace it") from None
        out[number] = decode(data, name, size, channels)

    with (
        _reader(path) as read,
        concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool,
    ):
        # Raises the first error in order of names, whichever thread was first.
        for _ in pool.map(decode_one, range(len(entries))):
            pass
