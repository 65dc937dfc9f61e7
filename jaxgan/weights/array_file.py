"""Named arrays of a file: PyTorch's, safetensors', NumPy's or a pickled network's."""

import os
import pathlib
import tarfile
import zipfile
from collections.abc import Iterator
from typing import Any

import jax.numpy as jnp
import numpy as np

from jaxgan.weights import network_pickle
from jaxgan.weights.errors import WeightsError
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
PICKLE = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
"""How files of PyTorch 0.1.10 to 1.5 begin."""


def read_arrays(path: str | os.PathLike, within: str = "") -> dict[str, np.ndarray]:
    """All arrays of a file by name.

    Dicts, lists and tuples inside each other are flattened: in {'model': {'fc.weight':
    w}, 'epoch': 3} there is 'model.fc.weight'. What is no array is left out.

    Args:
      path: of `torch.save` (read by `read_torch`: no code in it is run), .safetensors
        (which wants the package safetensors), .npz, or a pickle of networks (read by
        `read_network_pickle`: no code in it is run). The contents tell which.
      within: only the arrays below this name, which is left off theirs: 'model'.

    Returns:
      Arrays in the order of the file. Those of PyTorch are read-only.

    Raises:
      WeightsError: if the file does not exist, is damaged or of an unknown format, has
        no arrays of that name, or has two of one name; or if safetensors is not
        installed.
    """
    path = pathlib.Path(path).expanduser()
    if not path.is_file():
        raise WeightsError(
            f"{path}: saw no such file, wanted .pth, .safetensors or .npz"
        )
    arrays: dict[str, np.ndarray] = {}
    try:
        for name, array in _flat(_contents(path), ""):
            if name in arrays:
                raise WeightsError(f"{path}: saw two arrays of the name {name!r}")
            arrays[name] = array
    except RecursionError:
        raise WeightsError(
            f"{path}: contains itself, or is nested too deeply"
        ) from None
    except OSError as error:
        raise WeightsError(
            f"{path}: cannot be read ({error.strerror or error})"
        ) from None
    if not arrays:
        raise WeightsError(f"{path}: saw no arrays in it")
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


def _flat(value: Any, name: str) -> Iterator[tuple[str, np.ndarray]]:
    if isinstance(value, np.ndarray):
        yield name, value
    elif isinstance(value, dict | list | tuple):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in pairs:
            yield from _flat(inner, f"{name}.{key}" if name else str(key))


def _contents(path: pathlib.Path) -> Any:
    with path.open("rb") as file:
        start = file.read(16)
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            plain = all(name.endswith(".npy") for name in archive.namelist())
        return _read_numpy(path) if plain else read_torch(path)
    if path.suffix == ".safetensors":
        return _read_safetensors(path)
    if start.startswith(PICKLE) or tarfile.is_tarfile(path):
        raise WeightsError(
            f"{path}: of a PyTorch before 1.6, whose files are not read; load and save "
            "it with a newer one"
        )
    if start.startswith(network_pickle.PREFIX):
        networks = network_pickle.read_network_pickle(path).networks
        return {name: network.arrays for name, network in networks.items()}
    if start.startswith(b"PK"):
        raise WeightsError(f"{path}: cut short; copy or download it again")
    raise WeightsError(
        f"{path}: saw no file of torch.save, no .safetensors, no .npz and no pickle of "
        f"networks; {ADVICE}"
    )


def _read_numpy(path: pathlib.Path) -> dict[str, np.ndarray]:
    try:
        with np.load(path, allow_pickle=False) as file:
            return dict(file)
    except (ValueError, zipfile.BadZipFile, EOFError) as error:
        raise WeightsError(
            f"{path}: damaged, or not of plain arrays ({error})"
        ) from None


def _read_safetensors(path: pathlib.Path) -> dict[str, np.ndarray]:
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
