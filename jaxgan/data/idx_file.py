"""Arrays of bytes in the IDX format, in which MNIST is published."""

import gzip
import math
import pathlib
import struct
import zlib

import numpy as np

from jaxgan.data.source import DataError

BYTE = 0x08
"""What the header calls unsigned bytes."""


def read_idx(path: pathlib.Path) -> np.ndarray:
    """Reads a gzipped IDX file of unsigned bytes.

    Two zero bytes, one for the type, one for the number of dimensions; each dimension
    in four bytes, the most significant first; then the elements, the last dimension
    fastest (LeCun, Cortes and Burges, "The MNIST database of handwritten digits").

    Returns:
      A uint8 array of the shape that the header tells.

    Raises:
      DataError: naming the file, if it is damaged, of another format or type, or holds
        more or fewer elements than its header tells.
    """
    try:
        with gzip.open(path) as file:
            contents = file.read()
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(
            f"{path}: cannot be unpacked ({error}), wanted a gzipped IDX file; "
            "remove or replace it"
        ) from None
    head = contents[:4]
    if len(head) < 4 or head[:2] != b"\0\0" or head[2] != BYTE or not head[3]:
        raise DataError(
            f"{path}: saw a header {head.hex() or 'of no bytes'}, wanted 000008 and a "
            "number of dimensions, as IDX files of unsigned bytes have"
        )
    start = 4 + 4 * head[3]
    if len(contents) < start:
        raise DataError(
            f"{path}: saw {len(contents)} bytes, wanted a header of {start}"
        )
    shape = struct.unpack(f">{head[3]}I", contents[4:start])
    if len(contents) != start + math.prod(shape):
        raise DataError(
            f"{path}: saw {len(contents) - start} bytes of elements, wanted "
            f"{math.prod(shape)}, for the header tells the shape {list(shape)}"
        )
    return np.frombuffer(contents, np.uint8, offset=start).reshape(shape)
