import gzip
import struct

import hypothesis
import hypothesis.extra.numpy as hnp
import numpy as np
import pytest

from jaxgan import data
from jaxgan.data.idx_file import read_idx


def packed(array):
    """The contents of an IDX file, not gzipped."""
    head = bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return head + array.tobytes()


@hypothesis.given(
    hnp.arrays(np.uint8, hnp.array_shapes(max_dims=4, max_side=5, min_side=0))
)
def test_reads_what_was_written(tmp_path_factory, array):
    path = tmp_path_factory.mktemp("idx") / "a.gz"
    path.write_bytes(gzip.compress(packed(array)))
    read = read_idx(path)
    assert read.dtype == np.uint8
    np.testing.assert_array_equal(read, array)


def test_by_hand(tmp_path):
    path = tmp_path / "a.gz"
    path.write_bytes(
        gzip.compress(bytes.fromhex("00000802 00000002 00000101") + b"x" * 514)
    )
    assert read_idx(path).shape == (2, 257)


GOOD = packed(np.arange(6, dtype=np.uint8).reshape(2, 3))


@pytest.mark.parametrize(
    ("contents", "message"),
    [
        (b"", "saw a header of no bytes, wanted 000008"),
        (b"\0\0\x08", "saw a header 000008, wanted"),
        (b"\0\0\x0d" + GOOD[3:], "saw a header 00000d02, wanted 000008"),
        (b"\0\x01" + GOOD[2:], "saw a header 00010802"),
        (b"\0\0\x08\0" + GOOD[4:], "saw a header 00000800"),
        (GOOD[:8], "saw 8 bytes, wanted a header of 12"),
        (GOOD[:-1], r"saw 5 bytes of elements, wanted 6, .* shape \[2, 3\]"),
        (GOOD + b"!", r"saw 7 bytes of elements, wanted 6"),
    ],
)
def test_refuses(tmp_path, contents, message):
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(contents))
    with pytest.raises(data.DataError, match=f"^{path}: {message}"):
        read_idx(path)


@pytest.mark.parametrize(
    "damage", [lambda b: b[:-1], lambda b: b[5:], lambda b: b[:-12] + b"0000" + b[-8:]]
)
def test_refuses_a_damaged_gzip(tmp_path, damage):
    path = tmp_path / "a.gz"
    path.write_bytes(damage(gzip.compress(GOOD)))
    with pytest.raises(data.DataError, match=f"^{path}: cannot be unpacked"):
        read_idx(path)
