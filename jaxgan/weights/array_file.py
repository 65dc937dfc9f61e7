"""Named arrays of a file: PyTorch's, safetensors', NumPy's or a pickled network's."""

import math
import os
import pathlib
import zipfile
from collections.abc import Iterator
from typing import Any

import jax.numpy as jnp
import numpy as np

from jaxgan.weights import file_kind, network_pickle
from jaxgan.weights.errors import WeightsError
from jaxgan.weights.pickle_reader import Inert
from jaxgan.weights.torch_file import ADVICE, read_torch

SAFETENSORS: dict[str, Any] = {
    "BF16": jnp.bfloat16,
    "BOOL": np.bool_,
    "F16": np.float16,
    "F32": np.float32,
    "F64": np.float64,
    "I8": np.int8,
    "I16": np.int16,
    "I32": np.int32,
    "I64": np.int64,
    "U8": np.uint8,
    "U16": np.uint16,
    "U32": np.uint32,
    "U64": np.uint64,
}
MOST = 200_000
"""Arrays of a file."""
UNPACKED = 20
"""A compressed .npz may become so many times as large,"""
FLOOR = 2**30
"""or of so many bytes, if that is more."""
HEADER = 10**8
"""Bytes of a safetensors header, at most."""


def read_arrays(path: str | os.PathLike, within: str = "") -> dict[str, np.ndarray]:
    """All arrays of a file by name.

    Dicts, lists and tuples inside each other are flattened: in {'model': {'fc.weight':
    w}, 'epoch': 3} there is 'model.fc.weight'. What is no array is left out: options,
    words and numbers, objects of whatever classes, whole modules.

    Args:
      path: of `torch.save` (read by `read_torch`: no code in it is run), .safetensors
        (which wants the package safetensors), .npz, or a pickle of networks (read by
        `read_network_pickle`: no code in it is run). The contents tell which.
      within: only the arrays below this name, which is left off theirs: 'model'.

    Returns:
      Arrays in the order of the file. Those of PyTorch are read-only.

    Raises:
      WeightsError: if the file does not exist, is damaged, claims more than it holds,
        is of another format (which is named), has no arrays of that name, or has two of
        one name; or if safetensors is not installed.
    """
    path = pathlib.Path(path).expanduser()
    file_kind.check(path)
    seen = _Seen()
    arrays: dict[str, np.ndarray] = {}
    try:
        for name, array in seen.flat(_contents(path), ""):
            if name in arrays:
                raise WeightsError(f"{path}: saw two arrays of the name {name!r}")
            if len(arrays) == MOST:
                raise WeightsError(f"{path}: saw more than {MOST} arrays")
            arrays[name] = array
    except RecursionError:
        raise WeightsError(
            f"{path}: contains itself, or is nested too deeply"
        ) from None
    except OSError as error:
        raise WeightsError(
            f"{path}: cannot be read ({error.strerror or error})"
        ) from None
    if seen.unread:
        name, kind = next(iter(seen.unread.items()))
        raise WeightsError(
            f"{path}: {name!r} is a tensor of a kind that is not read ({kind}); in "
            "PyTorch, save it dense and plain"
        )
    if not arrays:
        what = f", but whole modules ({seen.module}); {ADVICE}" if seen.module else ""
        raise WeightsError(f"{path}: saw no arrays in it{what}")
    return _below(path, arrays, within) if within else arrays


def _below(
    path: pathlib.Path, arrays: dict[str, np.ndarray], within: str
) -> dict[str, np.ndarray]:
    prefix = f"{within}."
    chosen = {
        name.removeprefix(prefix): array
        for name, array in arrays.items()
        if name.startswith(prefix)
    }
    if not chosen:
        tops = ", ".join(dict.fromkeys(name.split(".")[0] for name in arrays))
        raise WeightsError(
            f"within: saw {within!r}, but {path} has arrays below {tops}"
        )
    return chosen


class _Seen:
    """A walk through what is nested, and what is met on the way.

    Attributes:
      unread: tensors that are not read, by name: what would rebuild them.
      module: the class of a whole module.
    """

    def __init__(self):
        self.unread: dict[str, str] = {}
        self.module = ""
        self._barren: dict[int, Any] = {}

    def flat(self, value: Any, name: str) -> Iterator[tuple[str, np.ndarray]]:
        """Finds the arrays with their names; what has none is entered once."""
        if isinstance(value, np.ndarray):
            yield name, value
            return
        if isinstance(value, Inert):
            if value.described.startswith("torch._utils._rebuild"):
                self.unread.setdefault(name, value.described)
            if isinstance(value.state, dict) and "_parameters" in value.state:
                self.module = value.described
            value = value.items
        if not isinstance(value, dict | list | tuple) or id(value) in self._barren:
            return
        found = False
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in pairs:
            if isinstance(inner, np.ndarray | dict | list | tuple | Inert):
                for pair in self.flat(inner, f"{name}.{key}" if name else str(key)):
                    found = True
                    yield pair
        if not found:
            self._barren[id(value)] = value


def _contents(path: pathlib.Path) -> Any:
    if zipfile.is_zipfile(path):
        try:
            with zipfile.ZipFile(path) as archive:
                names = archive.namelist()
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise WeightsError(f"{path}: a damaged zip ({error}); replace it") from None
        plain = names and all(name.endswith(".npy") for name in names)
        return _read_numpy(path) if plain else read_torch(path)
    if file_kind.is_legacy(path):
        return read_torch(path)
    first = file_kind.start(path)
    length = int.from_bytes(first[:8], "little")
    if first[8:9] == b"{" and length <= HEADER:
        return _read_safetensors(path, length)
    if first.startswith(file_kind.PICKLE):
        networks = network_pickle.read_network_pickle(path).networks
        return {name: network.arrays for name, network in networks.items()}
    file_kind.check_pickle(path)
    raise AssertionError("unreachable")


def _read_numpy(path: pathlib.Path) -> dict[str, np.ndarray]:
    room = max(UNPACKED * path.stat().st_size, FLOOR)
    try:
        with zipfile.ZipFile(path) as archive:
            claimed = sum(info.file_size for info in archive.infolist())
            if claimed > room:
                raise ValueError(
                    f"its parts claim {claimed} bytes, and of a file of its size at "
                    f"most {room} are read"
                )
            for info in archive.infolist():
                _check_part(archive, info)
        with np.load(path, allow_pickle=False) as file:
            return dict(file)
    except Exception as error:  # what a damaged file makes its reader do has no end
        reason = " ".join(str(error).split())[:200]
        raise WeightsError(
            f"{path}: damaged, or not of plain arrays ({reason})"
        ) from None


def _check_part(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
    """Checks that an array has as many bytes as its header says.

    Memory would be taken for what the header says, before anything is read.
    """
    with archive.open(info) as part:
        version = np.lib.format.read_magic(part)
        read = {
            (1, 0): np.lib.format.read_array_header_1_0,
            (2, 0): np.lib.format.read_array_header_2_0,
        }.get(version)
        if read is None:
            raise ValueError(f"{info.filename}: of the version {version} of NumPy's")
        shape, _, dtype = read(part)
        if dtype.hasobject:
            raise ValueError(f"{info.filename}: of Python's objects")
        wanted = math.prod(shape) * dtype.itemsize
        seen = info.file_size - part.tell()
        if min((0, *shape)) < 0 or wanted != seen:
            raise ValueError(
                f"{info.filename}: its shape {list(shape)} is {wanted} bytes, and it "
                f"has {seen}"
            )


def _read_safetensors(path: pathlib.Path, length: int) -> dict[str, np.ndarray]:
    if length > path.stat().st_size - 8:
        raise WeightsError(f"{path}: cut short; copy or download it again")
    try:
        import safetensors
    except ModuleNotFoundError:
        raise WeightsError(
            f"{path}: wants a package: python -m pip install 'jaxgan[safetensors]'"
        ) from None
    try:
        parts = safetensors.deserialize(path.read_bytes())
    except safetensors.SafetensorError as error:
        raise WeightsError(f"{path}: damaged ({error}); replace it") from None
    arrays = {}
    for name, part in parts:
        if part["dtype"] not in SAFETENSORS:
            raise WeightsError(f"{path}: saw {name!r} of the type {part['dtype']}")
        flat = np.frombuffer(part["data"], SAFETENSORS[part["dtype"]])
        arrays[name] = flat.reshape(part["shape"])
    return arrays
