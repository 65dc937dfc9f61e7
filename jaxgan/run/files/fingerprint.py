"""One hash of a whole state: two runs are the same run if and only if it is equal."""

import hashlib
import json
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np


def fingerprint(tree: Any) -> str:
    """Hashes names, dtypes, shapes and bytes of all leaves: 'sha256:...'.

    Names are paths of plain strings in sorted order, so a restored tree of dicts has
    the fingerprint of the named tuples that were saved.
    """
    leaves = sorted(
        (
            (json.dumps([_name(entry) for entry in path]), leaf)
            for path, leaf in jax.tree_util.tree_leaves_with_path(tree)
        ),
        key=lambda pair: pair[0],
    )
    digest = hashlib.sha256()
    for name, leaf in leaves:
        values, kind = _values(leaf)
        digest.update(f"{name} {kind} {list(values.shape)}\n".encode())
        digest.update(values.tobytes())
    return f"sha256:{digest.hexdigest()}"


def leaf_name(path: Any) -> str:
    """Writes a leaf's path for people: 'variables/generator/params/Dense_0/kernel'."""
    return "/".join(_name(entry) for entry in path)


def _name(entry: Any) -> str:
    for attribute in ("key", "name", "idx"):
        if hasattr(entry, attribute):
            return str(getattr(entry, attribute))
    return str(entry)


def _values(leaf: Any) -> tuple[np.ndarray, str]:
    """Finds the leaf's bits on the host, little-endian, and its type's name."""
    if isinstance(leaf, jax.Array) and jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key):
        return np.asarray(jax.random.key_data(leaf)), str(leaf.dtype)
    values = np.asarray(leaf)
    if values.dtype.byteorder == ">":
        values = values.astype(values.dtype.newbyteorder("<"))
    return values, values.dtype.name
