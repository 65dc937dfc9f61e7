"""Placing PyTorch's arrays in our trees of variables."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np


def array(tensor: Any) -> np.ndarray:
    """A tensor (on the CPU) or array as float32."""
    return np.asarray(tensor, np.float32)


def kernel(tensor: Any) -> np.ndarray:
    """A kernel from [out, in, height, width] or [out, in] into our order."""
    return np.moveaxis(array(tensor), (0, 1), (-1, -2))


def plant(tree: dict[str, Any], path: Sequence[str], leaf: np.ndarray) -> None:
    """Puts a leaf into nested dictionaries, which are made where they lack."""
    *branches, last = path
    for branch in branches:
        tree = tree.setdefault(branch, {})
    tree[last] = leaf


def without_prefix(state_dict: Mapping[str, Any], landmark: str) -> dict[str, Any]:
    """The entries, without whatever precedes `landmark` in its own first name.

    Raises:
      ValueError: if no name contains the landmark.
    """
    for name in state_dict:
        if landmark in name:
            prefix = name[: name.index(landmark)]
            return {key.removeprefix(prefix): x for key, x in state_dict.items()}
    raise ValueError(
        f"state_dict: saw {sorted(state_dict)[:3]} ..., wanted names with {landmark!r}"
    )
