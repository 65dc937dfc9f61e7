"""What lies in a zip of images, and how it is read within bounds."""

import contextlib
import itertools
import pathlib
import stat
import struct
import zipfile
from collections.abc import Callable, Iterator

from jaxgan.data.file_name import shown
from jaxgan.data.image_listing import Entry, Listing, arranged, is_ignored, special
from jaxgan.data.source import DataError

MEMBERS = 5_000_000
"""Files that a zip may hold."""
DIRECTORY = 2**30
"""Bytes that its table of contents may have."""
RATIO = 1100
"""To how many bytes one can be unpacked: Deflate makes at most 1,032 of one."""
_RECORD, _END = 46, 22
"""Bytes of a record of the table of contents at least, and of what follows them all."""
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Those whose unpacking stops at any number of bytes; others may fill the memory."""
_ENCRYPTED, _UTF8 = 0x1, 0x800


def is_zip(path: pathlib.Path) -> bool:
    """Tells whether a file ends as a zip does."""
    return zipfile.is_zipfile(path)


def list_zip(path: pathlib.Path) -> Listing:
    """Lists all files in a zip.

    Backslashes, as some programs of Windows write them, part names as '/' does. Names
    that point out of the zip, with '..' or from the root, are taken as those inside.

    Raises:
      DataError: if it is damaged, or claims to hold what it cannot.
      OSError: if it cannot be read.
    """
    files: dict[tuple[str, ...], Entry] = {}
    folders: set[tuple[str, ...]] = set()
    _check_directory(path)
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error) as error:
        raise DataError(
            f"{shown(str(path))}: a damaged zip ({error}); replace it"
        ) from None
    _check_sizes(path, members)
    for member in members:
        name = _name(member)
        parts = _parts(name)
        if not parts or is_ignored(parts):
            continue
        # Of two files of one name, a zip's reader gives the last.
        if name.endswith("/"):
            folders.add(parts)
        else:
            identity = (member.file_size, member.CRC)
            files[parts] = Entry(
                "", member.filename, identity, member.file_size, _fault(member)
            )
    every = (*files, *folders)
    folders.update(parts[:end] for parts in every for end in range(1, len(parts)))
    return arranged(path, files, folders, packed=True)


@contextlib.contextmanager
def reader(path: pathlib.Path) -> Iterator[Callable[[Entry, int], bytes]]:
    """Gives f(entry, limit) -> its first bytes."""
    with zipfile.ZipFile(path) as archive:

        def read(entry: Entry, limit: int) -> bytes:
            # With a number, no more is unpacked than the entry claims to hold.
            with archive.open(entry.place) as file:
                return file.read(min(limit, entry.size))

        yield read


def _name(member: zipfile.ZipInfo) -> str:
    name = member.filename
    if not member.flag_bits & _UTF8 and not name.isascii():
        # macOS writes UTF-8 without saying so.
        with contextlib.suppress(UnicodeError):
            name = name.encode("cp437").decode()
    return name.replace("\\", "/")


def _parts(name: str) -> tuple[str, ...]:
    parts = [part for part in name.split("/") if part not in ("", ".", "..")]
    if parts and len(parts[0]) == 2 and parts[0][1] == ":":  # C:
        del parts[0]
    return tuple(parts)


def _fault(member: zipfile.ZipInfo) -> str:
    mode = member.external_attr >> 16
    if mode and not stat.S_ISREG(mode) and (fault := special(mode)):
        return fault
    if member.flag_bits & _ENCRYPTED:
        return "encrypted; unpack the zip with its password, and name the folder"
    if member.compress_type not in _METHODS:
        return (
            f"packed by method {member.compress_type}, wanted Deflate; unpack the zip, "
            "and name the folder"
        )
    return ""


def _check_directory(path: pathlib.Path) -> None:
    """Bounds the table of contents, which `zipfile` reads as a whole."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        start = max(0, size - 2**16 - _END - 76)
        file.seek(start)
        tail = file.read()
        plain = tail[-_END:]
        if plain[:4] == b"PK\5\6" and plain[-2:] == b"\0\0":
            end = len(tail) - _END
        else:
            end = tail.rfind(b"PK\5\6")
        if end < 0 or len(tail) < end + _END:
            return  # `zipfile` will say that it is none
        (length,) = struct.unpack_from("<I", tail, end + 12)
        if end >= 76 and tail[end - 20 : end - 16] == b"PK\6\7":
            (length,) = struct.unpack_from("<Q", tail, end - 76 + 40)
            end -= 76
        count = 0
        if MEMBERS * _RECORD < length <= DIRECTORY:
            file.seek(max(0, start + end - length))
            count = file.read(length).count(b"PK\1\2")
    if length > DIRECTORY or count > MEMBERS:
        raise DataError(
            f"{shown(str(path))}: a zip of more than {MEMBERS:,} files, or a damaged "
            "one; unpack it, and name the folder"
        )


def _check_sizes(path: pathlib.Path, members: list[zipfile.ZipInfo]) -> None:
    """Checks that what it claims to hold can be in it, each part once."""
    claimed, size = sum(member.file_size for member in members), path.stat().st_size
    places = sorted((one.header_offset, one.compress_size) for one in members)
    overlap = any(
        start + length > following
        for (start, length), (following, _) in itertools.pairwise(places)
    )
    if claimed > RATIO * size or overlap:
        why = "its files overlap" if overlap else f"it claims to hold {claimed:,} bytes"
        raise DataError(
            f"{shown(str(path))}: a damaged zip ({why}), which would never end to be "
            "unpacked; replace it"
        )
