"""Weights of mimicry's code for the residual networks, and back."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from jaxgan.core.types import Variables
from jaxgan.weights import torch_layout

LAYERS = {
    "c1": ("conv1",),
    "c2": ("conv2",),
    "c_sc": ("shortcut",),
    "b1": ("norm1",),
    "b2": ("norm2",),
    "b1.bn": ("norm1", "BatchNorm_0"),
    "b2.bn": ("norm2", "BatchNorm_0"),
    "b1.embed": ("norm1", "FiLM_0", "Embedding_0"),
    "b2.embed": ("norm2", "FiLM_0", "Embedding_0"),
}
"""Their name of a layer in a block, and our path."""

LEAVES = {
    "bias": ("params", "bias"),
    "gamma": ("params", "gamma"),
    "running_mean": ("batch_stats", "mean"),
    "running_var": ("batch_stats", "var"),
}
"""Their name of an array that is as ours, our collection and our name."""

DERIVED = ("num_batches_tracked", "weight_v", "sn_sigma")
"""Ends of names of what is not read, or only together with another array."""


def import_torch(state_dict: Mapping[str, Any]) -> Variables:
    """Variables of either player from the names of mimicry's code.

    Miyato et al. 2018 (arXiv 1802.05957) and others; see `jaxgan.models.resnet`. Our
    evaluation divides kernels by σ = ‖Wᵀu‖ with the stored u, PyTorch's by uᵀWv with
    v stored too, and mimicry's own layers by that of one iteration more; so that all
    agree, u is scaled. The next training pass makes it a unit vector, the one that
    theirs is.

    Args:
      state_dict: tensors or arrays by name, on the CPU.

    Raises:
      ValueError: if a name is none of that code's.
    """
    state = torch_layout.arrays(state_dict, ["num_batches_tracked"])
    generator = "l1.bias" in state
    variables: dict[str, Any] = {"params": {}}
    for name, array in state.items():
        layer, _, kind = name.rpartition(".")
        if kind in DERIVED:
            continue
        path = _path(name, layer, generator)
        collection, steps, leaf = "params", path, array
        if kind in ("weight_u", "sn_u"):
            collection, steps = "spectral", (*path, "spectral", "u")
            leaf = _scaled(layer, kind, array.ravel(), state)
        elif kind in ("weight", "weight_orig"):
            steps, leaf = _weight(layer, path, array)
        elif kind in LEAVES:
            collection, last = LEAVES[kind]
            steps = (*path, last)
        else:
            raise ValueError(f"state_dict: saw {name!r}, wanted mimicry's names")
        torch_layout.plant(variables.setdefault(collection, {}), steps, leaf)
    if generator:
        _turn_pixels(variables, back=False)
    return variables


def _path(name: str, layer: str, generator: bool) -> tuple[str, ...]:
    """Our path of one of their layers."""
    block = re.fullmatch(r"block(\d+)\.(.+)", layer)
    if block and block[2] in LAYERS:
        kind, first = ("GeneratorBlock", 2) if generator else ("DiscriminatorBlock", 1)
        return (f"{kind}_{int(block[1]) - first}", *LAYERS[block[2]])
    attention = re.fullmatch(r"attn_block\.?(theta|phi|g|o|)", layer)
    if attention:
        return ("SelfAttention_0", *filter(None, [attention[1]]))
    for pattern, ours in (
        (r"l\d+", "Dense_0"),
        (r"l_y", "Embedding_0"),
        (r"b\d+", "BatchNorm_0"),
        (r"c\d+", "Conv_0"),
    ):
        if re.fullmatch(pattern, layer):
            return (ours,)
    raise ValueError(f"state_dict: saw {name!r}, wanted mimicry's names")


def _weight(layer: str, path: Sequence[str], array: np.ndarray) -> tuple[Any, Any]:
    """Our path and array of a weight."""
    if array.ndim == 1:
        return (*path, "scale"), array
    if layer.endswith("embed"):
        return (*path, "kernel"), array - _ones(array)
    if layer == "l_y":
        return (*path, "kernel"), array
    return (*path, "kernel"), torch_layout.kernel(array)


def _ones(table: np.ndarray) -> np.ndarray:
    """What their scales are more than ours, which are added to 1; not so shifts."""
    scales = np.arange(table.shape[1]) < table.shape[1] // 2
    return scales.astype(np.float32)[None]


def _scaled(layer: str, kind: str, u: np.ndarray, state: Mapping[str, np.ndarray]):
    """The vector u, so long that ‖Wᵀu‖ is their σ."""
    weight = state.get(f"{layer}.weight{'_orig' if kind == 'weight_u' else ''}")
    v = state.get(f"{layer}.weight_v")
    if weight is None or (kind == "weight_u" and v is None):
        raise ValueError(f"{layer}.{kind}: saw it without the weight it belongs to")
    matrix = weight.reshape(u.size, -1)
    back = matrix.T @ u
    size = max(float(np.linalg.norm(back)), 1e-12)
    if kind == "weight_u":
        assert v is not None
        return u * np.float32(u @ matrix @ v / size)
    return u * np.float32(np.linalg.norm(matrix @ back) / size**2)


def _turn_pixels(variables: Variables, back: bool) -> None:
    """Theirs makes [C, base, base] of the latent, ours [base, base, C]."""
    channels = variables["params"]["GeneratorBlock_0"]["conv1"]["kernel"].shape[2]
    dense = variables["params"]["Dense_0"]
    vector = variables.get("spectral", {}).get("Dense_0", {}).get("spectral", {})
    for leaves in (dense, vector):
        for name, x in leaves.items():
            pixels = x.shape[-1] // channels
            rows = (pixels, channels) if back else (channels, pixels)
            apart = x.reshape(-1, *rows).swapaxes(1, 2)
            leaves[name] = np.ascontiguousarray(apart.reshape(x.shape))


def export_torch(
    variables: Variables, last: int | None = None, own: Collection[str] = ()
) -> dict[str, np.ndarray]:
    """The inverse of `import_torch`: mimicry's state dict, without its counts.

    Vectors u are of length 1, as theirs are; those v that PyTorch stores beside them
    are such that its evaluation divides by what ours does.

    Args:
      variables: of either player.
      last: the number in the names of the layers after the blocks; mimicry's is that of
        blocks and one more, or two more in generators, except 5 in SNGAN's
        discriminator for 48 pixels.
      own: their names of layers with mimicry's own spectral normalisation, such as
        'l5' and 'l_y' in cGAN-PD.
    """
    tree: dict[str, Any] = {}
    for path, leaf in torch_layout.leaves(variables):
        torch_layout.plant(tree, path, leaf)
    generator = "GeneratorBlock_0" in tree["params"]
    blocks = sum("Block_" in name for name in tree["params"])
    number = last or blocks + 1 + generator
    if generator:
        _turn_pixels(tree, back=True)
    spectra = {
        _their_layer(path[:-2], number, generator): leaf
        for path, leaf in torch_layout.leaves(tree.get("spectral", {}))
    }
    state = {}
    for (collection, *path, leaf), array in torch_layout.leaves(tree):
        layer = (
            _their_layer(path, number, generator) if collection != "spectral" else ""
        )
        if leaf == "kernel":
            state |= _their_weight(layer, array, spectra.get(layer), layer in own)
        elif leaf == "scale":
            state[f"{layer}.weight"] = array
        elif collection != "spectral":
            kinds = {ours: theirs for theirs, ours in LEAVES.items()}
            state[f"{layer}.{kinds[collection, leaf]}"] = array
    return state


def _their_layer(path: Sequence[str], number: int, generator: bool) -> str:
    """The inverse of `_path`."""
    first, *rest = path
    kind, _, place = first.partition("_")
    if kind.endswith("Block"):
        layers = {ours: theirs for theirs, ours in LAYERS.items()}
        return f"block{int(place) + 1 + generator}.{layers[tuple(rest)]}"
    if kind == "SelfAttention":
        return ".".join(("attn_block", *rest))
    dense = "l1" if generator else f"l{number}"
    others = {"Embedding": "l_y", "BatchNorm": f"b{number}", "Conv": f"c{number}"}
    return {"Dense": dense, **others}[kind]


def _their_weight(
    layer: str, array: np.ndarray, u: np.ndarray | None, own: bool
) -> dict[str, np.ndarray]:
    """Their weight of a kernel or table, and what its spectral norm stores."""
    if layer.endswith("embed"):
        return {f"{layer}.weight": array + _ones(array)}
    weight = array if layer == "l_y" else torch_layout.their_kernel(array)
    if u is None:
        return {f"{layer}.weight": weight}
    length = max(float(np.linalg.norm(u)), 1e-12)
    unit = (u / length).astype(np.float32)
    if own:
        return {f"{layer}.weight": weight, f"{layer}.sn_u": unit[None]}
    back = weight.reshape(u.size, -1).T @ unit
    v = back * np.float32(length / max(float(np.linalg.norm(back)), 1e-12))
    return {
        f"{layer}.weight_orig": weight,
        f"{layer}.weight_u": unit,
        f"{layer}.weight_v": v,
    }
