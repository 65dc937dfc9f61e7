"""Weights of projected GANs' PyTorch code for FastGAN's generator, and back."""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from jaxgan.core.types import Variables
from jaxgan.models.fastgan.networks import BASE, SHARES
from jaxgan.weights.torch_layers import Path, Table, export_layers, import_layers

PREFIX = "synthesis."
LAST = "to_big.weight_orig"
SIDE = re.compile(r"(?:synthesis\.)?(?:feat|se)_(\d+)\.")


def import_torch(state_dict: Mapping[str, Any]) -> Variables:
    """Variables of a `Generator` from the official names, such as those of `G_ema`.

    Sauer et al. 2021 (arXiv 2111.01007). That code always has the blocks up to 256
    pixels; those behind the image's size are left out.

    Args:
      state_dict: tensors or arrays by name, on the CPU.

    Raises:
      ValueError: if a name is none of that code's, or the generator is conditional.
    """
    state = {name.removeprefix(PREFIX): x for name, x in state_dict.items()}
    if "embed.weight" in state:
        raise ValueError(
            "state_dict: saw 'embed.weight', wanted a generator without classes"
        )
    kept = without_spare_blocks(state)
    lite = "feat_8.5.weight_orig" not in state
    return import_layers(kept, layers(_size(state), lite), "FastGAN's generator")


def without_spare_blocks(state_dict: Mapping[str, Any]) -> dict[str, Any]:
    """The entries, without blocks behind the image's size; all, of other networks."""
    state = {name.removeprefix(PREFIX): x for name, x in state_dict.items()}
    if LAST not in state:
        return dict(state_dict)
    size = _size(state)
    return {
        name: x
        for name, x in state_dict.items()
        if (side := SIDE.match(name)) is None or int(side[1]) <= size
    }


def width_of(channels: int) -> int:
    """The width of a generator whose first kernel has so many features.

    Raises:
      ValueError: if there is none.
    """
    width, rest = divmod(channels, 2 * int(SHARES[BASE]))
    if rest or not width:
        wanted = 2 * int(SHARES[BASE])
        raise ValueError(
            f"init: saw {channels} features, wanted a multiple of {wanted}"
        )
    return width


def _size(state: Mapping[str, Any]) -> int:
    """The side of images: of the last block, or the one that has as many channels.

    The official code has blocks of 256 pixels for images of 128, too.
    """
    widths = {
        side: np.shape(state[name])[0] // 2
        for side in SHARES
        if (name := f"feat_{side}.1.weight_orig") in state
    }
    if not widths or LAST not in state:
        raise ValueError(
            f"state_dict: saw {sorted(state)[:3]} ..., wanted FastGAN's generator"
        )
    channels = np.shape(state[LAST])[1]
    last = max(widths)
    return last // 2 if last == 256 and widths[128] == channels else last


def layers(size: int, lite: bool) -> Table:
    """Their layers of a generator of images of this side, and ours."""
    table: dict[str, Path] = {"init.init.0": ("base",), "init.init.1": ("norm",)}
    table["to_big"] = ("image",)
    for side in SHARES:
        if not BASE < side <= size:
            continue
        theirs, ours = f"feat_{side}", f"block_{side}"
        for place, first in enumerate((1,) if lite else (1, 5), 1):
            names = ("conv", "norm") if lite else ("conv", "noise", "norm")
            for number, name in enumerate(names, first):
                table[f"{theirs}.{number}"] = (ours, f"{name}{place}")
        for number, name in ((1, "squeeze"), (3, "excite")):
            table[f"se_{side}.main.{number}"] = (f"excitation_{side}", name)
    return table


def export_torch(variables: Variables) -> dict[str, np.ndarray]:
    """The inverse of `import_torch`: the official state dict, without spare blocks.

    Raises:
      ValueError: if the generator is conditional.
    """
    params = variables["params"]
    if "Embedding_0" in params:
        raise ValueError("variables: saw classes, wanted a generator without")
    sides = [int(name[6:]) for name in params if name.startswith("block_")]
    table = layers(max(sides), "conv2" not in params["block_8"])
    state = export_layers(variables, table)
    return {PREFIX + name: array for name, array in state.items()}
