"""Rows of decoded images on their way into the cache, of which some are finished."""

import contextlib
import os
import pathlib
from typing import IO

import numpy as np

from jaxgan.data.cache import reserve
from jaxgan.data.draft import draft

KEY = 16
"""Bytes of a row's key, which tells whose it is; zeros if the row is not finished."""
CHUNK = 2**26
"""Bytes that are copied at a time."""


class Rows:
    """An array of images to be decoded.

    In a file the keys of finished rows follow the array, written after their rows have
    reached the disk: what a process that is killed has finished is found again.

    Attributes:
      pixels: [n, H, W, C].
      keys: of all rows, [n, KEY].
      finished: which are done, [n].
    """

    def __init__(self, pixels: np.ndarray, keys: np.ndarray, path: pathlib.Path | None):
        """Takes an array, in memory or in a file; see `rows_in_file`."""
        self.pixels, self.keys = pixels, keys
        self._stored = None if path is None else _stored_keys(pixels, path)
        self.finished = np.zeros(len(keys), bool)
        if self._stored is not None:
            self.finished = (self._stored == keys).all(axis=1)

    def save(self, numbers: list[int]) -> None:
        """Notes that these rows are finished."""
        self.finished[numbers] = True
        if self._stored is not None:
            self.pixels.flush()  # pyright: ignore[reportAttributeAccessIssue]
            self._stored[numbers] = self.keys[numbers]

    def agrees(self, keys: np.ndarray) -> bool:
        """Tells whether every row has such a key, or none yet."""
        return bool(((self.keys == keys) | (self.keys == 0)).all())

    @property
    def end(self) -> int:
        """Where the array ends in its file."""
        return self.pixels.offset + self.pixels.nbytes  # pyright: ignore[reportAttributeAccessIssue]

    def copy(self, numbers: np.ndarray, out: np.ndarray, places: np.ndarray) -> None:
        """Copies rows to places in another array."""
        step = max(1, CHUNK // self.pixels[0].nbytes)
        for at in range(0, len(numbers), step):
            out[places[at : at + step]] = self.pixels[numbers[at : at + step]]


def rows_in_file(
    stack: contextlib.ExitStack,
    file: IO[bytes],
    keys: np.ndarray,
    shape: tuple[int, ...],
) -> Rows:
    """Goes on with what a file holds, where the rows of these keys are in it.

    Args:
      stack: closes what else is opened, and must stay open.
      file: of an earlier `Rows`, or empty.
      keys: of the rows wanted, [n, KEY].
      shape: of each.

    Raises:
      OSError: if there is no room for them.
    """
    path = pathlib.Path(file.name)
    whole = (len(keys), *shape)
    old = _earlier(path, shape)
    if old is not None and old.pixels.shape == whole and old.agrees(keys):
        return Rows(old.pixels, keys, path)
    new = None
    if old is not None:
        with contextlib.suppress(OSError):  # there may be no room for both
            new = stack.enter_context(draft(path.parent))
            reserve(new, whole, np.uint8, keys.nbytes)
            _move(old, _opened(new, keys))
            os.replace(new.name, path)
            return Rows(np.lib.format.open_memmap(path, "r+"), keys, path)
    if new is not None:
        os.truncate(new.fileno(), 0)
    reserve(file, whole, np.uint8, keys.nbytes)
    return _opened(file, keys)


def _opened(file: IO[bytes], keys: np.ndarray) -> Rows:
    path = pathlib.Path(file.name)
    return Rows(np.lib.format.open_memmap(path, "r+"), keys, path)


def _stored_keys(pixels: np.ndarray, path: pathlib.Path) -> np.ndarray:
    start = pixels.offset + pixels.nbytes  # pyright: ignore[reportAttributeAccessIssue]
    return np.memmap(path, np.uint8, "r+", start, (len(pixels), KEY))


def _earlier(path: pathlib.Path, shape: tuple[int, ...]) -> Rows | None:
    """What a file holds, with the keys stored in it; none if it is empty or damaged."""
    try:
        pixels = np.lib.format.open_memmap(path, "r+")
        if pixels.shape[1:] != shape or pixels.dtype != np.uint8:
            return None
        return Rows(pixels, np.array(_stored_keys(pixels, path)), None)
    except (ValueError, OSError, EOFError):
        return None


def _move(old: Rows, new: Rows) -> None:
    """Copies the finished rows of one to their places in another."""
    done = np.flatnonzero(old.keys.any(axis=1))
    known = {old.keys[number].tobytes(): number for number in done}
    numbers = [known.get(key.tobytes(), -1) for key in new.keys]
    places = np.flatnonzero(np.array(numbers) >= 0)
    old.copy(np.array(numbers)[places], new.pixels, places)
    new.save(places.tolist())
