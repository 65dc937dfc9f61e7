"""Files of images decoded once, to rows of an array that is kept in the cache."""

import concurrent.futures
import contextlib
import errno
import hashlib
import os
import pathlib
import time
import warnings
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from jaxgan.data import bad_files
from jaxgan.data.bad_files import Faults
from jaxgan.data.cache import array_in_memory, cache_folder, digest, kept_array, reserve
from jaxgan.data.decoded_rows import KEY, Rows, rows_in_file
from jaxgan.data.draft import draft, remove_left_behind, shared_draft
from jaxgan.data.file_kind import HEAD, file_kind
from jaxgan.data.file_name import shown
from jaxgan.data.image_file import RULE, decode
from jaxgan.data.image_listing import LARGEST, Entry, Listing
from jaxgan.data.progress_bar import progress_bar
from jaxgan.data.source import DataError

BLOCK = 8
"""Files that a thread decodes before another may have its turn."""
SECONDS = 5.0
"""After which what was decoded is written down as such."""
OF_THE_FILE = frozenset(
    (
        *(errno.ENOENT, errno.EACCES, errno.EPERM, errno.ENOTDIR, errno.EISDIR),
        *(errno.ELOOP, errno.ENAMETOOLONG),
    )
)
"""Errors that a file has; all others are the machine's, and may pass."""


class Decoded(NamedTuple):
    """What was decoded.

    Attributes:
      values: bytes [n, size, size, channels].
      places: in the listing, of the entries that they are of, [n].
    """

    values: np.ndarray
    places: np.ndarray


def decoded_images(
    listing: Listing,
    size: int,
    channels: int,
    *,
    skip_bad: bool = False,
    cache_dir: str | os.PathLike | None = None,
) -> Decoded:
    """Decodes all files of a listing, or finds them decoded.

    What was decoded before an interruption, or before bad files were refused, is not
    decoded again, though files may have come and gone.

    Args:
      listing: of a folder or zip.
      size: pixels per side.
      channels: 1 or 3.
      skip_bad: leave bad files out, with a warning. Which ones is kept with the rest.
      cache_dir: see `cache.cache_folder`.

    Raises:
      DataError: naming files that are no images or damaged, and why; or if none is
        left.
    """
    folder = cache_folder() if cache_dir is None else pathlib.Path(cache_dir)
    task = _Task(listing, folder.expanduser(), (size, size, channels), skip_bad)
    decoded, faults = task.kept() or task.made()
    if faults:
        told = bad_files.told(listing, faults, "are left out, for they cannot be used")
        warnings.warn(told, stacklevel=3)
    return decoded


class _Task(NamedTuple):
    """What is to be decoded, how, and where to."""

    listing: Listing
    folder: pathlib.Path
    shape: tuple[int, int, int]
    skip_bad: bool

    def kept(self) -> tuple[Decoded, Faults] | None:
        """Finds what was decoded before."""
        every = np.arange(len(self.listing.entries))
        values = kept_array(self._path(every))
        if values is not None:
            return Decoded(values, every), {}
        noted = self._path(every).with_suffix(".json")
        faults = bad_files.noted(noted, self.listing) if self.skip_bad else {}
        if not faults:
            return None
        places = np.setdiff1d(every, list(faults))
        values = kept_array(self._path(places)) if len(places) else None
        return None if values is None else (Decoded(values, places), faults)

    def made(self) -> tuple[Decoded, Faults]:
        """Decodes what no earlier try has decoded."""
        entries = self.listing.entries
        keys = np.stack([key_of(entry) for entry in entries])
        top = str(self.listing.path.resolve())
        name = digest("decoding", RULE, top, self.shape)
        path, what = self.folder / f".{name}.npy", f"decoding {self.listing.path}"
        with contextlib.ExitStack() as stack:
            try:
                self.folder.mkdir(parents=True, exist_ok=True)
                remove_left_behind(self.folder, but=[path])
                file = stack.enter_context(shared_draft(path, what))
                path = pathlib.Path(file.name)
                if found := self.kept():  # made by the process that was waited for
                    path.unlink()
                    return found
                rows = rows_in_file(stack, file, keys, self.shape)
            except OSError as error:
                with contextlib.suppress(OSError):
                    path.unlink()  # there is no room for it
                return self._made_in_memory(keys, error)
            faults = self._decoded(rows)
            if not rows.finished.any():
                path.unlink()
            bad_files.check(self.listing, faults, self.skip_bad)
            return self._put_in_place(path, rows, faults)

    def _made_in_memory(
        self, keys: np.ndarray, error: OSError
    ) -> tuple[Decoded, Faults]:
        whole = (len(keys), *self.shape)
        pixels = array_in_memory(self.folder, whole, np.uint8, error)
        rows = Rows(pixels, keys, None)
        faults = self._decoded(rows)
        bad_files.check(self.listing, faults, self.skip_bad)
        places = np.flatnonzero(rows.finished)
        return Decoded(pixels[places] if faults else pixels, places), faults

    def _decoded(self, rows: Rows) -> Faults:
        try:
            return _decode(self.listing, rows)
        except OSError as error:
            name = shown(str(error.filename or self.listing.path))
            raise DataError(
                f"{name}: cannot be read now ({error.strerror or error}); try again, "
                "and what is decoded already will not be decoded again"
            ) from None

    def _put_in_place(
        self, path: pathlib.Path, rows: Rows, faults: Faults
    ) -> tuple[Decoded, Faults]:
        places = np.flatnonzero(rows.finished)
        if faults:
            with draft(self.folder) as file:
                reserve(file, (len(places), *self.shape), np.uint8)
                array = np.lib.format.open_memmap(file.name, "r+")
                rows.copy(places, array, np.arange(len(places)))
                array.flush()
                every = self._path(np.arange(len(rows.keys)))
                bad_files.note(every.with_suffix(".json"), self.listing, faults)
                os.replace(file.name, self._path(places))
            path.unlink()
        else:
            os.truncate(path, rows.end)
            os.replace(path, self._path(places))
        return Decoded(np.load(self._path(places), mmap_mode="r"), places), faults

    def _path(self, places: np.ndarray) -> pathlib.Path:
        """Where the images of some entries are kept."""
        listing, shape = self.listing, (len(places), *self.shape)
        # A zip's checksums tell its contents; sizes and dates need the folder's place.
        where = "zip" if listing.packed else str(listing.path.resolve())
        chosen = (listing.entries[place] for place in places)
        parts = ((entry.name, entry.identity) for entry in chosen)
        name = digest("images", RULE, where, *parts, shape, "|u1")
        return self.folder / f"{name}.npy"


def key_of(entry: Entry) -> np.ndarray:
    """What a file and its contents are known by, [KEY] bytes."""
    content = repr((entry.name, entry.identity)).encode()
    return np.frombuffer(hashlib.sha256(content).digest()[:KEY], np.uint8)


def _decode(listing: Listing, rows: Rows) -> Faults:
    """Decodes all rows that are not finished, by threads."""
    size, channels = rows.pixels.shape[2:]
    waiting = np.flatnonzero(~rows.finished).tolist()
    faults: Faults = {}
    finished: list[int] = []

    def decode_block(block: list[int]) -> Faults:
        bad = {}
        for place in block:
            entry = listing.entries[place]
            try:
                data = contents(entry, read)
                rows.pixels[place] = decode(data, listing.title(entry), size, channels)
            except DataError as error:
                told = str(error).removeprefix(f"{listing.title(entry)}: ")
                bad[place] = told
        return bad

    blocks = [waiting[at : at + BLOCK] for at in range(0, len(waiting), BLOCK)]
    what = f"decoding {shown(listing.path.name)}"
    with (
        listing.reader() as read,
        concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool,
        progress_bar(
            what, len(rows.keys), len(rows.keys) - len(waiting), "images"
        ) as advance,
    ):
        since = time.monotonic()
        try:
            for block, bad in zip(blocks, pool.map(decode_block, blocks)):
                faults.update(bad)
                finished += [place for place in block if place not in bad]
                advance(len(block))
                if time.monotonic() > since + SECONDS:
                    rows.save(finished)
                    finished, since = [], time.monotonic()
        finally:
            rows.save(finished)
    return faults


def contents(entry: Entry, read: Callable[[Entry, int], bytes]) -> bytes:
    """Reads a file, within bounds.

    Raises:
      DataError: if it cannot be, saying why; the file is named by others.
      OSError: if no file could be, such as when too many are open.
    """
    if entry.fault:
        raise DataError(entry.fault)
    try:
        if entry.size > LARGEST:
            kind = file_kind(read(entry, HEAD), entry.name)
            raise DataError(
                str(kind or f"saw {entry.size:,} bytes, wanted at most {LARGEST:,}")
            )
        return read(entry, LARGEST)
    except DataError:
        raise
    except OSError as error:
        if error.errno is not None and error.errno not in OF_THE_FILE:
            raise
        told = shown(error.strerror or str(error))
        raise DataError(f"cannot be read ({told}); replace it") from None
    except Exception as error:  # zipfile and its decompressors raise many kinds
        told = " ".join(str(error).split()) or type(error).__name__
        raise DataError(f"cannot be read ({shown(told)}); replace it") from None
