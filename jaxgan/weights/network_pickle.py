"""Networks in pickles of StyleGAN2-ADA's, StyleGAN3's and R3GAN's training code.

Such a pickle is a dict of whole modules, {'G': ..., 'D': ..., 'G_ema': ...}, some of
them with the text of the program that made them. None of that is run here: every class
is a placeholder that keeps what it is given, and of modules the tensors are taken.
"""

import io
import os
import pathlib
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, NamedTuple

import numpy as np

from jaxgan.weights import file_kind
from jaxgan.weights.errors import WeightsError
from jaxgan.weights.legacy_file import read_legacy
from jaxgan.weights.pickle_reader import Inert, PickleReader, Room
from jaxgan.weights.tensors import Parameter, Tensors, described

NETWORKS = ("G_ema", "G", "D")
"""What is read of a pickle's dict."""

MOST = 1_000_000
"""Modules, arrays and attributes of a network."""
SEVERAL = 16
"""A tuple that is shorter is an attribute."""


class Network(NamedTuple):
    """One module.

    Attributes:
      arrays: of its state dict, by name; read-only.
      facts: numbers, words, Nones and tuples of such that its modules keep as
        attributes, by name: 'synthesis.b4.conv1.conv_clamp'.
    """

    arrays: dict[str, np.ndarray]
    facts: dict[str, Any]


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
    file_kind.check(path)
    file_kind.check_pickle(path)
    try:
        with path.open("rb") as file:
            content = _Reader(file, path.stat().st_size).load()
        if isinstance(content, Inert) and content.items:
            content = content.items
        if not isinstance(content, dict):
            raise WeightsError(
                f"{path}: saw a pickle of {described(content)}, {_WANTED}"
            )
        networks = {
            name: network_of(content[name])
            for name in NETWORKS
            if content.get(name) is not None
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


class _Reader(PickleReader):
    """Gives a meaning to what tensors and StyleGAN's objects need."""

    def __init__(self, file: BinaryIO, size: int):
        spent = Room(size, "bytes of memory").spent
        super().__init__(
            file,
            {
                **Tensors(size).known,
                ("torch.storage", "_load_from_bytes"): lambda *a: _memory(*spent(a)),
                (
                    "torch_utils.persistence",
                    "_reconstruct_persistent_obj",
                ): lambda meta: _persistent(meta),
            },
        )


def _memory(content: bytes) -> Any:
    """The memory of a tensor, as a flat array."""
    return read_legacy(io.BytesIO(content), len(content))


def _persistent(meta: Any) -> Inert:
    """The object that StyleGAN's code would make by running the text beside it."""
    made = Inert()
    made.state = meta["state"]
    return made


def network_of(module: Any) -> Network:
    """The arrays and facts of a module, and of those inside it.

    Raises:
      ValueError: if it is none, or holds what is no tensor.
    """
    arrays: dict[str, np.ndarray] = {}
    facts: dict[str, Any] = {}
    for place, (prefix, state) in enumerate(_modules(module, "")):
        passing = state.get("_non_persistent_buffers_set", ())
        own = {**state["_parameters"], **state["_buffers"]}
        for name, value in own.items():
            if value is None or name in passing:
                continue
            if isinstance(value, Parameter):
                value = value.array
            if not isinstance(value, np.ndarray):
                raise ValueError(
                    f"{prefix}{name}: saw {described(value)}, wanted a tensor"
                )
            arrays[prefix + name] = value
        facts |= {
            prefix + name: value
            for name, value in state.items()
            if _is_plain(value) and name[:1] != "_"
        }
        if place + len(arrays) + len(facts) > MOST:
            raise ValueError(f"more than {MOST} modules, arrays and attributes")
    return Network(arrays, facts)


def _is_plain(value: Any) -> bool:
    values = value if isinstance(value, tuple) else (value,)
    return len(values) < SEVERAL and all(
        isinstance(x, bool | int | float | str | None) for x in values
    )


def _modules(module: Any, prefix: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(prefix of its names, attributes) of a module and all that are inside it."""
    state = getattr(module, "state", None)
    if not isinstance(state, dict) or "_parameters" not in state:
        what = f"{prefix.removesuffix('.') or 'network'}"
        raise ValueError(f"{what}: saw {described(module)}, wanted a module of PyTorch")
    yield prefix, state
    for name, inner in state["_modules"].items():
        if inner is not None:
            yield from _modules(inner, f"{prefix}{name}.")
