"""Pictures of any sizes, decoded once to one array that is kept in the cache."""

import concurrent.futures
import contextlib
import io
import os
import pathlib
import warnings
from typing import IO, NamedTuple

import numpy as np

from jaxgan.data import bad_files
from jaxgan.data.bad_files import Faults
from jaxgan.data.cache import MEMORY_LIMIT, cache_folder, digest, kept_array
from jaxgan.data.decoded_images import contents
from jaxgan.data.draft import draft, remove_left_behind
from jaxgan.data.file_name import shown
from jaxgan.data.image_file import RULE
from jaxgan.data.image_listing import Entry, Listing
from jaxgan.data.picture_form import Decoded, Form, decode_picture
from jaxgan.data.progress_bar import progress_bar
from jaxgan.data.source import DataError

AT_ONCE = 64
"""Pictures that are decoded before they are written down."""
_HEADER = 128
"""Bytes of the header of an array's file; numpy leaves room for a greater length."""


class Pictures(NamedTuple):
    """Decoded pictures of any sizes, in one array.

    Attributes:
      values: bytes, one picture after the other, and a table behind them.
      table: [n, 6] of each: where it begins, height, width, its file's height and
        width, and whether its colours are all gray.
      channels: of each.
    """

    values: np.ndarray
    table: np.ndarray
    channels: int

    @property
    def size(self) -> int:
        """The number of pictures."""
        return len(self.table)

    def shape(self, index: int) -> tuple[int, int]:
        """Height and width of one."""
        return tuple(self.table[index, 1:3].tolist())

    def file_shape(self, index: int) -> tuple[int, int]:
        """Height and width that one has in its file."""
        return tuple(self.table[index, 3:5].tolist())

    @property
    def gray(self) -> bool:
        """Whether no picture has a colour."""
        return bool(self.table[:, 5].all())

    def picture(self, index: int) -> np.ndarray:
        """One picture, bytes [H, W, C]."""
        start, height, width = self.table[index, :3]
        stop = start + height * width * self.channels
        return self.values[start:stop].reshape(height, width, self.channels)


def blank_pictures(size: int, channels: int, count: int) -> Pictures:
    """Gray pictures that take no memory."""
    row = np.array([0, size, size, size, size, 0], np.int64)
    values = np.full(size * size * channels, 127, np.uint8)
    return Pictures(values, np.broadcast_to(row, (count, 6)), channels)


def stored_pictures(
    listing: Listing, form: Form, cache_dir: str | os.PathLike | None = None
) -> tuple[Pictures | None, Faults]:
    """Decodes all files of a listing, or finds them decoded.

    Args:
      listing: of a folder or zip.
      form: of the pictures.
      cache_dir: see `cache.cache_folder`.

    Returns:
      The pictures in the listing's order, and no faults; or none, and why files cannot
      be used, by their place.

    Raises:
      DataError: if nothing can be read now, or there is no room.
    """
    folder = cache_folder() if cache_dir is None else pathlib.Path(cache_dir)
    folder = folder.expanduser()
    where = "zip" if listing.packed else str(listing.path.resolve())
    parts = ((entry.name, entry.identity) for entry in listing.entries)
    name = digest("pictures", RULE, where, *parts, *form.identity)
    path = folder / f"{name}.npy"
    count = len(listing.entries)
    kept = kept_array(path)
    if kept is not None:
        return _parsed(kept, count, form), {}
    noted = bad_files.noted(path.with_suffix(".json"), listing)
    if noted:
        return None, noted
    with contextlib.ExitStack() as stack:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            remove_left_behind(folder)
            file = stack.enter_context(draft(folder))
        except OSError as error:
            warnings.warn(f"{folder}: not cached ({error})", stacklevel=4)
            file = None
        memory = io.BytesIO()
        faults = _write(listing, form, memory if file is None else file)
        if faults:
            if file is not None:
                bad_files.note(path.with_suffix(".json"), listing, faults)
            return None, faults
        if file is None:
            values = np.frombuffer(memory.getbuffer(), np.uint8, offset=_HEADER)
            return _parsed(values, count, form), {}
        file.flush()
        os.replace(file.name, path)
    return _parsed(np.load(path, mmap_mode="r"), count, form), {}


def _parsed(values: np.ndarray, count: int, form: Form) -> Pictures:
    table = np.frombuffer(values[-count * 48 :].tobytes(), np.int64).reshape(-1, 6)
    return Pictures(values, table, form.channels)


def _write(listing: Listing, form: Form, file: IO[bytes]) -> Faults:
    """Writes an array of all pictures and their table; faults, if there are any."""
    entries = listing.entries
    faults: Faults = {}
    table: list[tuple[int, ...]] = []
    length = 0

    def decode_one(entry: Entry) -> Decoded | str:
        try:
            return decode_picture(contents(entry, read), listing.title(entry), form)
        except DataError as error:
            return str(error).removeprefix(f"{listing.title(entry)}: ")

    what = f"decoding {shown(listing.path.name)}"
    try:
        with (
            listing.reader() as read,
            concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool,
            progress_bar(what, len(entries), 0, "images") as advance,
        ):
            _header(file, 0)
            for start in range(0, len(entries), AT_ONCE):
                block = entries[start : start + AT_ONCE]
                for place, one in enumerate(pool.map(decode_one, block), start):
                    if isinstance(one, str):
                        faults[place] = one
                    else:
                        file.write(one.pixels.data)
                        shape = one.pixels.shape[:2]
                        table.append((length, *shape, *one[1:]))
                        length += one.pixels.nbytes
                    advance(1)
                _check_room(file, length)
            rows = np.array(table, np.int64).tobytes()
            file.write(rows)
            _header(file, length + len(rows))
    except OSError as error:
        name = shown(str(error.filename or listing.path))
        raise DataError(
            f"{name}: cannot be read, or not kept ({error.strerror or error}); try "
            "again, or name another folder in JAXGAN_CACHE"
        ) from None
    return faults


def _header(file: IO[bytes], length: int) -> None:
    file.seek(0)
    about = {"descr": "|u1", "fortran_order": False, "shape": (length,)}
    np.lib.format.write_array_header_1_0(file, about)
    if file.tell() != _HEADER:
        raise AssertionError(f"a header of {file.tell()} bytes")


def _check_room(file: IO[bytes], length: int) -> None:
    if isinstance(file, io.BytesIO) and length > MEMORY_LIMIT:
        raise DataError(
            f"JAXGAN_CACHE: no folder in which {length / 2**30:.1f} GiB of decoded "
            "pictures can be kept; name one"
        )
