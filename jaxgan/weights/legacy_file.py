"""The format in which PyTorch before 1.6 saved, and pickles embed tensors' memory.

Five pickles: a magic number, a version, facts of the machine, what was saved, and a
list of the keys of its memory; then, key by key, a length in 8 bytes and the bytes.
"""

import io
from typing import Any, BinaryIO

import numpy as np

from jaxgan.weights.pickle_reader import PickleReader, Room, scan
from jaxgan.weights.tensors import STORAGES, Tensors, described

MAGIC = 0x1950A86A20F9469CFC6C
"""The number that such a file begins with."""
VERSION = 1001
"""Of the format: there was one."""


def read_legacy(file: BinaryIO, size: int) -> Any:
    """What was saved, its tensors as arrays; nothing of it is run.

    Args:
      file: at its beginning.
      size: of it, in bytes.

    Raises:
      ValueError: if it is damaged, or claims more than it holds.
    """
    if _plain(file, size) != MAGIC or _plain(file, size) != VERSION:
        raise ValueError("memory of tensors in another format")
    if not _plain(file, size)["little_endian"]:
        raise ValueError("of a big-endian machine")
    reader = _Reader(_pickle(file, size), size)
    content = reader.load()
    keys = _plain(file, size)
    if set(keys) != set(reader.memory) or len(keys) != len(reader.memory):
        raise ValueError(f"memory of {len(keys)} keys, and {len(reader.memory)} asked")
    for key in keys:
        _fill(file, key, reader.memory[key])
    return content


def _fill(file: BinaryIO, key: str, memory: np.ndarray) -> None:
    """Reads the numbers of one key, which tensors are views of."""
    length = int.from_bytes(file.read(8), "little")
    if length != memory.size:
        raise ValueError(
            f"saw {length} numbers of tensor memory {key!r}, wanted {memory.size}"
        )
    content = file.read(memory.nbytes)
    memory[:] = np.frombuffer(content, memory.dtype, memory.size)


def _pickle(file: BinaryIO, size: int) -> io.BytesIO:
    """The next pickle of the file, which is left at its end."""
    start = file.tell()
    scan(file, size - start)
    stop = file.tell()
    file.seek(start)
    return io.BytesIO(file.read(stop - start))


def _plain(file: BinaryIO, size: int) -> Any:
    """What the next pickle holds, without memory of tensors."""
    return PickleReader(_pickle(file, size), {}).load()


class _Reader(PickleReader):
    """Makes tensors of memory that is filled afterwards.

    Attributes:
      memory: flat arrays by key.
    """

    def __init__(self, file: io.BytesIO, size: int):
        super().__init__(file, Tensors(size).known)
        # Strings, which cannot be called.
        self._known |= {("torch", name): name for name in STORAGES}
        self._bytes = Room(size, "bytes of memory")
        self.memory: dict[str, np.ndarray] = {}

    def persistent_load(self, pid: Any) -> Any:
        """The memory of tensors, as a flat array; or the class of a module."""
        if pid[0] == "module":
            return pid[1]
        _, name, key, _, count, view = pid
        if key not in self.memory:
            if not isinstance(name, str):
                raise ValueError(f"memory of the type {described(name)} is not read")
            dtype = np.dtype(STORAGES[name])
            if count < 0:
                raise ValueError(f"tensor memory {key!r} of {count} numbers")
            self._bytes.take(count * dtype.itemsize)
            self.memory[key] = np.zeros(count, dtype)
        memory = self.memory[key]
        if view is None:
            return memory
        _, offset, length = view
        if min(offset, length) < 0 or offset + length > memory.size:
            raise ValueError(f"a part of tensor memory {key!r} that reaches beyond it")
        return memory[offset : offset + length]
