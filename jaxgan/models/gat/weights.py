"""GAT's sizes, and weights of the official PyTorch code as our variables, and back."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from jaxgan.core.types import Variables
from jaxgan.models.dit.weights import POSITIONS, check_positions
from jaxgan.models.gat.networks import Discriminator, Generator
from jaxgan.weights import torch_layout


class Published(NamedTuple):
    """A size of the paper, with patches of 2 in latents of 32×32×4."""

    depth: int
    width: int
    heads: int

    def players(
        self, shape: Sequence[int] = (32, 32, 4), classes: int = 1000, **options: Any
    ) -> tuple[Generator, Discriminator]:
        """Both modules, with options that they share; D's aligned features apart.

        Args:
          shape: of one picture.
          classes: of the condition.
          **options: `patch`, `dtype`, `rematerialize`, ...
        """
        shared = {**self._asdict(), "classes": classes, **options}
        return Generator(tuple(shape), **shared), Discriminator(**shared)


PUBLISHED = {
    "S": Published(12, 384, 6),
    "B": Published(12, 768, 12),
    "L": Published(24, 1024, 16),
    "XL": Published(28, 1152, 16),
}
"""Hyun et al. 2025 (arXiv 2509.24935)."""

DERIVED = (POSITIONS, "feat_rope.freqs_cos", "feat_rope.freqs_sin")
"""Endings of what is computed, not learned."""

UNUSED = ("x_embedder.proj.weight", "x_embedder.proj.bias")
"""Of generators, whose input is multiplied by 0."""

IN_BLOCKS = {
    "attn.qkv": ("attention", "query_key_value"),
    "attn.q_norm": ("attention", "query"),
    "attn.k_norm": ("attention", "key"),
    "attn.proj": ("attention", "out"),
    "mlp.w12": ("gated", "gate_value"),
    "mlp.w3": ("gated", "out"),
    "adaLN_modulation.1": ("modulation", "vectors"),
    "norm1": ("attention_norm",),
    "norm2": ("gated_norm",),
    "ls_attn": ("attention_scale",),
    "ls_mlp": ("gated_scale",),
}
"""Their name of a layer within a block, and our path."""

IN_GENERATORS = {
    "y_embedder.embedding_table": ("mapping", "embedding"),
    "latent_embedder.0": ("mapping", "layers", "inner", "dense"),
    "latent_embedder.2": ("mapping", "layers", "outer", "dense"),
}
IN_DISCRIMINATORS = {
    "x_embedder.proj": ("patches",),
    "y_embedder.embedding_table": ("embedding",),
    "y_embedder.latent_embedder.0": ("mapping", "inner", "dense"),
    "y_embedder.latent_embedder.2": ("mapping", "outer", "dense"),
    "final_layer.0": ("logit_norm",),
    "final_layer.1": ("logit",),
    "proj.0": ("aligned0",),
    "proj.2": ("aligned1",),
    "proj.4": ("aligned2",),
}
"""Outside of blocks."""

HEADS = {
    "linear": ("out",),
    "adaLN_modulation.1": ("modulation", "vectors"),
}
"""Within a level's head."""


def import_torch(state_dict: Mapping[str, Any], levels: int = 4) -> Variables:
    """Variables of either player from the official code's state dict.

    Args:
      state_dict: tensors or arrays by name, on the CPU.
      levels: of the generator.

    Raises:
      ValueError: if a name is none of that code's, or positions are not those that we
        compute.
    """
    state = torch_layout.arrays(state_dict, DERIVED)
    if POSITIONS in state_dict:
        check_positions(torch_layout.array(state_dict[POSITIONS], POSITIONS))
    generator = any(name.startswith("final_layers.") for name in state)
    variables: dict[str, Any] = {"params": {}}
    blocks: dict[tuple[str, ...], dict[int, np.ndarray]] = {}
    for name, array in state.items():
        if name == "w_avg":
            path = ("style_average", "mapping", "mean")
            torch_layout.plant(variables, path, array)
        elif generator and name in UNUSED:
            continue
        elif block := re.fullmatch(r"blocks\.(\d+)\.(.+)", name):
            path, leaf = _leaf(name, block[2], array, IN_BLOCKS)
            blocks.setdefault(path, {})[int(block[1])] = leaf
        else:
            path, leaf = _outside(name, array, generator)
            torch_layout.plant(variables["params"], path, leaf)
    for path, leaves in blocks.items():
        rows = np.stack([leaves[place] for place in sorted(leaves)])
        if not generator:
            torch_layout.plant(variables["params"], ("blocks", *path), rows)
            continue
        for level, part in enumerate(np.split(rows, levels)):
            where = ("synthesis", f"blocks{level}", *path)
            torch_layout.plant(variables["params"], where, part)
    return variables


def _outside(name: str, array: np.ndarray, generator: bool):
    """(path, leaf) of what is in no block."""
    if name == "cls_token":
        return ("token",), array.ravel()
    if head := re.fullmatch(r"final_layers\.(\d+)\.(.+)", name):
        path, leaf = _leaf(name, head[2], array, HEADS)
        return ("synthesis", f"level{head[1]}", *path), leaf
    return _leaf(name, name, array, IN_GENERATORS if generator else IN_DISCRIMINATORS)


def _leaf(name: str, within: str, array: np.ndarray, table: Mapping[str, Any]):
    """(path, leaf) of a layer's array; `within` is its name as the table has it."""
    if within in table:
        return (*table[within], "scale"), array
    layer, _, kind = within.rpartition(".")
    if layer not in table or kind not in ("weight", "bias"):
        raise ValueError(f"state_dict: saw {name!r}, wanted a name of GAT's networks")
    if kind == "bias":
        return (*table[layer], "bias"), array
    if layer.endswith("embedding_table"):
        return (*table[layer], "kernel"), array
    if array.ndim == 4:
        array = array.transpose(2, 3, 1, 0).reshape(-1, array.shape[0])
        return (*table[layer], "kernel"), array
    if array.ndim == 2:
        return (*table[layer], "kernel"), array.T
    return (*table[layer], "scale"), array


def export_torch(variables: Variables, patch: int = 2) -> dict[str, np.ndarray]:
    """The inverse of `import_torch`: the official state dict, but what is derived.

    A generator has no embedding of the input that its code multiplies by 0.

    Args:
      variables: of either player.
      patch: pixels per side of the discriminator's.
    """
    params, state = variables["params"], {}
    generator = "synthesis" in params
    names = {ours: name for name, ours in IN_BLOCKS.items()}
    places = {ours: name for name, ours in HEADS.items()}
    table = IN_GENERATORS if generator else IN_DISCRIMINATORS
    outside = {ours: name for name, ours in table.items()}
    for (collection, *path, leaf), array in torch_layout.leaves(variables):
        if collection == "style_average":
            state["w_avg"] = array
            continue
        if leaf == "token":
            state["cls_token"] = array.reshape(1, 1, -1)
            continue
        if generator and path[0] == "synthesis":
            path = path[1:]
        kind = path[0].rstrip("0123456789")
        number = path[0].removeprefix(kind)
        if kind == "blocks":
            first = int(number or 0) * len(array)
            layer = names[tuple(path[1:])]
            for place, row in enumerate(array, first):
                state[f"blocks.{place}.{_named(layer, leaf)}"] = _theirs(leaf, row)
        elif kind == "level":
            layer = places[tuple(path[1:])]
            state[f"final_layers.{number}.{_named(layer, leaf)}"] = _theirs(leaf, array)
        else:
            layer = outside[tuple(path)]
            state[_named(layer, leaf)] = _placed(layer, leaf, array, patch)
    return state


def _named(layer: str, leaf: str) -> str:
    """Their name of an array of a layer."""
    if layer.startswith("ls_"):
        return layer
    return f"{layer}.{'bias' if leaf == 'bias' else 'weight'}"


def _theirs(leaf: str, array: np.ndarray) -> np.ndarray:
    return array.T if leaf == "kernel" else array


def _placed(layer: str, leaf: str, array: np.ndarray, patch: int) -> np.ndarray:
    """Their array of a layer outside of blocks."""
    if leaf == "kernel" and layer == "x_embedder.proj":
        kernel = array.reshape(patch, patch, -1, array.shape[-1])
        return kernel.transpose(3, 2, 0, 1)
    if layer.endswith("embedding_table"):
        return array
    return _theirs(leaf, array)
