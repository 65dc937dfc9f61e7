"""Weights of projected GANs' PyTorch code for discriminators and projections, and back.

Sauer et al. 2021 (arXiv 2111.01007). A state dict of the official `D` holds both: the
discriminators under 'discriminator.mini_discs.', and what is frozen under
'feature_network.', which is the feature network and the random mixing.
"""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from jaxgan.core.types import Variables
from jaxgan.models.efficientnet import weights as efficientnet_weights
from jaxgan.weights.torch_layers import Path, Table, export_layers, import_layers

JUDGES = "discriminator."
FROZEN = "feature_network."
MIXING = re.compile(r"scratch\.layer(\d+)_(ccm|csm\.out_conv)\.(weight|bias)")
EMBEDDING = "embed.weight"
OUTSIDE = {"cls": "logits", "embed": "Embedding_0", "embed_proj.0": "Dense_0"}


class Form(NamedTuple):
    """What the names in a discriminator's state dict depend on.

    Attributes:
      blocks: how many each scale has.
      separable, mix: as attributes of the network.
      conditional: whether it has classes.
    """

    blocks: tuple[int, ...]
    separable: bool = False
    mix: bool = False
    conditional: bool = False


def import_torch(state_dict: Mapping[str, Any]) -> Variables:
    """Variables of a `Discriminator` from the official names.

    Args:
      state_dict: tensors or arrays by name, on the CPU: of the whole `D`, of which what
        is frozen is left out (see `import_projection`), or of its `MultiScaleD`.

    Raises:
      ValueError: if a name is none of that code's.
    """
    state = {
        name.removeprefix(JUDGES): _turned(name, x)
        for name, x in state_dict.items()
        if not name.startswith(FROZEN)
    }
    return import_layers(state, layers(form_of(state)), "projected discriminators")


def export_torch(variables: Variables) -> dict[str, np.ndarray]:
    """The inverse of `import_torch`: what the official `D` has but what is frozen."""
    scales = variables["params"]
    first = scales["scale_0"]
    blocks = [
        sum(name.startswith("block_") for name in scales[f"scale_{number}"])
        for number in range(len(scales))
    ]
    block = next(
        (scale["block_0"] for scale in scales.values() if "block_0" in scale), {}
    )
    form = Form(
        tuple(blocks), "depthwise" in block, "mix" in block, "Embedding_0" in first
    )
    state = export_layers(variables, layers(form))
    return {f"{JUDGES}{name}": _turned(name, x) for name, x in state.items()}


def _turned(name: str, tensor: Any) -> Any:
    """Tables of classes have one row per class in both codes, unlike dense kernels."""
    return np.asarray(tensor).T if name.endswith(EMBEDDING) else tensor


def form_of(state_dict: Mapping[str, Any]) -> Form:
    """Reads off the names in a state dict what they depend on.

    Raises:
      ValueError: if there are no discriminators.
    """
    blocks: dict[int, set[int]] = {}
    for name in state_dict:
        match = re.match(r"mini_discs\.(\d+)\.(?:main\.(\d+)\.(main)?)?", name)
        if match is None:
            raise ValueError(
                f"state_dict: saw {name!r}, wanted names of projected discriminators"
            )
        seen = blocks.setdefault(int(match[1]), set())
        if match[3]:
            seen.add(int(match[2]))
    if sorted(blocks) != list(range(len(blocks))) or not blocks:
        raise ValueError(f"state_dict: saw scales {sorted(blocks)}, wanted 0, 1, ...")
    names = "\n".join(state_dict)
    return Form(
        tuple(len(blocks[number]) for number in range(len(blocks))),
        ".depthwise." in names,
        ".main.0.main.0.main.0." in names,
        ".cls." in names,
    )


def layers(form: Form) -> Table:
    """Their layers of all discriminators, and ours."""
    table: dict[str, Path] = {}
    for number, blocks in enumerate(form.blocks):
        ours, theirs = f"scale_{number}", f"mini_discs.{number}"
        for place in range(blocks):
            block = f"{theirs}.main.{place}.main"
            inner = f"{block}.0.main" if form.mix else block
            path = (ours, f"block_{place}")
            if form.separable:
                table[f"{inner}.0.depthwise"] = (*path, "depthwise")
                table[f"{inner}.0.pointwise"] = (*path, "pointwise")
            else:
                table[f"{inner}.0"] = (*path, "conv")
            table[f"{inner}.1"] = (*path, "norm")
            if form.mix:
                table[f"{block}.1"] = (*path, "mix")
                table[f"{block}.2"] = (*path, "norm_mix")
        if form.conditional:
            for name, layer in OUTSIDE.items():
                table[f"{theirs}.{name}"] = (ours, layer)
        else:
            table[f"{theirs}.main.{blocks}"] = (ours, "logits")
    return table


def import_projection(state_dict: Mapping[str, Any]) -> Variables:
    """Variables of a `Projection` of an `EfficientNet` from the official names.

    Args:
      state_dict: tensors or arrays by name, on the CPU: of the whole `D`, or of its
        feature network. Without the pretrained part, there are none of 'features'.

    Raises:
      ValueError: if a name is none of that code's.
    """
    state = {
        name.removeprefix(FROZEN): x
        for name, x in state_dict.items()
        if not name.startswith(JUDGES)
    }
    found = {name: match for name in state if (match := MIXING.fullmatch(name))}
    table = {
        f"scratch.layer{match[1]}_{match[2]}": (f"{match[2][:3]}_{match[1]}",)
        for match in found.values()
    }
    mixing = {name: state[name] for name in found}
    variables = import_layers(mixing, table, "random projections")
    trunk = {name: x for name, x in state.items() if name not in found}
    if trunk:
        for collection, tree in efficientnet_weights.import_torch(trunk).items():
            variables.setdefault(collection, {})["features"] = tree
    return variables


def export_projection(variables: Variables) -> dict[str, np.ndarray]:
    """The inverse of `import_projection` but for the pretrained part."""
    params = {name: x for name, x in variables["params"].items() if name != "features"}
    table = {
        f"scratch.layer{name[4:]}_{'ccm' if name[:3] == 'ccm' else 'csm.out_conv'}": (
            name,
        )
        for name in params
    }
    state = export_layers({"params": params}, table)
    return {f"{FROZEN}{name}": array for name, array in state.items()}
