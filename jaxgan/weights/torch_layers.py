"""State dicts of networks made of convolutions, dense layers and norms, and back.

A table says which of our layers each of theirs is; the arrays of a layer have the same
names in all of PyTorch's.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from jaxgan.core.types import Variables
from jaxgan.weights import torch_layout

Path = tuple[str, ...]
Table = Mapping[str, Path]
"""Their name of a layer, and the path of ours below a collection."""

COUNT = "num_batches_tracked"
"""Of a norm's training passes, of which we keep no count."""

OTHERS = {
    "bias": ("params", "bias"),
    "running_mean": ("batch_stats", "mean"),
    "running_var": ("batch_stats", "var"),
}
"""Their names of a layer's vectors; our collection and name."""

SPECTRAL = {"weight_orig": "kernel", "weight_u": "u", "weight_v": "v"}
"""Their names of what `spectral_norm` makes of a kernel, and ours."""


def without_wrapper(state_dict: Mapping[str, Any]) -> dict[str, Any]:
    """The entries, without the `module.` that DataParallel puts in front of all."""
    wrapper = "module."
    if not all(name.startswith(wrapper) for name in state_dict):
        return dict(state_dict)
    return {name.removeprefix(wrapper): x for name, x in state_dict.items()}


def import_layers(
    state_dict: Mapping[str, Any], table: Table, network: str
) -> Variables:
    """Makes our variables of their arrays.

    Args:
      state_dict: tensors or arrays by name, on the CPU.
      table: of the network's layers.
      network: its name, for errors.

    Raises:
      ValueError: if a name is not in the table.
    """
    variables: dict[str, Any] = {"params": {}}
    state = torch_layout.arrays(state_dict, [COUNT])
    for name, array in state.items():
        layer, _, kind = name.rpartition(".")
        known = kind == "weight" or kind in OTHERS or kind in SPECTRAL
        if layer not in table or not known:
            raise ValueError(f"state_dict: saw {name!r}, wanted names of {network}")
        collection, leaf = OTHERS.get(kind, ("params", "scale"))
        path = table[layer]
        if kind in ("weight_u", "weight_v"):
            collection, leaf, path = "spectral", SPECTRAL[kind], (*path, "spectral")
            if kind == "weight_v":
                array = _right(array, state.get(f"{layer}.weight_orig"), layer)
        elif kind == "weight_orig" or (kind == "weight" and array.ndim > 1):
            leaf, array = "kernel", torch_layout.kernel(array, name)
        torch_layout.plant(variables.setdefault(collection, {}), (*path, leaf), array)
    return variables


def _right(v: np.ndarray, weight: np.ndarray | None, layer: str) -> np.ndarray:
    """The vector v over [C, height, width] in our order.

    Raises:
      ValueError: if it is of another kernel.
    """
    shape = () if weight is None else weight.shape
    # Transposed convolutions have their kernels the other way round.
    for rest in (shape[1:], (*shape[:1], *shape[2:])):
        if v.size == np.prod(rest, dtype=int) and shape:
            return np.moveaxis(v.reshape(rest), 0, -1).ravel()
    raise ValueError(f"{layer}.weight_v: saw {v.size} numbers without their weight")


def export_layers(variables: Variables, table: Table) -> dict[str, np.ndarray]:
    """The inverse of `import_layers`, without counts."""
    theirs = {path: layer for layer, path in table.items()}
    kinds = {ours: kind for kind, ours in OTHERS.items()}
    state = {}
    entries = dict(torch_layout.leaves(variables))
    for (collection, *path, leaf), array in entries.items():
        kind = kinds.get((collection, leaf), "weight")
        if collection == "spectral":
            *path, _ = path
            kind = f"weight_{leaf}"
            if leaf == "v":
                sides = entries["params", *path, "kernel"].shape[:-2]
                array = np.moveaxis(array.reshape(*sides, -1), -1, 0).ravel()
        elif leaf == "kernel":
            array = torch_layout.their_kernel(array)
            if ("spectral", *path, "spectral", "u") in entries:
                kind = "weight_orig"
        state[f"{theirs[tuple(path)]}.{kind}"] = array
    return state


def without_spare_statistics(state_dict: Mapping[str, Any]) -> dict[str, Any]:
    """The entries, without statistics of norms that have no scale.

    PyTorch's InstanceNorm had running statistics before version 0.4, and files of that
    time hold them still. Nothing reads them.
    """
    spare = ("running_mean", "running_var", COUNT)

    def kept(name: str) -> bool:
        layer, _, kind = name.rpartition(".")
        return kind not in spare or f"{layer}.weight" in state_dict

    return {name: x for name, x in state_dict.items() if kept(name)}
