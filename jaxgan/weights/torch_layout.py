"""Placing PyTorch's arrays in our trees of variables, and taking them out again."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxgan.core.types import Variables


def array(tensor: Any, name: str = "tensor") -> np.ndarray:
    """A tensor (on the CPU) or array of finite floats, as float32.

    Raises:
      ValueError: naming it, if its numbers are integers, complex or words, or not all
        finite in float32.
    """
    seen = np.asarray(tensor)
    if not jnp.issubdtype(seen.dtype, np.floating):
        raise ValueError(f"{name}: saw numbers of the type {seen.dtype}, wanted floats")
    with np.errstate(over="ignore"):
        floats = np.asarray(seen, np.float32)
    if not np.isfinite(floats).all():
        kind = "NaN" if np.isnan(floats).any() else "numbers that float32 does not have"
        if np.isinf(seen.astype(np.float64)).any():
            kind = "infinity"
        count = int((~np.isfinite(floats)).sum())
        raise ValueError(
            f"{name}: saw {kind} ({count} of {floats.size}), wanted finite numbers"
        )
    return floats


def arrays(
    state_dict: Mapping[str, Any], passing: Sequence[str] = ()
) -> dict[str, np.ndarray]:
    """All tensors or arrays of a state dict as float32; see `array`.

    Args:
      state_dict: them by name.
      passing: endings of names that are left out.

    Raises:
      ValueError: naming the first that is not of finite floats.
    """
    return {
        name: array(tensor, name)
        for name, tensor in state_dict.items()
        if not name.endswith(tuple(passing))
    }


def kernel(tensor: Any, name: str = "tensor") -> np.ndarray:
    """A kernel from [out, in, height, width] or [out, in] into our order."""
    return np.moveaxis(array(tensor, name), (0, 1), (-1, -2))


def their_kernel(kernel: np.ndarray) -> np.ndarray:
    """The inverse of `kernel`."""
    return np.moveaxis(kernel, (-1, -2), (0, 1))


def leaves(variables: Variables) -> Iterator[tuple[tuple[str, ...], np.ndarray]]:
    """(path, from the collection on; array) of every leaf of nested dictionaries."""
    for path, leaf in jax.tree_util.tree_leaves_with_path(variables):
        yield tuple(str(entry.key) for entry in path), np.asarray(leaf)


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
