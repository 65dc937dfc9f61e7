"""Weights of the authors' PyTorch code for BigGAN and BigGAN-deep."""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from jaxgan.core.types import Variables
from jaxgan.models import imported

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
    state = {name: imported.array(x) for name, x in state_dict.items()}
    variables: dict[str, Any] = {"params": {}}
    for name, array in state.items():
        layer, _, kind = name.rpartition(".")
        if kind in ("accumulation_counter", "sv0"):
            continue
        collection, path, leaf = _entry(layer, kind, array, state, depth)
        imported.plant(variables.setdefault(collection, {}), path, leaf)
    if "output_layer.2.weight" in state:
        _pixels_last(variables)
    return variables


def _entry(layer, kind, array, state, depth):
    """Collection, path and array of one entry."""
    path = _path(layer, depth)
    if kind == "u0":
        return "spectral", (*path, "spectral", "u"), _scaled(array[0], layer, state)
    if kind == "weight":
        table = layer in ("shared", "embed") or (
            path[-1] in ("gain", "bias") and f"{layer}.u0" not in state
        )
        kernel = array if table else imported.kernel(array)
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


def _pixels_last(variables: Variables) -> None:
    """Theirs makes [C, 4, 4] of the first vector, ours [4, 4, C]."""

    def turn(x):
        pixels = BASE * BASE
        apart = x.reshape(-1, x.shape[-1] // pixels, pixels)
        return np.ascontiguousarray(apart.swapaxes(1, 2).reshape(x.shape))

    vector = variables.get("spectral", {}).get("linear", {}).get("spectral", {})
    for leaves in (variables["params"]["linear"], vector):
        for name in leaves:
            leaves[name] = turn(leaves[name])
