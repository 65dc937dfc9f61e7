"""Weights of the authors' PyTorch code for U-Nets and discriminators, and back.

Files such as latest_net_G.pth and latest_net_D.pth, CycleGAN's and CUT's discriminators
among them. Layers have their numbers in that code's `nn.Sequential`s as names.
"""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from jaxgan.core.types import Variables
from jaxgan.models.filter_taps import check_taps
from jaxgan.models.pix2pix.layers import Norm
from jaxgan.nn.blur import TAPS
from jaxgan.weights.torch_layers import (
    Path,
    Table,
    export_layers,
    import_layers,
    without_spare_statistics,
    without_wrapper,
)

UNET = "model.model.0.weight"
"""The outermost kernel of a U-Net."""
FILTER = "filt"
"""What filters of antialiased networks are called."""
DOUBLING = 1.0, 3.0, 3.0, 1.0
"""What `nn.double` filters by."""


def import_torch(state_dict: Mapping[str, Any]) -> Variables:
    """Variables of a U-Net or a discriminator from the official names.

    Args:
      state_dict: tensors or arrays by name, on the CPU. The prefix of DataParallel is
        left out, and so are running statistics of instance normalisation in old files.

    Raises:
      ValueError: if a name is none of that code's, or a filter is another.
    """
    state = plain_state(state_dict)
    if UNET in state:
        table = unet_layers(unet_halvings(state))
    else:
        table = patch_layers(patch_halvings(state), is_antialiased(state))
    return import_layers(state, table, "pix2pix")


def export_torch(
    variables: Variables, antialiased: bool = False
) -> dict[str, np.ndarray]:
    """The inverse of `import_torch`: the official state dict, without its filters.

    Args:
      variables: of a U-Net or a discriminator.
      antialiased: whether the discriminator blurs, which its names count.
    """
    params = variables["params"]
    if "up_0" in params:
        levels = sum(re.fullmatch(r"up_\d+", name) is not None for name in params)
        return export_layers(variables, unet_layers(levels))
    halvings = sum(name.startswith("conv_") for name in params) - 1
    if params["conv_0"]["kernel"].shape[0] == 1:
        halvings = 0
    return export_layers(variables, patch_layers(halvings, antialiased))


def plain_state(state_dict: Mapping[str, Any]) -> dict[str, Any]:
    """The entries that a network of ours has: no wrapper, spare statistics, or filters.

    Raises:
      ValueError: if a filter is another than ours.
    """
    state = without_spare_statistics(without_wrapper(state_dict))
    for name in [name for name in state if name.endswith(f".{FILTER}")]:
        made = np.asarray(state.pop(name), np.float64)
        halving = made.shape[-1] == len(TAPS)
        taps, bright = (TAPS, 1.0) if halving else (DOUBLING, 4.0)
        for one in made.reshape(-1, *made.shape[-2:]):
            check_taps(name, taps, one / bright)
    return state


def is_antialiased(state_dict: Mapping[str, Any]) -> bool:
    """Tells whether a discriminator blurs, in front of its second kernel."""
    return np.ndim(state_dict.get("model.3.weight", ())) == 4


def norm_of(state_dict: Mapping[str, Any]) -> Norm:
    """Tells what follows convolutions: batch norms have scales, and instance norms not.

    In front of the latter all convolutions have a bias; without norms the last have.
    """
    if any(
        np.ndim(x) == 1 and name.endswith("weight") for name, x in state_dict.items()
    ):
        return Norm.BATCH
    biases = sum(name.endswith(".bias") for name in state_dict)
    return Norm.INSTANCE if biases == _kernels(state_dict) else Norm.NONE


def unet_halvings(state_dict: Mapping[str, Any]) -> int:
    """Counts the levels of a U-Net: half of its kernels."""
    return _kernels(state_dict) // 2


def patch_halvings(state_dict: Mapping[str, Any]) -> int:
    """Counts the halvings of a discriminator: two less than its kernels."""
    return 0 if "net.0.weight" in state_dict else _kernels(state_dict) - 2


def _kernels(state_dict: Mapping[str, Any]) -> int:
    filters = f".{FILTER}"
    return sum(
        np.ndim(x) == 4 for n, x in state_dict.items() if not n.endswith(filters)
    )


def unet_layers(halvings: int) -> Table:
    """Their layers of a U-Net, and ours: every block lies in the one around it."""
    table: dict[str, Path] = {"model.model.0": ("down_0",), "model.model.3": ("up_0",)}
    block = "model.model.1.model"
    for level in range(1, halvings):
        table[f"{block}.1"] = (f"down_{level}",)
        inner = level == halvings - 1
        if not inner:
            table[f"{block}.2"] = (f"down_norm_{level}",)
        up = 3 if inner else 5
        table[f"{block}.{up}"] = (f"up_{level}",)
        table[f"{block}.{up + 1}"] = (f"up_norm_{level}",)
        block += ".3.model"
    return table


def patch_layers(halvings: int, antialiased: bool = False) -> Table:
    """Their layers of a discriminator, and ours; without halvings that of pixels."""
    if not halvings:
        names = {"0": "conv_0", "2": "conv_1", "3": "norm_1", "5": "logits"}
        return {f"net.{place}": (name,) for place, name in names.items()}
    table: dict[str, Path] = {"model.0": ("conv_0",)}
    place = 2 + antialiased
    for number in range(1, halvings + 1):
        table[f"model.{place}"] = (f"conv_{number}",)
        table[f"model.{place + 1}"] = (f"norm_{number}",)
        place += 3 + (antialiased and number < halvings)
    table[f"model.{place}"] = ("logits",)
    return table
