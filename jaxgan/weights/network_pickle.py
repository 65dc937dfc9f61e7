"""Networks in pickles of StyleGAN2-ADA's, StyleGAN3's and R3GAN's training code.

Such a pickle is a dict of whole modules, {'G': ..., 'D': ..., 'G_ema': ...}, some of
them with the text of the program that made them. None of that is run here: every class
is a placeholder that keeps what it is given, and of modules the tensors are taken.
"""

import io
import os
import pathlib
import pickle
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from jaxgan.weights.errors import WeightsError
from jaxgan.weights.torch_file import STORAGES, PlainDict, tensor

NETWORKS = ("G_ema", "G", "D")
"""What is read of a pickle's dict."""

MAGIC = 0x1950A86A20F9469CFC6C
"""The first number of the format that PyTorch embeds memory in."""

PREFIX = b"\x80"
"""How pickles of protocol 2 and later begin."""


class Network(NamedTuple):
    """One module.

    Attributes:
      arrays: of its state dict, by name; read-only.
      facts: numbers, words and Nones that its modules keep as attributes, by name:
        'synthesis.b4.conv1.conv_clamp'.
    """

    arrays: dict[str, np.ndarray]
    facts: dict[str, bool | int | float | str | None]


class Pickled(NamedTuple):
    """The networks of a pickle, and the names of all else that was in it."""

    networks: dict[str, Network]
    left_out: tuple[str, ...]


def read_network_pickle(path: str | os.PathLike) -> Pickled:
    """Reads the networks of a pickle without running anything in it.

    Raises:
      WeightsError: if the file cannot be read, is damaged, or is no such pickle.
    """
    path = pathlib.Path(path)
    try:
        with path.open("rb") as file:
            content = _Reader(file).load()
        if not isinstance(content, dict):
            raise WeightsError(f"{path}: saw a pickle of {_kind(content)}, {_WANTED}")
        networks = {
            name: _network(content[name]) for name in NETWORKS if content.get(name)
        }
    except WeightsError:
        raise
    except Exception as error:  # what a damaged pickle makes its reader do has no end
        reason = " ".join(str(error).split())[:200]
        raise WeightsError(
            f"{path}: damaged, or no pickle of networks ({reason}); replace it"
        ) from None
    left_out = tuple(str(name) for name in content if name not in networks)
    if not networks:
        raise WeightsError(f"{path}: saw a dict of {', '.join(left_out)}, {_WANTED}")
    return Pickled(networks, left_out)


_WANTED = (
    f"wanted a dict of modules {', '.join(NETWORKS)}; pickles of StyleGAN's TensorFlow "
    "code become such by its PyTorch code's legacy.py"
)


class _Inert:
    """Stands for an object of any class: keeps its state, and does nothing."""

    described = ""

    def __new__(cls, *arguments: Any, **named: Any) -> "_Inert":
        """Any arguments will do."""
        del arguments, named
        return object.__new__(cls)

    def __init__(self, *arguments: Any, **named: Any):
        del arguments, named
        self.state: Any = None

    def __setstate__(self, state: Any) -> None:
        self.state = state

    def __setitem__(self, key: Any, value: Any) -> None:
        del key, value

    def append(self, value: Any) -> None:
        """Of lists, sets and their kin."""
        del value

    extend = add = append


class _Reader(pickle.Unpickler):
    """Gives a meaning to what tensors need, and a placeholder for all else."""

    def __init__(self, file: Any):
        super().__init__(file)
        # Made here: a pickle can change the attributes of functions that it names.
        self._known = {
            ("collections", "OrderedDict"): PlainDict,
            ("builtins", "set"): lambda *a: set(*a),
            ("__builtin__", "set"): lambda *a: set(*a),
            # How protocol 2 writes bytes.
            ("_codecs", "encode"): lambda text, _: text.encode("latin1"),
            ("torch.storage", "_load_from_bytes"): lambda memory: _storage(memory),
            ("torch._utils", "_rebuild_tensor_v2"): lambda *a: tensor(*a),
            ("torch._utils", "_rebuild_parameter"): lambda value, *rest: value,
            (
                "torch_utils.persistence",
                "_reconstruct_persistent_obj",
            ): lambda meta: _persistent(meta),
        }

    def find_class(self, module_name: str, global_name: str) -> Any:
        """The meaning of a name: nothing is imported."""
        name = module_name, global_name
        if name not in self._known:
            self._known[name] = type("Inert", (_Inert,), {"described": ".".join(name)})
        return self._known[name]

    def persistent_load(self, pid: Any) -> Any:
        """Refuses memory that lies elsewhere."""
        raise ValueError(f"memory {pid!r} is not in the pickle")


def _persistent(meta: Any) -> _Inert:
    """The object that StyleGAN's code would make by running the text beside it."""
    made = _Inert()
    made.state = meta["state"]
    return made


class _StorageReader(pickle.Unpickler):
    """Reads what precedes the memory of a tensor: numbers, and its type's name."""

    def find_class(self, module_name: str, global_name: str) -> Any:
        """The name of a type, a string, which cannot be called."""
        if module_name != "torch" or global_name not in STORAGES:
            raise ValueError(f"memory of the type {module_name}.{global_name}")
        return global_name

    def persistent_load(self, pid: Any) -> Any:
        """What is said of the memory."""
        return pid


def _storage(memory: bytes) -> np.ndarray:
    """The memory of a tensor, as a flat array, from the format of before PyTorch 1.6.

    Pickles of a magic number, a version, facts of the machine, the storage and a list
    of its key; then its length in 8 bytes, and its bytes.
    """
    file = io.BytesIO(memory)
    magic, _, machine, storage, keys = (_StorageReader(file).load() for _ in range(5))
    if magic != MAGIC or not machine["little_endian"]:
        raise ValueError("memory of a tensor in another format")
    _, name, key, _, count, view = storage
    dtype = np.dtype(STORAGES[name])
    length = int.from_bytes(file.read(8), "little")
    if view is not None or keys != [key] or length != count:
        raise ValueError(f"memory of {count} numbers that is not as it says")
    content = file.read(count * dtype.itemsize)
    return np.frombuffer(content, dtype, count)


def _network(module: Any) -> Network:
    """The arrays and facts of a module, and of those inside it."""
    arrays: dict[str, np.ndarray] = {}
    facts: dict[str, Any] = {}
    for prefix, state in _modules(module, ""):
        passing = state.get("_non_persistent_buffers_set", ())
        own = {**state["_parameters"], **state["_buffers"]}
        for name, value in own.items():
            if value is None or name in passing:
                continue
            if not isinstance(value, np.ndarray):
                raise ValueError(f"{prefix}{name}: saw {_kind(value)}, wanted a tensor")
            arrays[prefix + name] = value
        facts |= {
            prefix + name: value
            for name, value in state.items()
            if isinstance(value, bool | int | float | str | None) and name[0] != "_"
        }
    return Network(arrays, facts)


def _modules(module: Any, prefix: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(prefix of its names, attributes) of a module and all that are inside it."""
    state = getattr(module, "state", None)
    if not isinstance(state, dict) or "_parameters" not in state:
        what = f"{prefix.removesuffix('.') or 'network'}"
        raise ValueError(f"{what}: saw {_kind(module)}, wanted a module of PyTorch")
    yield prefix, state
    for name, inner in state["_modules"].items():
        if inner is not None:
            yield from _modules(inner, f"{prefix}{name}.")


def _kind(value: Any) -> str:
    return getattr(value, "described", "") or type(value).__name__
