"""Pictures on their way into the cache, one after the other, with a row of each."""

import io
import os
from collections.abc import Sequence
from typing import IO

import numpy as np

from jaxgan.data.picture_form import Decoded

HEADER = 128
"""Bytes of the header of an array's file; numpy leaves room for a greater length."""
_ROW = 8
"""Numbers of a row: two of its key, and those of `picture_store.Pictures.table`."""
_AT_ONCE = 2**24
"""Bytes that are copied at a time."""


class PictureLog:
    """Pictures behind the header of an array, in the order in which they were decoded.

    Rows are in a file of their own, written after their pictures have reached the disk:
    what a process that is killed has finished is found again.
    """

    def __init__(self, pixels: IO[bytes], rows: IO[bytes], channels: int):
        """Goes on with what two files hold, as far as they are whole; or with nothing.

        Args:
          pixels: to be read and written.
          rows: likewise.
          channels: of each picture.
        """
        self._pixels, self._rows, self._channels = pixels, rows, channels
        self._table = _sound(pixels, rows, channels)
        self._waiting: list[tuple[int, ...]] = []
        self._length = 0
        if len(self._table):
            start, height, width = self._table[-1, 2:5].tolist()
            self._length = start + height * width * channels
        else:
            pixels.seek(0)
            pixels.write(_header(0))
        rows.truncate(self._table.nbytes)
        rows.seek(0, os.SEEK_END)
        pixels.truncate(HEADER + self._length)
        pixels.seek(0, os.SEEK_END)

    @property
    def length(self) -> int:
        """Bytes of all pictures."""
        return self._length

    def places(self, keys: Sequence[bytes]) -> np.ndarray:
        """Finds which of the saved pictures have these keys; -1 where none has.

        Args:
          keys: of 16 bytes; they tell whose a picture is.
        """
        known = {row[:2].tobytes(): place for place, row in enumerate(self._table)}
        return np.array([known.get(key, -1) for key in keys])

    def add(self, key: bytes, picture: Decoded) -> None:
        """Writes a picture; see `save`."""
        self._pixels.write(picture.pixels.data)
        about = self._length, *picture.pixels.shape[:2], *picture[1:]
        self._waiting.append((*np.frombuffer(key, np.int64).tolist(), *map(int, about)))
        self._length += picture.pixels.nbytes

    def save(self) -> None:
        """Notes that all pictures that were added are there."""
        if not self._waiting:
            return
        self._pixels.flush()
        if not isinstance(self._pixels, io.BytesIO):
            os.fsync(self._pixels.fileno())
        more = np.array(self._waiting, np.int64)
        self._rows.write(more.tobytes())
        self._rows.flush()
        self._table, self._waiting = np.concatenate([self._table, more]), []

    def is_in_order(self, places: np.ndarray) -> bool:
        """Tells whether the saved pictures are these, in this order, and no others."""
        return np.array_equal(places, np.arange(len(self._table)))

    def finish(self) -> None:
        """Makes the file an array of all pictures, with their table behind them."""
        table = self._table[:, 2:].tobytes()
        self._pixels.write(table)
        self._pixels.seek(0)
        self._pixels.write(_header(self._length + len(table)))
        self._pixels.flush()

    def copy(self, places: np.ndarray, out: IO[bytes]) -> None:
        """Writes such an array of some pictures to another file."""
        table = self._table[places, 2:].copy()
        sizes = table[:, 1] * table[:, 2] * self._channels
        starts, ends = table[:, 0].copy(), np.cumsum(sizes)
        table[:, 0] = ends - sizes
        out.write(_header(int(ends[-1]) + table.nbytes))
        for start, size in zip(starts.tolist(), sizes.tolist()):
            self._pixels.seek(HEADER + start)
            for at in range(0, size, _AT_ONCE):
                out.write(self._pixels.read(min(_AT_ONCE, size - at)))
        out.write(table.tobytes())
        out.flush()


def _header(length: int) -> bytes:
    file = io.BytesIO()
    about = {"descr": "|u1", "fortran_order": False, "shape": (length,)}
    np.lib.format.write_array_header_1_0(file, about)
    header = file.getvalue()
    if len(header) != HEADER:
        raise AssertionError(f"a header of {len(header)} bytes")
    return header


def _sound(pixels: IO[bytes], rows: IO[bytes], channels: int) -> np.ndarray:
    """Reads the rows [n, 8] of pictures that are there, up to the first that is not."""
    rows.seek(0)
    content = rows.read()
    whole = len(content) // (8 * _ROW) * 8 * _ROW
    table = np.frombuffer(content[:whole], np.int64).reshape(-1, _ROW)
    pixels.seek(0)
    if pixels.read(HEADER) != _header(0):
        return table[:0]
    there = pixels.seek(0, os.SEEK_END) - HEADER
    sizes = table[:, 3] * table[:, 4] * channels
    ends = np.cumsum(sizes)
    good = (table[:, 2] == ends - sizes) & (table[:, 3:5] > 0).all(1) & (ends <= there)
    return table[: len(good) if good.all() else int(np.argmin(good))]
