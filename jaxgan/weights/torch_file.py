"""Files of PyTorch's `torch.save`, read without PyTorch and without running them."""

import io
import os
import pathlib
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from jaxgan.weights import file_kind
from jaxgan.weights.errors import WeightsError
from jaxgan.weights.legacy_file import read_legacy
from jaxgan.weights.pickle_reader import PickleReader
from jaxgan.weights.tensors import STORAGES, Tensors, described

ADVICE = "in PyTorch, torch.save(model.state_dict(), ...) makes a file that is read"


def read_torch(path: str | os.PathLike) -> Any:
    """What `torch.save` saved, its tensors as arrays.

    The file is a zip of a pickle and the tensors' memory; before PyTorch 1.6 it was
    pickles and memory, one behind the other. A pickle may name any
    function and have it called; here the names of tensors, parameters, `OrderedDict`,
    `torch.Size` and sets have a meaning. Any other stands for an `Inert` object:
    options, NumPy's numbers, whole modules. Nothing of theirs is called.

    Returns:
      Dicts, lists, tuples, numbers and strings as they were saved, with read-only
      arrays in place of tensors. They are views: tensors that shared memory share it
      here, with the strides that they had. bfloat16 is JAX's.

    Raises:
      WeightsError: if the file cannot be read, is damaged, is of another format (a
        TorchScript archive, or a tar of PyTorch 0.1), claims more than it holds, or
        holds tensors of a kind that is not read (sparse, quantized).
    """
    path = pathlib.Path(path)
    file_kind.check(path)
    try:
        if file_kind.is_legacy(path):
            with path.open("rb") as file:
                return read_legacy(file, path.stat().st_size)
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
