"""Weights of VGG under the names of PyTorch's codes, and back."""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from jaxgan.core.types import Variables
from jaxgan.weights import torch_layout

ADDRESS = "https://download.pytorch.org/models/"
PUBLISHED = {
    "vgg16": (f"{ADDRESS}vgg16-397923af.pth", "397923af"),
    "vgg19": (f"{ADDRESS}vgg19-dcbb9e9d.pth", "dcbb9e9d"),
}
"""Torchvision's files of weights trained on ImageNet: the address, and how the SHA-256
of the contents begins, which is part of the name. Half a gigabyte each: most of it is
dense layers, which are not kept."""

NAMED = re.compile(r"(?:.*\.)?(conv\d+_\d+)\.(weight|bias)")
NUMBERED = re.compile(r"(?:.*\.)?(?:features|slice\d+)\.(\d+)\.(\w+)")
PASSING = re.compile(
    r"(?:.*\.)?(classifier\..*|mean|std|scaling_layer\..*|lins?\.?\d+\..*)"
)
"""What stands beside the convolutions, and is not read."""
SIDE = 3
"""Of the kernels."""


def import_torch(state_dict: Mapping[str, Any]) -> Variables:
    """Variables of a `VGG` from the names of torchvision, BasicSR or LPIPS.

    Torchvision and LPIPS number all layers, activations and pools too
    ('features.7.weight', 'net.slice2.7.weight'): the number of a convolution is two
    above that of the one before it in its block, and three above where there is a pool
    between. BasicSR has our names ('vgg_net.conv2_2.weight').

    Args:
      state_dict: tensors or arrays by name, on the CPU.

    Raises:
      ValueError: if a name is none of theirs, or it is another network.
    """
    names = _names(state_dict)
    params: dict[str, Any] = {}
    for name, tensor in state_dict.items():
        if PASSING.fullmatch(name):
            continue
        layer, kind = _layer(name, names)
        leaf = {"weight": "kernel", "bias": "bias"}[kind]
        if leaf == "bias":
            array = torch_layout.array(tensor, name)
        elif np.shape(tensor)[2:] != (SIDE, SIDE):
            raise ValueError(
                f"{name}: saw shape {np.shape(tensor)}, wanted a kernel of "
                f"{SIDE}×{SIDE}; VGGs with batch normalisation are not read"
            )
        else:
            array = torch_layout.kernel(tensor, name)
        torch_layout.plant(params, (layer, leaf), array)
    return {"params": params}


def _names(state_dict: Mapping[str, Any]) -> dict[int, str]:
    """Our names of the convolutions, by their numbers."""
    numbers = sorted(
        {int(m[1]) for name in state_dict if (m := NUMBERED.fullmatch(name))}
    )
    names, block, place = {}, 1, 0
    for number, before in zip(numbers, [-2, *numbers]):
        if number - before == 2:
            place += 1
        elif number - before == 3:
            block, place = block + 1, 1
        else:
            raise ValueError(
                f"state_dict: saw layers {before} and {number} without one between, "
                "wanted VGG's; those with batch normalisation are not read"
            )
        names[number] = f"conv{block}_{place}"
    return names


def _layer(name: str, names: Mapping[int, str]) -> tuple[str, str]:
    """Our name of the layer of one of their arrays, and 'weight' or 'bias'."""
    if match := NAMED.fullmatch(name):
        return match[1], match[2]
    match = NUMBERED.fullmatch(name)
    if match is None or match[2] not in ("weight", "bias"):
        raise ValueError(
            f"state_dict: saw {name!r}, wanted VGG's names, such as 'features.0.weight'"
        )
    return names[int(match[1])], match[2]


def export_torch(variables: Variables) -> dict[str, np.ndarray]:
    """The inverse of `import_torch`, with torchvision's names."""
    state = {}
    params = variables["params"]
    layers = sorted(params, key=lambda name: tuple(map(int, name[4:].split("_"))))
    number, block = -2, 1
    for name in layers:
        after_pool = int(name[4 : name.index("_")]) > block
        number, block = number + 2 + after_pool, block + after_pool
        kernel = np.asarray(params[name]["kernel"])
        state[f"features.{number}.weight"] = torch_layout.their_kernel(kernel)
        state[f"features.{number}.bias"] = np.asarray(params[name]["bias"])
    return state
