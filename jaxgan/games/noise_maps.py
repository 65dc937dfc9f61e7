"""The maps of noise among a style-based generator's variables.

Layers keep theirs as `constant` [H, W] of the collection 'noise', and add it with the
parameter `noise_strength` beside it.
"""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from jaxgan.core.types import Variables

COLLECTION, STRENGTH = "noise", "noise_strength"


def listed(variables: Variables) -> list[jax.Array]:
    """The maps of all layers, from the smallest on; [] without any."""
    leaves = jax.tree.leaves(variables.get(COLLECTION, {}))
    return [leaves[place] for place in _order(variables)]


def replaced(variables: Variables, maps: Sequence[jax.Array]) -> Variables:
    """Variables with other maps, as `listed` lists them.

    Args:
      variables: of the generator.
      maps: [H, W], for all examples, or [B, H, W], for each.

    Raises:
      ValueError: if there are not as many, or they are of other sizes.
    """
    seen, wanted = (
        [jnp.shape(x)[-2:] for x in some] for some in (maps, listed(variables))
    )
    if seen != wanted:
        raise ValueError(f"maps: saw {seen}, wanted {wanted}")
    if not maps:
        return variables
    leaves, structure = jax.tree.flatten(variables[COLLECTION])
    for place, one in zip(_order(variables), maps):
        leaves[place] = one
    return {**variables, COLLECTION: jax.tree.unflatten(structure, leaves)}


def only_in(variables: Variables, layers: Sequence[int]) -> Variables:
    """Variables whose strength of noise is 0 but in these layers.

    Raises:
      ValueError: if there is no such layer.
    """
    paths = _paths(variables)
    ordered = [paths[place] for place in _order(variables)]
    if not ordered or not set(layers) <= set(range(len(ordered))):
        wanted = f"numbers from 0 to {len(ordered) - 1}" if ordered else "none at all"
        raise ValueError(f"noise layers: saw {list(layers)}, wanted {wanted}")
    quiet = {path for place, path in enumerate(ordered) if place not in layers}

    def strength(path: Any, leaf: jax.Array) -> jax.Array:
        *above, name = _names(path)
        silent = name == STRENGTH and tuple(above) in quiet
        return jnp.zeros_like(leaf) if silent else leaf

    params = jax.tree_util.tree_map_with_path(strength, variables["params"])
    return {**variables, "params": params}


def _paths(variables: Variables) -> list[tuple[str, ...]]:
    """The layers, each by its path, as the leaves of the collection lie."""
    found = jax.tree_util.tree_leaves_with_path(variables.get(COLLECTION, {}))
    return [_names(path)[:-1] for path, _ in found]


def _order(variables: Variables) -> list[int]:
    """Places of the leaves by the size of their map, and by name where sizes agree."""
    leaves, paths = jax.tree.leaves(variables.get(COLLECTION, {})), _paths(variables)
    return sorted(range(len(leaves)), key=lambda at: (leaves[at].shape, paths[at]))


def _names(path: Any) -> tuple[str, ...]:
    return tuple(str(entry.key) for entry in path)
