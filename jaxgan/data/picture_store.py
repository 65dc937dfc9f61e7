"""Pictures of any sizes, decoded once to one array that is kept in the cache."""

import concurrent.futures
import contextlib
import errno
import io
import math
import os
import pathlib
import time
import warnings
from collections.abc import Iterator
from typing import IO, NamedTuple

import numpy as np

from jaxgan.data import bad_files
from jaxgan.data.bad_files import Faults
from jaxgan.data.cache import MEMORY_LIMIT, cache_folder, digest, kept_array
from jaxgan.data.decoded_images import contents, key_of
from jaxgan.data.draft import draft, remove_left_behind, shared_draft
from jaxgan.data.file_name import shown
from jaxgan.data.image_file import RULE
from jaxgan.data.image_listing import Listing
from jaxgan.data.picture_form import Decoded, Form, decode_picture
from jaxgan.data.picture_log import HEADER, PictureLog
from jaxgan.data.progress_bar import progress_bar
from jaxgan.data.source import DataError

AT_ONCE = 64
"""Pictures that are decoded before others may have their turn."""
SECONDS = 5.0
"""After which what was decoded is written down as such."""
FULL = (errno.ENOSPC, errno.EDQUOT)
"""Errors of a disk on which nothing unfinished is left lying."""


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

    What was decoded before an interruption, or before bad files were refused, is not
    decoded again, though files may have come and gone.

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
    task = _Task(listing, form, folder.expanduser())
    return task.kept() or task.made()


class _Task(NamedTuple):
    """What is to be decoded, how, and where to."""

    listing: Listing
    form: Form
    folder: pathlib.Path

    def kept(self) -> tuple[Pictures | None, Faults] | None:
        """Finds what was decoded before, or found to be bad."""
        values = kept_array(self._path)
        if values is not None:
            return self._parsed(values), {}
        noted = bad_files.noted(self._path.with_suffix(".json"), self.listing)
        return (None, noted) if noted else None

    def made(self) -> tuple[Pictures | None, Faults]:
        """Decodes what no earlier try has decoded."""
        top = str(self.listing.path.resolve())
        name = digest("decoding pictures", RULE, top, *self.form.identity)
        paths = [self.folder / f".{name}{part}.npy" for part in ("", ".rows")]
        what = f"decoding {self.listing.path}"
        with contextlib.ExitStack() as stack:
            try:
                self.folder.mkdir(parents=True, exist_ok=True)
                remove_left_behind(self.folder, but=paths)
                # Whoever has the first has the second.
                drafts = [stack.enter_context(shared_draft(x, what)) for x in paths]
                paths = [pathlib.Path(one.name) for one in drafts]
                if found := self.kept():  # made by the process that was waited for
                    _remove(paths)
                    return found
                pixels, rows = (stack.enter_context(x.open("r+b")) for x in paths)
            except OSError as error:
                _remove(paths)
                warnings.warn(f"{self.folder}: not cached ({error})", stacklevel=4)
                return self._made_in_memory()
            return self._made_in_files(pixels, rows, paths)

    def _made_in_memory(self) -> tuple[Pictures | None, Faults]:
        pixels = io.BytesIO()
        log = PictureLog(pixels, io.BytesIO(), self.form.channels)
        with self._telling([]):
            _, faults = self._decoded(log, MEMORY_LIMIT)
        if faults:
            return None, faults
        log.finish()
        values = np.frombuffer(pixels.getbuffer(), np.uint8, offset=HEADER)
        return self._parsed(values), {}

    def _made_in_files(
        self, pixels: IO[bytes], rows: IO[bytes], paths: list[pathlib.Path]
    ) -> tuple[Pictures | None, Faults]:
        with self._telling(paths):
            log = PictureLog(pixels, rows, self.form.channels)
            places, faults = self._decoded(log)
            if faults:
                if not log.length:
                    _remove(paths)
                bad_files.note(self._path.with_suffix(".json"), self.listing, faults)
                return None, faults
            if log.is_in_order(places):
                log.finish()
                os.replace(paths[0], self._path)
            else:
                with draft(self.folder) as file:
                    log.copy(places, file)
                    os.replace(file.name, self._path)
            _remove(paths)
        return self._parsed(np.load(self._path, mmap_mode="r")), {}

    @contextlib.contextmanager
    def _telling(self, paths: list[pathlib.Path]) -> Iterator[None]:
        """Tells what keeps it from being read or written; leaves no disk full."""
        try:
            yield
        except OSError as error:
            if error.errno in FULL:
                _remove(paths)
            name = shown(str(error.filename or self.listing.path))
            raise DataError(
                f"{name}: cannot be read, or not kept ({error.strerror or error}); try "
                "again, or name another folder in JAXGAN_CACHE"
            ) from None

    def _decoded(
        self, log: PictureLog, most: float = math.inf
    ) -> tuple[np.ndarray, Faults]:
        """Decodes what a log of so many bytes lacks: where all are, and what is bad."""
        entries = self.listing.entries
        keys = [key_of(entry).tobytes() for entry in entries]
        waiting = np.flatnonzero(log.places(keys) < 0).tolist()
        faults: Faults = {}

        def decode_one(place: int) -> Decoded | str:
            title = self.listing.title(entries[place])
            try:
                return decode_picture(contents(entries[place], read), title, self.form)
            except DataError as error:
                return str(error).removeprefix(f"{title}: ")

        what, count = f"decoding {shown(self.listing.path.name)}", len(entries)
        with (
            self.listing.reader() as read,
            concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool,
            progress_bar(what, count, count - len(waiting), "images") as advance,
        ):
            since = time.monotonic()
            try:
                for start in range(0, len(waiting), AT_ONCE):
                    block = waiting[start : start + AT_ONCE]
                    for place, one in zip(block, pool.map(decode_one, block)):
                        if isinstance(one, str):
                            faults[place] = one
                        else:
                            log.add(keys[place], one)
                        advance(1)
                    _check_room(log.length, most)
                    if time.monotonic() > since + SECONDS:
                        log.save()
                        since = time.monotonic()
            finally:
                log.save()
        return log.places(keys), faults

    @property
    def _path(self) -> pathlib.Path:
        """Where the pictures are kept."""
        listing = self.listing
        where = "zip" if listing.packed else str(listing.path.resolve())
        parts = ((entry.name, entry.identity) for entry in listing.entries)
        name = digest("pictures", RULE, where, *parts, *self.form.identity)
        return self.folder / f"{name}.npy"

    def _parsed(self, values: np.ndarray) -> Pictures:
        count = len(self.listing.entries)
        table = np.frombuffer(values[-count * 48 :].tobytes(), np.int64).reshape(-1, 6)
        return Pictures(values, table, self.form.channels)


def _check_room(length: int, most: float) -> None:
    if length > most:
        raise DataError(
            f"JAXGAN_CACHE: no folder in which {length / 2**30:.1f} GiB of decoded "
            "pictures can be kept; name one"
        )


def _remove(paths: list[pathlib.Path]) -> None:
    for path in paths:
        with contextlib.suppress(OSError):
            path.unlink()
