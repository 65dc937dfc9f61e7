"""Weights of the authors' PyTorch code for BigGAN and BigGAN-deep, and back."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from jaxgan.core.types import Variables
from jaxgan.weights import torch_layout

BASE = 4
LAYERS = {
    "conv_sc": "shortcut",
    "bn": "norm",
    "conv": "conv",
    "input_conv": "input",
    "shared": "shared",
    "linear": "linear",
    "embed": "embedding",
    "output_layer.0": "norm",
    "output_layer.2": "image",
}
LEAVES = {
    "bias": ("params", "bias"),
    "gain": ("params", "scale"),
    "gamma": ("params", "gamma"),
    "stored_mean": ("batch_stats", "mean"),
    "stored_var": ("batch_stats", "var"),
}
THEIRS = {ours: theirs for theirs, ours in LEAVES.items()}
BLOCK_LAYERS = {"shortcut": "conv_sc", "norm": "bn"}


def import_torch(state_dict: Mapping[str, Any], depth: int = 1) -> Variables:
    """Variables of either player of either network from BigGAN-PyTorch's names.

    Our evaluation divides kernels by σ = uᵀWv with v from the stored u, theirs by one
    power iteration more; so that both agree, u is scaled by the ratio. The next
    training pass makes it a unit vector, the one that theirs is.

    Args:
      state_dict: tensors or arrays by name, on the CPU.
      depth: blocks per size: 1 for BigGAN, and the `depth` of BigGAN-deep.

    Raises:
      ValueError: if a name is none of that code's.
    """
    state = torch_layout.arrays(state_dict)
    variables: dict[str, Any] = {"params": {}}
    for name, array in state.items():
        layer, _, kind = name.rpartition(".")
        if kind == "accumulation_counter" or re.fullmatch(r"sv\d+", kind):
            continue
        collection, path, leaf = _entry(layer, kind, array, state, depth)
        torch_layout.plant(variables.setdefault(collection, {}), path, leaf)
    if "output_layer.2.weight" in state:
        _pixels_last(variables)
    return variables


def _entry(layer, kind, array, state, depth):
    """Collection, path and array of one entry."""
    path = _path(layer, depth)
    if kind == "u0":
        return "spectral", (*path, "spectral", "u"), _scaled(array[0], layer, state)
    if re.fullmatch(r"u\d+", kind):
        return "spectral", (*path, "spectral", kind), array[0]
    if kind == "weight":
        table = layer in ("shared", "embed") or (
            path[-1] in ("gain", "bias") and f"{layer}.u0" not in state
        )
        kernel = array if table else torch_layout.kernel(array)
        return "params", (*path, "kernel"), kernel
    if kind not in LEAVES:
        raise ValueError(f"state_dict: saw {layer}.{kind}, wanted BigGAN-PyTorch's")
    collection, leaf = LEAVES[kind]
    inside = collection == "batch_stats" and path[0].startswith("block")
    return collection, (*path, *(("norm",) if inside else ()), leaf), array


def _path(layer: str, depth: int) -> tuple[str, ...]:
    """Our path of one of their layers."""
    layer = layer.removesuffix(".bn")
    if layer in LAYERS:
        return (LAYERS[layer],)
    match = re.fullmatch(r"blocks\.(\d+)\.\d+\.?(.*)", layer)
    if not match:
        raise ValueError(f"state_dict: saw {layer!r}, wanted BigGAN-PyTorch's names")
    outer, rest = int(match[1]), match[2]
    if rest in ("", "theta", "phi", "g", "o"):
        return (f"attention_{outer // depth}", *filter(None, [rest]))
    name, *more = rest.split(".")
    stem = name.rstrip("0123456789")
    ours = LAYERS[stem] + name.removeprefix(stem)
    return (f"block_{outer}", ours, *more)


def _scaled(u: np.ndarray, layer: str, state: Mapping[str, np.ndarray]) -> np.ndarray:
    """The vector u, so long that ‖Wᵀu‖ is ‖Wv‖ with v = Wᵀu / ‖Wᵀu‖."""
    matrix = state[f"{layer}.weight"].reshape(u.size, -1)
    back = matrix.T @ u
    size = np.linalg.norm(back)
    return u * (np.linalg.norm(matrix @ back) / max(size**2, 1e-12))


def _turned(x: np.ndarray, rows: int) -> np.ndarray:
    """The last axis as [rows, rest], transposed and flattened."""
    apart = x.reshape(-1, rows, x.shape[-1] // rows)
    return np.ascontiguousarray(apart.swapaxes(1, 2).reshape(x.shape))


def _pixels_last(variables: Variables) -> None:
    """Theirs makes [C, 4, 4] of the first vector, ours [4, 4, C]."""
    vector = variables.get("spectral", {}).get("linear", {}).get("spectral", {})
    for leaves in (variables["params"]["linear"], vector):
        for name in leaves:
            leaves[name] = _turned(leaves[name], leaves[name].shape[-1] // BASE**2)


def export_torch(variables: Variables, depth: int = 1) -> dict[str, np.ndarray]:
    """The inverse of `import_torch`: the authors' state dict, without estimates of σ.

    Vectors u are of length 1, as theirs are.
    """
    params, state = variables["params"], {}
    for (collection, *path, leaf), array in torch_layout.leaves(variables):
        if path[0] == "linear" and "image" in params:
            array = _turned(array, BASE**2)
        if collection == "spectral":
            if leaf == "u":
                leaf, array = "u0", array / max(np.linalg.norm(array), 1e-12)
            path, array = path[:-1], array[None]
        elif leaf == "kernel":
            leaf = "weight"
            array = (
                array
                if _is_table(path, variables)
                else torch_layout.their_kernel(array)
            )
        else:
            leaf = THEIRS.get((collection, leaf), leaf)
        if collection == "batch_stats" and path[0].startswith("block"):
            path = path[:-1]
        state[".".join((*_their_path(path, depth), leaf))] = array
    return state


def _is_table(path: Sequence[str], variables: Variables) -> bool:
    """Whether a kernel has one row per class: such are not transposed."""
    if path[0] in ("shared", "embedding"):
        return True
    here = variables.get("spectral", {})
    for name in path:
        here = here.get(name, {})
    return path[-1] in ("gain", "bias") and not here


def _their_path(path: Sequence[str], depth: int) -> tuple[str, ...]:
    """The inverse of `_path`."""
    first, *rest = path
    kind, _, number = first.partition("_")
    if kind == "attention":
        return "blocks", str((int(number) + 1) * depth - 1), "1", *rest
    if kind == "block":
        stem = rest[0].rstrip("0123456789")
        layer = BLOCK_LAYERS.get(stem, stem) + rest[0].removeprefix(stem)
        return "blocks", number, "0", layer, *rest[1:]
    return ({ours: theirs for theirs, ours in LAYERS.items()}[first],)
