"""Trees compared bit by bit, or to a tolerance, with the leaf that differs named."""

from collections.abc import Iterator
from typing import Any

import chex
import jax
import jax.numpy as jnp
import numpy as np

from jaxgan.core.types import Tree


def equal(left: Tree, right: Tree) -> bool:
    """Whether all leaves have the same bits."""
    pairs = zip(jax.tree.leaves(left), jax.tree.leaves(right), strict=True)
    return all(_data(a).tobytes() == _data(b).tobytes() for a, b in pairs)


def assert_equal(wanted: Tree, seen: Tree, what: str) -> None:
    """Checks that structure and bits are the same.

    Raises:
      AssertionError: naming what was compared, and the leaf.
    """
    for path, a, b in _paired(wanted, seen):
        if a.tobytes() != b.tobytes():
            raise AssertionError(f"{what}: {path} is not the same bits")


def assert_close(
    wanted: Tree, seen: Tree, what: str, relative: float, absolute: float
) -> None:
    """Checks that structure, shapes and dtypes are the same, and numbers nearly.

    Raises:
      AssertionError: naming what was compared, and the leaf.
    """
    for path, a, b in _paired(wanted, seen):
        np.testing.assert_allclose(
            b, a, relative, absolute, err_msg=f"{what}: {path}", strict=True
        )


def _paired(wanted: Tree, seen: Tree) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    chex.assert_trees_all_equal_structs(wanted, seen)
    leaves = jax.tree_util.tree_leaves_with_path(wanted)
    for (path, a), b in zip(leaves, jax.tree.leaves(seen)):
        name = jax.tree_util.keystr(path, simple=True, separator="/")
        yield name, _data(a), _data(b)


def _data(x: Any) -> np.ndarray:
    if jnp.issubdtype(x.dtype, jax.dtypes.prng_key):
        x = jax.random.key_data(x)
    return np.asarray(x)
