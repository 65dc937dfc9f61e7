"""Checkpoints of the official code of adversarial flow models as our variables."""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from jaxgan.core.types import Variables
from jaxgan.nn import sinusoidal_positions
from jaxgan.weights import torch_layout

POSITIONS = "pos_embed"
LAYERS = {
    "x_embedder.proj": ("patches",),
    "t_embedder.mlp.0": ("time", "inner"),
    "t_embedder.mlp.2": ("time", "outer"),
    "t_tgt_embedder.mlp.0": ("target_time", "inner"),
    "t_tgt_embedder.mlp.2": ("target_time", "outer"),
    "y_embedder.embedding_table": ("classes",),
    "final_layer.linear": ("image",),
    "final_layer.adaLN_modulation.1": ("last_modulation", "vectors"),
}
"""Their names of layers outside of blocks, and ours; `final_layer.1` is the logit's."""
OF_BLOCKS = {
    "attn.qkv": ("attention", "query_key_value"),
    "attn.proj": ("attention", "out"),
    "mlp.fc1": ("inner",),
    "mlp.fc2": ("outer",),
    "adaLN_modulation.1": ("modulation", "vectors"),
}
TOKENS = {"dis_embed": "logit", "cls_embed": "logits"}
"""Their names of what we call 'token', and ours of the last layer behind it."""


def import_torch(state_dict: Mapping[str, Any]) -> Variables:
    """Variables of a generator, discriminator or classifier from its state dict.

    Args:
      state_dict: tensors or arrays by name, on the CPU.

    Raises:
      ValueError: if a name is none of that code's, blocks lack, or positions are not
        those that we compute.
    """
    state = torch_layout.arrays(
        torch_layout.without_prefix(state_dict, "x_embedder.proj.weight")
    )
    last = next((TOKENS[name] for name in TOKENS if name in state), "")
    params: dict[str, Any] = {}
    stacks: dict[tuple[str, ...], dict[int, np.ndarray]] = {}
    for name, array in state.items():
        if name == POSITIONS:
            check_positions(array)
            continue
        if name in TOKENS:
            params["token"] = array
            continue
        path, place = _path(name, last)
        leaf = "bias" if name.endswith(".bias") else "kernel"
        if path == ("classes",):
            params["classes"] = {"kernel": array}
            continue
        if path == ("patches",) and leaf == "kernel":
            array = array.transpose(2, 3, 1, 0).reshape(-1, array.shape[0])
        elif leaf == "kernel":
            array = torch_layout.kernel(array, name)
        if place is None:
            torch_layout.plant(params, (*path, leaf), array)
        else:
            stacks.setdefault(("blocks", *path, leaf), {})[place] = array
    for path, parts in stacks.items():
        if sorted(parts) != list(range(len(parts))):
            raise ValueError(
                f"state_dict: saw blocks {sorted(parts)} with {'.'.join(path[1:])}, "
                "wanted all from 0 on"
            )
        blocks = np.stack([parts[place] for place in range(len(parts))])
        torch_layout.plant(params, path, blocks)
    return {"params": params}


def export_torch(
    variables: Variables, rows: int, columns: int, patch: int = 2
) -> dict[str, np.ndarray]:
    """The inverse of `import_torch`: the official state dict.

    Args:
      variables: of a generator, discriminator or classifier with labels or times.
      rows, columns: of patches, whose positions that code stores.
      patch: pixels per side of one.

    Raises:
      ValueError: if a layer is none that the official code has.
    """
    params = variables["params"]
    names = {path: name for name, path in LAYERS.items()}
    names |= dict.fromkeys((("logit",), ("logits",)), "final_layer.1")
    inner = {path: name for name, path in OF_BLOCKS.items()}
    width = params["token" if "token" in params else "patches"]
    width = (width["bias"] if isinstance(width, Mapping) else width).shape[0]
    state = {POSITIONS: np.asarray(sinusoidal_positions(rows, columns, width))[None]}
    for (_, *path), array in torch_layout.leaves(variables):
        if path == ["token"]:
            state[next(k for k, v in TOKENS.items() if v in params)] = array
            continue
        *layer, leaf = path
        kind = "bias" if leaf == "bias" else "weight"
        if layer[:1] == ["blocks"] and tuple(layer[1:]) in inner:
            for place, part in enumerate(array):
                part = part if kind == "bias" else torch_layout.their_kernel(part)
                state[f"blocks.{place}.{inner[tuple(layer[1:])]}.{kind}"] = part
            continue
        if tuple(layer) not in names:
            raise ValueError(
                f"variables: saw {'/'.join(path)}, wanted layers that the official "
                "code has"
            )
        if layer == ["patches"] and kind == "weight":
            array = array.reshape(patch, patch, -1, width).transpose(3, 2, 0, 1)
        elif kind == "weight" and layer != ["classes"]:
            array = torch_layout.their_kernel(array)
        state[f"{names[tuple(layer)]}.{kind}"] = array
    return state


def _path(name: str, last: str) -> tuple[tuple[str, ...], int | None]:
    """Our path of one of the official layers, and which block it is of."""
    layer = name.rpartition(".")[0]
    if match := re.fullmatch(r"blocks\.(\d+)\.(.+)", layer):
        if match[2] in OF_BLOCKS:
            return OF_BLOCKS[match[2]], int(match[1])
    elif layer == "final_layer.1" and last:
        return (last,), None
    elif layer in LAYERS:
        return LAYERS[layer], None
    raise ValueError(
        f"state_dict: saw {name!r}, wanted a name of an adversarial flow model"
    )


def check_positions(array: np.ndarray) -> None:
    """Checks that a table of positions [1, N, C] is what we compute, of a square.

    Raises:
      ValueError: if it is not.
    """
    side = round(array.shape[1] ** 0.5)
    ours = np.asarray(sinusoidal_positions(side, side, array.shape[2]))[None]
    if ours.shape != array.shape or np.abs(ours - array).max() > 1e-4:
        raise ValueError(
            f"{POSITIONS}: saw another table {list(array.shape)}, wanted the sinusoids "
            "of a square"
        )
