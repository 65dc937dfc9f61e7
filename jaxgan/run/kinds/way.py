"""The ways through examples that a game knows: of all routes that a kind has."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import jax

from jaxgan.core.abilities import Directed
from jaxgan.core.types import Sample
from jaxgan.run.kinds.kind import Kind
from jaxgan.run.kinds.route import Route

FORWARD = "x_to_y"
"""The direction of games that have but one, between two domains."""


class Way(NamedTuple):
    """A route, and what goes it.

    Attributes:
      route: of an example.
      there: the game whose `apply` makes the output.
      back: that which leads from there to the source again; None if there is none.
    """

    route: Route
    there: Any
    back: Any = None


def ways(game: Any, kind: Kind, examples: Sample, real: Sample) -> Sequence[Way]:
    """Finds those routes of examples that a game goes, and back where there is a way.

    Args:
      game: that can be applied.
      kind: of the data.
      examples: as the data have them, [B, ...]. They may be traced.
      real: what the game takes for real of them.
    """
    found = []
    for route in kind.routes(_beside(examples, real)):
        there = _directed(game, route.direction)
        if there is not None:
            back = _directed(game, route.back) if route.back else None
            found.append(Way(route, there, back))
    return found


def has_partners(source: Any) -> bool:
    """Tells if the target of each of a source's examples is what its output should be.

    They are, unless a source of two domains says that they are not aligned.
    """
    opened = getattr(source, "opened", source)
    return bool(getattr(opened, "aligned", True))


def _beside(examples: Sample, real: Sample) -> Sample:
    """Adds to what a game takes for real whatever else the data have.

    Games may make sources themselves, by degrading targets; or judge but one of two
    domains.
    """
    value = real.value
    if isinstance(value, Mapping):
        value = {**examples.value, **value}
    return Sample(value, real.given if jax.tree.leaves(real.given) else examples.given)


def _directed(game: Any, direction: str) -> Any:
    """Makes the game that goes in a direction; None if it cannot."""
    if isinstance(game, Directed):
        known = direction in game.directions
        return game.directed(direction) if known else None
    return game if direction in ("", FORWARD) else None
