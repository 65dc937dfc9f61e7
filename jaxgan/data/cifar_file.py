"""The binary version of CIFAR-10: an archive of fixed records."""

import pathlib
import tarfile
import zlib
from collections.abc import Sequence

import numpy as np

from jaxgan.data.source import DataError

SIDE, CHANNELS, CLASSES = 32, 3, 10
RECORD = 1 + CHANNELS * SIDE * SIDE
"""Bytes of an example: its label, then a plane each of red, green and blue, by rows."""


def read_cifar10(
    path: pathlib.Path, members: Sequence[str]
) -> tuple[np.ndarray, np.ndarray]:
    """Reads files of records out of a .tar.gz; nothing is unpacked to disk.

    Args:
      path: of the archive.
      members: names of files in it, in the order in which examples are wanted.

    Returns:
      Images [N, 32, 32, 3] and labels [N], both uint8.

    Raises:
      DataError: naming the archive, if it is damaged or lacks a file, or a file does
        not consist of whole records with labels below 10.
    """
    contents = {}
    try:
        # Going back in a compressed archive would mean to begin again.
        with tarfile.open(path, "r|gz") as archive:
            for member in archive:
                if member.name in members and member.isfile():
                    file = archive.extractfile(member)
                    contents[member.name] = b"" if file is None else file.read()
    except (OSError, EOFError, zlib.error, tarfile.TarError) as error:
        raise DataError(
            f"{path}: a damaged archive ({error}); remove or replace it"
        ) from None
    if missing := [name for name in members if name not in contents]:
        raise DataError(f"{path}: saw no file {missing[0]} in it")
    return _examples(path, [contents[name] for name in members], members)


def _examples(
    path: pathlib.Path, contents: Sequence[bytes], members: Sequence[str]
) -> tuple[np.ndarray, np.ndarray]:
    for name, data in zip(members, contents):
        if not data or len(data) % RECORD:
            raise DataError(
                f"{path}: saw {len(data)} bytes in {name}, wanted records of {RECORD}"
            )
    records = np.frombuffer(b"".join(contents), np.uint8).reshape(-1, RECORD)
    labels = records[:, 0]
    if labels.max() >= CLASSES:
        raise DataError(f"{path}: saw a label {labels.max()}, wanted 0 to 9")
    planes = records[:, 1:].reshape(-1, CHANNELS, SIDE, SIDE)
    return planes.transpose(0, 2, 3, 1), labels
