"""Files of images decoded once, to rows of an array that is kept in the cache."""

import concurrent.futures
import contextlib
import hashlib
import json
import os
import pathlib
import time
import warnings
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from jaxgan.data.cache import array_in_memory, cache_folder, digest, kept_array, reserve
from jaxgan.data.decoded_rows import KEY, Rows, rows_in_file
from jaxgan.data.draft import draft, remove_left_behind, shared_draft
from jaxgan.data.file_kind import HEAD, file_kind
from jaxgan.data.file_name import shown
from jaxgan.data.image_file import RULE, decode
from jaxgan.data.image_listing import LARGEST, Entry, Listing
from jaxgan.data.progress_bar import progress_bar
from jaxgan.data.source import DataError

NAMED = 12
"""Bad files that are told by name, at most."""
BLOCK = 8
"""Files that a thread decodes before another may have its turn."""
SECONDS = 5.0
"""After which what was decoded is written down as such."""
Faults = dict[int, str]
"""Why entries cannot be used, by their place in the listing."""


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
        told = _told(listing, faults, "are left out, for they cannot be used")
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
        if not self.skip_bad or not (faults := self._known_faults()):
            return None
        places = np.setdiff1d(every, list(faults))
        values = kept_array(self._path(places)) if len(places) else None
        return None if values is None else (Decoded(values, places), faults)

    def made(self) -> tuple[Decoded, Faults]:
        """Decodes what no earlier try has decoded."""
        entries = self.listing.entries
        keys = np.stack([_key(entry) for entry in entries])
        top = str(self.listing.path.resolve())
        name = digest("decoding", RULE, top, self.shape)
        path, what = self.folder / f".{name}.npy", f"decoding {self.listing.path}"
        with contextlib.ExitStack() as stack:
            try:
                self.folder.mkdir(parents=True, exist_ok=True)
                remove_left_behind(self.folder, but=path)
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
            faults = _decode(self.listing, rows)
            if not rows.finished.any():
                path.unlink()
            self._check(faults)
            return self._put_in_place(path, rows, faults)

    def _made_in_memory(
        self, keys: np.ndarray, error: OSError
    ) -> tuple[Decoded, Faults]:
        whole = (len(keys), *self.shape)
        pixels = array_in_memory(self.folder, whole, np.uint8, error)
        rows = Rows(pixels, keys, None)
        faults = _decode(self.listing, rows)
        self._check(faults)
        places = np.flatnonzero(rows.finished)
        return Decoded(pixels[places] if faults else pixels, places), faults

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
                self._write_faults(faults)
                os.replace(file.name, self._path(places))
            path.unlink()
        else:
            os.truncate(path, rows.end)
            os.replace(path, self._path(places))
        return Decoded(np.load(self._path(places), mmap_mode="r"), places), faults

    def _check(self, faults: Faults) -> None:
        """Refuses bad files, unless they shall be left out and others are left."""
        listing, count = self.listing, len(self.listing.entries)
        if not faults or (self.skip_bad and len(faults) < count):
            return
        if len(faults) == 1:
            ((place, reason),) = faults.items()
            raise DataError(f"{listing.title(listing.entries[place])}: {reason}")
        text = _told(listing, faults, "cannot be used")
        if not self.skip_bad:
            text += "\nto leave such files out: --skip-bad, in Python skip_bad=True"
        raise DataError(text)

    def _path(self, places: np.ndarray) -> pathlib.Path:
        """Where the images of some entries are kept."""
        listing, shape = self.listing, (len(places), *self.shape)
        # A zip's checksums tell its contents; sizes and dates need the folder's place.
        where = "zip" if listing.packed else str(listing.path.resolve())
        chosen = (listing.entries[place] for place in places)
        parts = ((entry.name, entry.identity) for entry in chosen)
        name = digest("images", RULE, where, *parts, shape, "|u1")
        return self.folder / f"{name}.npy"

    @property
    def _faults_path(self) -> pathlib.Path:
        every = self._path(np.arange(len(self.listing.entries)))
        return every.with_suffix(".json")

    def _known_faults(self) -> Faults:
        places = {one.name: place for place, one in enumerate(self.listing.entries)}
        try:
            known = json.loads(self._faults_path.read_text())
            return {places[name]: str(reason) for name, reason in known.items()}
        except (OSError, ValueError, KeyError, AttributeError):
            return {}

    def _write_faults(self, faults: Faults) -> None:
        names = {self.listing.entries[at].name: why for at, why in faults.items()}
        temporary = self._faults_path.with_suffix(f".{os.getpid()}.tmp")
        temporary.write_text(json.dumps(names))
        os.replace(temporary, self._faults_path)


def _key(entry: Entry) -> np.ndarray:
    content = repr((entry.name, entry.identity)).encode()
    return np.frombuffer(hashlib.sha256(content).digest()[:KEY], np.uint8)


def _told(listing: Listing, faults: Faults, what: str) -> str:
    """Names bad files, a line each."""
    entries = listing.entries
    lines = [
        f"\n  {shown(entries[place].name)}: {faults[place]}"
        for place in sorted(faults)[:NAMED]
    ]
    if len(faults) > NAMED:
        lines.append(f"\n  and {len(faults) - NAMED:,} more")
    path = shown(str(listing.path))
    return f"{path}: {len(faults):,} of {len(entries):,} files {what}:{''.join(lines)}"


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
                data = _contents(entry, read)
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


def _contents(entry: Entry, read: Callable[[Entry, int], bytes]) -> bytes:
    """Reads a file, within bounds.

    Raises:
      DataError: if it cannot be, saying why; the file is named by others.
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
    except Exception as error:  # zipfile and its decompressors raise many kinds
        told = " ".join(str(error).split()) or type(error).__name__
        raise DataError(f"cannot be read ({shown(told)}); replace it") from None
