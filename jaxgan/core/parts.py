"""Parts of a player: the entries of its parameters that a turn moves; others rest."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax

Tree = Any


class Division(NamedTuple):
    """Parameters as two trees, each with None where the other one has the leaf.

    Attributes:
      moving: what a turn moves.
      resting: what stays.
      mask: whether a parameter moves: a tree of bools.
    """

    moving: Tree
    resting: Tree
    mask: Tree

    def join(self, moved: Tree, resting: Tree = None) -> Tree:
        """A whole tree; by default of parameters, of which some moved."""
        return jax.tree.map(
            lambda moves, one, other: one if moves else other,
            self.mask,
            moved,
            self.resting if resting is None else resting,
        )

    def update(
        self,
        optimizer: optax.GradientTransformation,
        gradient: Tree,
        opt_state: optax.OptState,
        step: jax.Array | None = None,
    ) -> tuple[Tree, optax.OptState]:
        """The updates of what moves, and the optimizer's state.

        The optimizer is told the run's step, if it takes extra arguments. It is shown
        zeros as the gradient of what rests, and its memory of that stays. What belongs
        to no parameter, such as a count of updates, does not.
        """
        zeros = jax.tree.map(jnp.zeros_like, self.resting)
        updates, after = optax.with_extra_args_support(optimizer).update(
            self.join(gradient, zeros), opt_state, self.join(self.moving), step=step
        )
        if all(jax.tree.leaves(self.mask)):
            return updates, after
        changes = optax.tree_utils.tree_map_params(
            optimizer,
            lambda _, moves: moves,
            opt_state,
            self.mask,
            transform_non_params=lambda _: True,
        )
        return _moving(updates, self.mask), jax.tree.map(
            lambda changes, new, old: new if changes else old, changes, after, opt_state
        )


def divide(params: Tree, parts: Sequence[str], where: str = "parts") -> Division:
    """Divides a player's parameters.

    Args:
      params: of the mover.
      parts: names of entries that move, or paths with slashes, such as
        'encoder/block_1'. If there are none, all move.
      where: names the parts, for errors.

    Raises:
      ValueError: if a part is no entry.
    """
    leaves, structure = jax.tree_util.tree_flatten_with_path(params)
    names = [jax.tree_util.keystr(x, simple=True, separator="/") for x, _ in leaves]
    moving = set() if parts else set(names)
    for part in parts:
        found = {name for name in names if f"{name}/".startswith(f"{part}/")}
        if not found:
            entries = list(dict.fromkeys(name.split("/")[0] for name in names))
            raise ValueError(f"{where}: saw {part!r}, wanted some of {entries}")
        moving |= found
    mask = structure.unflatten([name in moving for name in names])
    rests = jax.tree.map(lambda moves: not moves, mask)
    return Division(_moving(params, mask), _moving(params, rests), mask)


def _moving(tree: Tree, mask: Tree) -> Tree:
    return jax.tree.map(lambda x, moves: x if moves else None, tree, mask)
