"""Weights of EfficientNet-Lite under timm's names, and back."""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from jaxgan.core.types import Variables
from jaxgan.weights.torch_layers import Path, Table, export_layers, import_layers

PUBLISHED = (
    "https://github.com/rwightman/pytorch-image-models/releases/download/"
    "v0.1-weights/tf_efficientnet_lite0-0aa007d2.pth",
    "0aa007d2",
)
"""timm's file of Lite0's weights, trained on ImageNet: the address, and how the SHA-256
of the contents begins, which is part of the name."""

BLOCK = re.compile(r"blocks\.(\d+)\.(\d+)\.(\w+)\.\w+")
PASSING = re.compile(r"(?:conv_head|bn2|classifier)\..*")
"""What stands behind the last stage, and is not read."""
FULL = {
    "conv_pw": "expand",
    "bn1": "norm_expand",
    "conv_dw": "filter",
    "bn2": "norm_filter",
    "conv_pwl": "project",
    "bn3": "norm_project",
}
FLAT = {
    "conv_dw": "filter",
    "bn1": "norm_filter",
    "conv_pw": "project",
    "bn2": "norm_project",
}
"""Their layers of a block that does not expand, and ours."""
STEM = {"conv_stem": ("stem",), "bn1": ("norm_stem",)}
PARTS = {0: 0, 1: 2, 2: 3, 3: 5}
"""In projected GANs' files: by the part, the number of its first stage from 0 on."""


def import_torch(state_dict: Mapping[str, Any]) -> Variables:
    """Variables of an `EfficientNet` from timm's names, or projected GANs'.

    The latter cut the network in four: 'pretrained.layer0.0' is the first convolution.

    Args:
      state_dict: tensors or arrays by name, on the CPU. The last convolution and the
        classifier are left out.

    Raises:
      ValueError: if a name is none of theirs.
    """
    state = {_respelled(name): x for name, x in state_dict.items()}
    state = {name: x for name, x in state.items() if not PASSING.fullmatch(name)}
    found = [match for match in map(BLOCK.fullmatch, state) if match]
    full = {(m[1], m[2]) for m in found if m[3] == "conv_pwl"}
    blocks = {(m[1], m[2]): (m[1], m[2]) in full for m in found}
    return import_layers(state, _layers(blocks), "EfficientNet-Lite")


def _respelled(name: str) -> str:
    """timm's name of what projected GANs' code has in a part."""
    match = re.fullmatch(r"pretrained\.layer(\d)\.(\d+)\.(.+)", name)
    if match is None or int(match[1]) not in PARTS:
        return name
    part, place = int(match[1]), int(match[2])
    if part == 0 and place < 3:
        return f"{('conv_stem', 'bn1', 'act1')[place]}.{match[3]}"
    # The first part begins with a convolution, its norm and an activation.
    stage = PARTS[part] + place - (3 if part == 0 else 0)
    return f"blocks.{stage}.{match[3]}"


def _layers(blocks: Mapping[tuple[str, str], bool]) -> Table:
    """Their layers, and ours; of every block whether it expands."""
    table: dict[str, Path] = dict(STEM)
    for (stage, place), expands in blocks.items():
        for theirs, ours in (FULL if expands else FLAT).items():
            path = (f"stage_{int(stage) + 1}_{place}", ours)
            table[f"blocks.{stage}.{place}.{theirs}"] = path
    return table


def export_torch(variables: Variables) -> dict[str, np.ndarray]:
    """The inverse of `import_torch`, with timm's names."""
    blocks = {}
    for name, block in variables["params"].items():
        if name.startswith("stage_"):
            _, stage, place = name.split("_")
            blocks[str(int(stage) - 1), place] = "expand" in block
    return export_layers(variables, _layers(blocks))
