"""Frozen networks: variables that a step reads by name and never changes."""

from typing import Any

import jax


@jax.tree_util.register_pytree_with_keys_class
class FrozenNetworks(dict[str, Any]):
    """Variables of frozen networks by name: {'vgg': ...}.

    A pytree like any mapping, that says what it lacks.
    """

    def __missing__(self, name: str) -> Any:
        """Raises a ValueError that names what there is."""
        raise ValueError(
            f"frozen networks: saw {sorted(self) or 'none'}, wanted {name!r} among "
            "them: State.frozen holds them, of an Experiment those it names as `frozen`"
        )

    def tree_flatten_with_keys(self) -> tuple[list[tuple[Any, Any]], tuple[str, ...]]:
        """Lists the networks in the order of their names."""
        names = tuple(sorted(self))
        return [(jax.tree_util.DictKey(name), self[name]) for name in names], names

    @classmethod
    def tree_unflatten(cls, names: tuple[str, ...], trees: Any) -> "FrozenNetworks":
        """Makes it of names and networks."""
        return cls(zip(names, trees))
