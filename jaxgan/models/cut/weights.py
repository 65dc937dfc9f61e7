"""Weights of CUT's official code for its patch MLP, latest_net_F.pth, and back.

Its generators are read by `models.cyclegan.weights`, its discriminators by
`models.pix2pix.weights`.
"""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from jaxgan.core.types import Variables
from jaxgan.weights.torch_layers import (
    Table,
    export_layers,
    import_layers,
    without_wrapper,
)


def import_torch(state_dict: Mapping[str, Any]) -> Variables:
    """Variables of a `PatchMLP` from the official names.

    Args:
      state_dict: tensors or arrays by name, on the CPU.

    Raises:
      ValueError: if a name is none of that code's.
    """
    state = without_wrapper(state_dict)
    numbers = {int(n) for n in re.findall(r"mlp_(\d+)\.", " ".join(state))}
    return import_layers(state, layers(len(numbers)), "CUT's patch MLP")


def export_torch(variables: Variables) -> dict[str, np.ndarray]:
    """The inverse of `import_torch`."""
    return export_layers(variables, layers(len(variables["params"]) // 2))


def layers(count: int) -> Table:
    """Their dense layers, two per layer of the generator, and ours."""
    return {
        f"mlp_{number}.{place}": (f"mlp_{number}_{place}",)
        for number in range(count)
        for place in (0, 2)
    }
