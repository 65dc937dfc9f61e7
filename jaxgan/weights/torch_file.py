"""Files of PyTorch's `torch.save`, read without PyTorch and without running them."""

import os
import pathlib
import pickle
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from jaxgan.weights.errors import WeightsError

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


def read_torch(path: str | os.PathLike) -> Any:
    """What `torch.save` saved, its tensors as arrays.

    The file is a zip of a pickle and the tensors' memory. A pickle may name any
    function and have it called; here the names of tensors, parameters, `OrderedDict`
    and `torch.Size` have a meaning, and any other is refused before it could be called.

    Returns:
      Dicts, lists, tuples, numbers and strings as they were saved, with read-only
      arrays in place of tensors. They are views: tensors that shared memory share it
      here, with the strides that they had. bfloat16 is JAX's.

    Raises:
      WeightsError: if the file cannot be read, is damaged, is of another format (a
        TorchScript archive, or a file of PyTorch before 1.6), or names anything else.
    """
    path = pathlib.Path(path)
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
        raise WeightsError(f"{path}: a zip, but not of torch.save; it has no data.pkl")
    (root,) = roots
    if f"{root}/constants.pkl" in names:
        raise WeightsError(
            f"{path}: a TorchScript archive, which is a program; {ADVICE}"
        )
    if any(info.compress_type != zipfile.ZIP_STORED for info in archive.infolist()):
        raise WeightsError(f"{path}: compressed, as torch.save does not; save it anew")
    order = f"{root}/byteorder"
    if order in names and archive.read(order) != b"little":
        raise WeightsError(f"{path}: of a big-endian machine; save it on another")
    with archive.open(f"{root}/data.pkl") as file:
        return _Reader(
            path, file, lambda key: archive.read(f"{root}/data/{key}")
        ).load()


def _is_pickle(name: str) -> bool:
    return name.count("/") == 1 and name.endswith("/data.pkl")


class PlainDict(dict):
    """An OrderedDict, without the attributes that PyTorch hangs on it."""

    def __setstate__(self, state: Any) -> None:
        del state


class _Reader(pickle.Unpickler):
    """Gives a meaning to the few names that tensors need."""

    def __init__(self, path: pathlib.Path, file: Any, memory: Callable[[str], bytes]):
        super().__init__(file)
        self._path = path
        self._memory = memory
        self._storages: dict[str, np.ndarray] = {}
        # Made here: a pickle can change the attributes of functions that it names.
        self._known = {
            ("collections", "OrderedDict"): PlainDict,
            ("torch", "Size"): tuple,
            ("torch._utils", "_rebuild_tensor_v2"): lambda *a: tensor(*a),
            ("torch._utils", "_rebuild_parameter"): lambda value, *rest: value,
            # Strings, which cannot be called.
            **{("torch", name): name for name in STORAGES},
        }

    def find_class(self, module_name: str, global_name: str) -> Any:
        """The meaning of a name."""
        try:
            return self._known[module_name, global_name]
        except KeyError:
            name = f"{module_name}.{global_name}"
            raise WeightsError(
                f"{self._path}: holds {name!r}, and only tensors, in dicts, lists and "
                f"tuples, are read, for any other name could run a program; {ADVICE}"
            ) from None

    def persistent_load(self, pid: Any) -> np.ndarray:
        """The memory of tensors, as a flat array."""
        _, name, key, _, count = pid
        if key not in self._storages:
            memory, dtype = self._memory(key), np.dtype(STORAGES[name])
            if len(memory) != count * dtype.itemsize:
                raise WeightsError(
                    f"{self._path}: damaged: saw {len(memory)} bytes of tensor memory "
                    f"{key!r}, wanted {count * dtype.itemsize}; replace it"
                )
            self._storages[key] = np.frombuffer(memory, dtype)
        return self._storages[key]


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
