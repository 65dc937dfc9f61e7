"""Files of PyTorch's `torch.save`, read without PyTorch and without running them."""

import io
import os
import pathlib
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from jaxgan.weights import file_kind
from jaxgan.weights.errors import WeightsError
from jaxgan.weights.pickle_reader import PickleReader, Room

STORAGES: dict[str, Any] = {
    "BFloat16Storage": jnp.bfloat16,
    "BoolStorage": np.bool_,
    "ByteStorage": np.uint8,
    "CharStorage": np.int8,
    "ComplexDoubleStorage": np.complex128,
    "ComplexFloatStorage": np.complex64,
    "DoubleStorage": np.float64,
    "FloatStorage": np.float32,
    "HalfStorage": np.float16,
    "IntStorage": np.int32,
    "LongStorage": np.int64,
    "ShortStorage": np.int16,
}
ADVICE = "in PyTorch, torch.save(model.state_dict(), ...) makes a file that is read"
VIEWS = 16
"""Tensors may have so many times the bytes of their file: some share their memory,
and some repeat it."""
FLOOR = 2**20
"""or so many bytes, if that is more."""
AXES = 64
"""Of an array of NumPy, at most."""


def read_torch(path: str | os.PathLike) -> Any:
    """What `torch.save` saved, its tensors as arrays.

    The file is a zip of a pickle and the tensors' memory. A pickle may name any
    function and have it called; here the names of tensors, parameters, `OrderedDict`,
    `torch.Size` and sets have a meaning. Any other stands for an `Inert` object:
    options, NumPy's numbers, whole modules. Nothing of theirs is called.

    Returns:
      Dicts, lists, tuples, numbers and strings as they were saved, with read-only
      arrays in place of tensors. They are views: tensors that shared memory share it
      here, with the strides that they had. bfloat16 is JAX's.

    Raises:
      WeightsError: if the file cannot be read, is damaged, is of another format (a
        TorchScript archive, or a file of PyTorch before 1.6), claims more than it
        holds, or holds tensors of a kind that is not read (sparse, quantized).
    """
    path = pathlib.Path(path)
    file_kind.check(path)
    try:
        with zipfile.ZipFile(path) as archive:
            return _read(path, archive)
    except WeightsError:
        raise
    except Exception as error:  # what a damaged pickle makes its reader do has no end
        reason = " ".join(str(error).split())[:200]
        raise WeightsError(
            f"{path}: damaged, or no file of torch.save ({reason}); replace it"
        ) from None


def _read(path: pathlib.Path, archive: zipfile.ZipFile) -> Any:
    names = archive.namelist()
    roots = [name.split("/")[0] for name in names if _is_pickle(name)]
    if len(roots) != 1:
        raise WeightsError(
            f"{path}: {_other(names)}, not of torch.save, which has one data.pkl; "
            f"{file_kind.WANTED}"
        )
    (root,) = roots
    if f"{root}/constants.pkl" in names:
        raise WeightsError(
            f"{path}: a TorchScript archive, which is a program; {ADVICE}"
        )
    members = archive.infolist()
    if any(info.compress_type != zipfile.ZIP_STORED for info in members):
        raise WeightsError(f"{path}: compressed, as torch.save does not; save it anew")
    size = path.stat().st_size
    claimed = sum(info.file_size for info in members)
    if claimed > size:
        raise ValueError(f"its parts claim {claimed} bytes, and it has {size}")
    order = f"{root}/byteorder"
    if order in names and archive.read(order) != b"little":
        raise WeightsError(f"{path}: of a big-endian machine; save it on another")
    pickled = io.BytesIO(archive.read(f"{root}/data.pkl"))
    return _Reader(pickled, lambda key: archive.read(f"{root}/data/{key}"), size).load()


def _is_pickle(name: str) -> bool:
    return name.count("/") == 1 and name.endswith("/data.pkl")


def _other(names: Sequence[str]) -> str:
    """Says what a zip is that is not of torch.save."""
    if "[Content_Types].xml" in names:
        return "a document of an office"
    if "model.weights.h5" in names:
        return "a model of Keras"
    weights = (".pth", ".pt", ".safetensors", ".npz", ".pkl")
    inside = [name for name in names if name.lower().endswith(weights)]
    if inside and not any(_is_pickle(name) for name in inside):
        return f"a zip around {inside[0]!r}, which is to be unpacked,"
    return f"a zip of {len(names)} files" + (f", {names[0]!r} first" if names else "")


class _Reader(PickleReader):
    """Gives a meaning to the few names that tensors need."""

    def __init__(self, file: io.BytesIO, memory: Callable[[str], bytes], size: int):
        tensors = Tensors(size)
        super().__init__(file, tensors.known)
        # Strings, which cannot be called.
        self._known |= {("torch", name): name for name in STORAGES}
        self._memory = memory
        self._storages: dict[str, np.ndarray] = {}

    def persistent_load(self, pid: Any) -> np.ndarray:
        """The memory of tensors, as a flat array."""
        _, name, key, _, count = pid
        if key not in self._storages:
            if not isinstance(name, str):
                raise ValueError(f"memory of the type {described(name)} is not read")
            memory, dtype = self._memory(key), np.dtype(STORAGES[name])
            if len(memory) != count * dtype.itemsize:
                raise ValueError(
                    f"saw {len(memory)} bytes of tensor memory {key!r}, wanted "
                    f"{count * dtype.itemsize}"
                )
            self._storages[key] = np.frombuffer(memory, dtype)
        return self._storages[key]


def described(value: Any) -> str:
    """Names the class of what a pickle holds."""
    return getattr(value, "described", "") or type(value).__name__


class Tensors:
    """What rebuilds the tensors of one file, within its room.

    Args:
      size: of the file, in bytes.

    Attributes:
      known: the names for a `PickleReader`, with their meaning.
    """

    def __init__(self, size: int):
        self._room = Room(VIEWS * size + FLOOR, "bytes of tensors")
        # Made here: a pickle can change the attributes of functions that it names.
        self.known: dict[tuple[str, str], Any] = {
            ("torch", "Size"): lambda *a: tuple(*self._sizes(a)),
            ("torch._utils", "_rebuild_tensor"): lambda *a: self._tensor(*a, False, ()),
            ("torch._utils", "_rebuild_tensor_v2"): lambda *a: self._tensor(*a),
            ("torch._utils", "_rebuild_parameter"): lambda value, *rest: value,
            (
                "torch._utils",
                "_rebuild_parameter_with_state",
            ): lambda value, *rest: value,
        }

    def _tensor(self, *parts: Any) -> np.ndarray:
        array = tensor(*parts)
        self._room.take(array.nbytes)
        return array

    @staticmethod
    def _sizes(arguments: Sequence[Any]) -> Sequence[Any]:
        if any(len(argument) > AXES for argument in arguments):
            raise ValueError(f"a size of more than {AXES} numbers")
        return arguments


def tensor(
    storage: np.ndarray,
    offset: int,
    size: Sequence[int],
    stride: Sequence[int],
    requires_grad: bool,
    hooks: Any,
    metadata: Any = None,
) -> np.ndarray:
    """A view of memory, once it is sure to lie inside."""
    del requires_grad, hooks
    if metadata:
        raise ValueError("a tensor is conjugated or negated lazily; resolve it first")
    if not isinstance(storage, np.ndarray) or len(size) != len(stride):
        raise ValueError("a tensor without memory")
    if len(size) > AXES:
        raise ValueError(f"a tensor of {len(size)} axes")
    steps = [(n - 1) * step for n, step in zip(size, stride)]
    if min((offset, *size, *stride)) < 0 or (
        all(size) and offset + sum(steps) >= storage.size
    ):
        raise ValueError("a tensor reaches beyond its memory")
    bytes_apart = [step * storage.itemsize for step in stride]
    start = storage[offset:] if all(size) else storage[:0]
    return np.lib.stride_tricks.as_strided(
        start, tuple(size), bytes_apart, writeable=False
    )
