"""Weights of the authors' PyTorch code for MoCoGAN's networks, and back.

Layers have their numbers in that code's `nn.Sequential`s as names.
"""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from jaxgan.core.types import Variables
from jaxgan.weights import torch_layout
from jaxgan.weights.torch_layers import (
    Table,
    export_layers,
    import_layers,
    without_wrapper,
)

RECURRENT = {
    "recurrent.weight_ih": "input_kernel",
    "recurrent.weight_hh": "state_kernel",
    "recurrent.bias_ih": "input_bias",
    "recurrent.bias_hh": "state_bias",
}
"""Their names of the GRU's arrays, and ours below 'motion'."""
BASE = "main.0.weight"
"""The kernel of the generator's first map, for us that of a dense layer."""
DENSE = ("frame", "base", "kernel")


def import_torch(state_dict: Mapping[str, Any]) -> Variables:
    """Variables of one network from the official names.

    A `Discriminator` has two networks' variables: see `import_discriminator`.

    Args:
      state_dict: tensors or arrays by name, on the CPU: of a `VideoGenerator`, a
        `PatchImageDiscriminator`, or a `VideoDiscriminator`, categorical or not.

    Raises:
      ValueError: if a name is none of that code's.
    """
    state = without_wrapper(state_dict)
    if BASE not in state:
        return import_layers(state, _critic_layers(state), "MoCoGAN")
    first = torch_layout.array(state.pop(BASE), BASE)
    gru = {name: state.pop(name) for name in RECURRENT if name in state}
    if len(gru) < len(RECURRENT):
        missing = sorted(RECURRENT.keys() - gru.keys())
        raise ValueError(f"state_dict: saw no {missing[0]}, wanted a VideoGenerator's")
    variables = import_layers(state, _generator_layers(_deepest(state) // 3), "MoCoGAN")
    dense = np.moveaxis(first, 1, -1).reshape(len(first), -1)
    torch_layout.plant(variables["params"], DENSE, dense)
    for name, tensor in gru.items():
        path = ("motion", RECURRENT[name])
        torch_layout.plant(
            variables["params"], path, torch_layout.array(tensor, name).T
        )
    return variables


def import_discriminator(
    image: Mapping[str, Any], video: Mapping[str, Any]
) -> Variables:
    """Variables of a `Discriminator` from the state dicts of its two networks."""
    pair = {"image": import_torch(image), "video": import_torch(video)}
    kinds = {kind: None for variables in pair.values() for kind in variables}
    return {
        kind: {name: own[kind] for name, own in pair.items() if kind in own}
        for kind in kinds
    }


def export_torch(variables: Variables) -> dict[str, np.ndarray]:
    """The inverse of `import_torch`: the official state dict of one network."""
    params = variables["params"]
    if "frame" not in params:
        return export_layers(variables, _table_of_critic(params))
    frame = dict(params["frame"])
    dense = np.asarray(frame.pop("base")["kernel"])
    layers = sum(name.startswith("double_") for name in frame)
    channels = frame["double_0"]["kernel"].shape[-1]
    rest = {**variables, "params": {"frame": frame}}
    state = export_layers(rest, _generator_layers(layers))
    side = round((dense.shape[1] / channels) ** 0.5)
    state[BASE] = np.moveaxis(dense.reshape(-1, side, side, channels), -1, 1)
    for theirs, ours in RECURRENT.items():
        state[theirs] = np.asarray(params["motion"][ours]).T
    return state


def _deepest(state: Mapping[str, Any]) -> int:
    """The number of the last layer that has a weight."""
    found = (re.fullmatch(r"main\.(\d+)\.weight", name) for name in state)
    return max((int(match[1]) for match in found if match), default=0)


def _generator_layers(layers: int) -> Table:
    """Norms and transposed convolutions, of which the last has no norm."""
    table = {}
    for place in range(layers):
        table[f"main.{3 * place + 1}"] = ("frame", f"norm_{place}")
        table[f"main.{3 * place + 3}"] = ("frame", f"double_{place}")
    return table


def _critic_layers(state: Mapping[str, Any]) -> Table:
    """Of a state dict: a video's last layer has no noise in front, so is one nearer."""
    deepest = _deepest(state)
    moving = np.ndim(state.get("main.1.weight", ())) == 5
    return _critic((deepest + moving) // 4, moving)


def _table_of_critic(params: Mapping[str, Any]) -> Table:
    moving = np.ndim(params["logits"]["kernel"]) == 5
    return _critic(sum(name.startswith("Conv") for name in params), moving)


def _critic(layers: int, moving: bool) -> Table:
    conv = "Conv3d" if moving else "Conv"
    table = {f"main.{4 * layers - moving}": ("logits",)}
    for place in range(layers):
        table[f"main.{4 * place or 1}"] = (f"{conv}_{place}",)
        if place:
            table[f"main.{4 * place + 1}"] = (f"BatchNorm_{place - 1}",)
    return table
