"""Weights of LPIPS and its trunks under the official names, and back."""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from jaxgan.core.types import Variables
from jaxgan.models.vgg import weights as vgg_weights
from jaxgan.weights import torch_layout

PUBLISHED = {
    "alexnet": (f"{vgg_weights.ADDRESS}alexnet-owt-7be5be79.pth", "7be5be79"),
    "vgg16": vgg_weights.PUBLISHED["vgg16"],
}
"""Torchvision's files of the trunks, trained on ImageNet: the address, and how the
SHA-256 of the contents begins."""
COMMIT = "082bb24f84c091ea94de2867d34c4544f68e0963"
FOLDER = f"https://raw.githubusercontent.com/richzhang/PerceptualSimilarity/{COMMIT}"
HEADS = {
    "alexnet": (
        f"{FOLDER}/lpips/weights/v0.1/alex.pth",
        "df73285e35b22355a2df87cdb6b70b343713b667eddbda73e1977e0c860835c0",
    ),
    "vgg16": (
        f"{FOLDER}/lpips/weights/v0.1/vgg.pth",
        "a78928a0af1e5f0fcb1f3b9e8f8c3a2a5a3de244d830ad5c1feddc79b8432868",
    ),
}
"""The official files of the heads (BSD-2-Clause), which PyTorch's package lpips 0.1.4
has in lpips/weights/v0.1: the address, and the SHA-256 of the contents."""

ALEXNET = {0: "conv1", 3: "conv2", 6: "conv3", 8: "conv4", 10: "conv5"}
"""Our names of AlexNet's convolutions, by their numbers in torchvision's."""
SIDE = 11
"""Of the first kernel of AlexNet."""
HEAD = re.compile(r"(?:.*\.)?lins?\.?(\d+)\.model\.1\.weight")


def import_torch(state_dict: Mapping[str, Any]) -> Variables:
    """Variables of an `LPIPS` from the official names, or of a part of it.

    A whole network's has heads ('lin0.model.1.weight') and the trunk
    ('net.slice1.0.weight'). The official files have the heads alone, torchvision's of
    VGG-16 and AlexNet ('features.0.weight') the trunk alone; both together are what
    their union, `{**trunk, **heads}`, says.

    Args:
      state_dict: tensors or arrays by name, on the CPU.

    Raises:
      ValueError: if a name is none of theirs, or a head has numbers below 0.
    """
    params: dict[str, Any] = {}
    rest = {}
    for name, tensor in state_dict.items():
        match = HEAD.fullmatch(name)
        if match is None:
            rest[name] = tensor
            continue
        head = torch_layout.array(tensor, name).reshape(-1)
        if head.min() < 0:
            raise ValueError(f"{name}: saw {head.min():g}, wanted no number below 0")
        params[f"head{match[1]}"] = head
    if rest:
        alex = any(np.shape(x)[2:] == (SIDE, SIDE) for x in rest.values())
        trunk = (_import_alexnet if alex else vgg_weights.import_torch)(rest)
        if trunk["params"]:
            params["trunk"] = trunk["params"]
    return {"params": params}


def _import_alexnet(state_dict: Mapping[str, Any]) -> Variables:
    """Variables of an `AlexNet`."""
    params: dict[str, Any] = {}
    for name, tensor in state_dict.items():
        if vgg_weights.PASSING.fullmatch(name):
            continue
        match = vgg_weights.NUMBERED.fullmatch(name)
        layer = ALEXNET.get(int(match[1])) if match else None
        if match is None or layer is None or match[2] not in ("weight", "bias"):
            raise ValueError(
                f"state_dict: saw {name!r}, wanted AlexNet's names, such as "
                "'features.0.weight'"
            )
        if match[2] == "weight":
            leaf, array = "kernel", torch_layout.kernel(tensor, name)
        else:
            leaf, array = "bias", torch_layout.array(tensor, name)
        torch_layout.plant(params, (layer, leaf), array)
    return {"params": params}


def export_torch(variables: Variables) -> dict[str, np.ndarray]:
    """The inverse of `import_torch`: heads as official, the trunk as torchvision's."""
    params = dict(variables["params"])
    trunk = params.pop("trunk", {})
    state: dict[str, np.ndarray] = {}
    if "conv1" in trunk:
        for number, layer in ALEXNET.items():
            kernel = np.asarray(trunk[layer]["kernel"])
            state[f"features.{number}.weight"] = torch_layout.their_kernel(kernel)
            state[f"features.{number}.bias"] = np.asarray(trunk[layer]["bias"])
    elif trunk:
        state |= vgg_weights.export_torch({"params": trunk})
    for name, head in params.items():
        place = name.removeprefix("head")
        array = np.asarray(head).reshape(1, -1, 1, 1)
        state[f"lin{place}.model.1.weight"] = array
    return state
