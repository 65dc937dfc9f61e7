"""A reader of pickles that runs nothing of theirs, in bounded time and memory.

A pickle may name any function and have it called with anything. Here nothing is
imported: a name that the reader has no meaning for becomes a class of `Inert` objects,
which keep what they are given and do nothing.
"""

import io
import pickle
import pickletools
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO

COPIES = 4
"""Sets, dicts and the like have so many entries in all per byte of their pickle."""
FLOOR = 2**16
"""or so many, if that is more."""
NAMES = 10_000
"""Names in one pickle."""


class Inert:
    """Stands for an object of any class: keeps its state and items, does nothing.

    Attributes:
      described: the name of the class.
      state: of the object; None without.
      items: by key, if it is a kind of dict.
    """

    described = ""

    def __new__(cls, *arguments: Any, **named: Any) -> "Inert":
        """Any arguments will do."""
        del arguments, named
        made = object.__new__(cls)
        made.state, made.items = None, {}
        return made

    def __init__(self, *arguments: Any, **named: Any):
        del arguments, named
        self.state: Any
        self.items: dict[Any, Any]

    def __setstate__(self, state: Any) -> None:
        self.state = state

    def __setitem__(self, key: Any, value: Any) -> None:
        self.items[key] = value

    def append(self, value: Any) -> None:
        """Of lists, sets and their kin."""
        del value

    extend = add = append


class PlainDict(dict):
    """An OrderedDict, without the attributes that PyTorch hangs on it."""

    def __setstate__(self, state: Any) -> None:
        del state


class PickleReader(pickle.Unpickler):
    """Gives a meaning to the names that it is told, and a placeholder to all others.

    Args:
      file: at the beginning of a pickle; it is checked before anything is made of it.
      known: {(module, name): what it stands for}; beside OrderedDict, sets and bytes.

    Raises:
      ValueError: if the pickle claims more than it holds, or calls what is registered
        in this process.
    """

    def __init__(self, file: BinaryIO, known: Mapping[tuple[str, str], Any]):
        start = file.tell()
        size = file.seek(0, io.SEEK_END) - start
        file.seek(start)
        scan(file, size)
        file.seek(start)
        super().__init__(file)
        self.room = Room(COPIES * size + FLOOR, "entries")
        spent = self.room.spent
        # Made here: a pickle can change the attributes of functions that it names.
        self._known: dict[tuple[str, str], Any] = {
            ("collections", "OrderedDict"): lambda *a: PlainDict(*spent(a)),
            ("builtins", "set"): lambda *a: set(*spent(a)),
            ("__builtin__", "set"): lambda *a: set(*spent(a)),
            # How protocol 2 writes bytes.
            ("_codecs", "encode"): lambda *a: spent(a)[0].encode("latin1"),
            **known,
        }

    def find_class(self, module_name: str, global_name: str) -> Any:
        """The meaning of a name: nothing is imported."""
        name = module_name, global_name
        if name not in self._known:
            if len(self._known) > NAMES:
                raise ValueError(f"it names more than {NAMES} classes")
            self._known[name] = type("Inert", (Inert,), {"described": ".".join(name)})
        return self._known[name]

    def persistent_load(self, pid: Any) -> Any:
        """Refuses memory that lies elsewhere."""
        raise ValueError(f"memory {pid!r} is not in the pickle")


class Room:
    """What a file may still take, in all.

    Args:
      limit: how much that is.
      unit: of what.
    """

    def __init__(self, limit: int, unit: str):
        self._left, self._limit, self._unit = limit, limit, unit

    def take(self, count: int) -> None:
        """Takes so much of it.

        Raises:
          ValueError: if there is not so much.
        """
        self._left -= count
        if self._left < 0:
            raise ValueError(
                f"it blows up to more than the {self._limit} {self._unit} that a file "
                "of its size may have"
            )

    def spent(self, arguments: Sequence[Any]) -> Sequence[Any]:
        """Takes the lengths of what is copied, and passes it on."""
        for argument in arguments:
            self.take(len(argument))
        return arguments


def scan(file: BinaryIO, size: int) -> None:
    """Checks the opcodes of a pickle, without making anything of them.

    Args:
      file: at the beginning of the pickle; afterwards at its end.
      size: bytes from there to the end of the file.

    Raises:
      ValueError: if it is no pickle, is cut short, numbers objects that it does not
        have (for which memory would be taken), or calls what is registered in this
        process.
    """
    puts = 0
    for opcode, argument, _ in pickletools.genops(_Measured(file, size)):  # pyright: ignore
        if opcode.name in ("PUT", "BINPUT", "LONG_BINPUT"):
            puts += 1
            # Writers count up from 0 or 1; some leave numbers out.
            if int(argument or 0) > FLOOR + COPIES * puts:
                raise ValueError(
                    f"object {puts} of the pickle has the number {argument}"
                )
        elif opcode.name in ("EXT1", "EXT2", "EXT4"):
            raise ValueError("it asks for what this process has registered")


class _Measured:
    """A file that is never asked for more than it has."""

    def __init__(self, file: BinaryIO, size: int):
        self._file, self._left = file, size

    def read(self, count: int = -1) -> bytes:
        if count > self._left:
            raise ValueError(f"it claims {count} bytes, and has {self._left}")
        content = self._file.read(count)
        self._left -= len(content)
        return content

    def readline(self) -> bytes:
        line = self._file.readline(min(self._left, 2**20))
        self._left -= len(line)
        return line

    def tell(self) -> int:
        return self._file.tell()
