"""Weights of a PyTorch port of VGAN (yhjo09/videogan-pytorch), and back.

The authors' own code is Torch7's. Its convolutions, and the port's, have biases in
front of norms, which have no effect in training: here they are part of the running
means, and written as zeros.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from jaxgan.core.types import Variables
from jaxgan.weights import torch_layout
from jaxgan.weights.torch_layers import (
    Path,
    export_layers,
    import_layers,
    without_wrapper,
)


def import_torch(state_dict: Mapping[str, Any]) -> Variables:
    """Variables of either network from the port's names.

    Args:
      state_dict: tensors or arrays by name, on the CPU.

    Raises:
      ValueError: if a name is none of that code's.
    """
    state = torch_layout.arrays(without_wrapper(state_dict), ["num_batches_tracked"])
    layers = max((int(name[4]) for name in state if name[4:5].isdigit()), default=1)
    table, norms = _table(layers - 1, "conv1b.weight" in state)
    for conv, norm in norms.items():
        bias = state.pop(f"{conv}.bias", None)
        if bias is not None and f"{norm}.running_mean" in state:
            state[f"{norm}.running_mean"] = state[f"{norm}.running_mean"] - bias
    return import_layers(state, table, "VGAN")


def export_torch(variables: Variables) -> dict[str, np.ndarray]:
    """The inverse of `import_torch`, with zeros for biases in front of norms."""
    params = variables["params"]
    generator = "mask" in params
    start = "background_" if generator else "conv_"
    layers = sum(name.startswith(start) and "norm" not in name for name in params)
    table, norms = _table(layers, generator)
    state = export_layers(variables, table)
    for conv, norm in norms.items():
        state[f"{conv}.bias"] = np.zeros_like(state[f"{norm}.bias"])
    return state


def _table(layers: int, generator: bool) -> tuple[dict[str, Path], dict[str, str]]:
    """Of their layers ours, and of their convolutions the norms behind them."""
    table: dict[str, Path] = {}
    norms: dict[str, str] = {}
    if generator:
        for name, end in (("background", "b"), ("foreground", "")):
            for place in range(layers):
                conv, norm = f"conv{place + 1}{end}", f"bn{place + 1}{end}"
                table[conv] = (f"{name}_{place}",)
                table[norm] = (f"{name}_norm_{place}",)
                norms[conv] = norm
            table[f"conv{layers + 1}{end}"] = (name,)
        table[f"conv{layers + 1}m"] = ("mask",)
        return table, norms
    for place in range(layers):
        conv, norm = f"conv{place + 1}", f"bn{place + 1}"
        table[conv] = (f"conv_{place}",)
        if place:
            table[norm] = (f"norm_{place}",)
            norms[conv] = norm
    table[f"conv{layers + 1}"] = ("logits",)
    return table, norms
