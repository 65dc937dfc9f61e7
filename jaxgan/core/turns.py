"""Checks of a list of turns, and the names under which their metrics and state live."""

from collections import Counter
from collections.abc import Sequence

from jaxgan.core.types import Players, Turn


def turn_names(turns: Sequence[Turn]) -> list[str]:
    """One name per turn, first come first named: 'discriminator', 'discriminator_r1'.

    A player's first turn carries the player's name, every further one also its terms'.

    Raises:
      ValueError: if a turn is not well formed, naming the turn and the field.
    """
    if not turns:
        raise ValueError("turns: saw none, wanted at least one Turn")
    names: list[str] = []
    for place, turn in enumerate(turns):
        _check(place, turn)
        name = turn.player
        if name in names:
            name = "_".join((name, *(term.name for term in turn.terms)))
        names.append(name)
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise ValueError(f"turns: two turns are alike, {twice[0]!r}; merge them")
    return names


def _check(place: int, turn: Turn) -> None:
    where = f"turns[{place}]"
    if turn.player not in Players._fields:
        raise ValueError(
            f"{where}.player: saw {turn.player!r}, wanted {Players._fields}"
        )
    if not isinstance(turn.every, int) or turn.every < 1:
        raise ValueError(f"{where}.every: saw {turn.every!r}, wanted an integer >= 1")
    if not turn.terms:
        raise ValueError(f"{where}.terms: saw none, wanted at least one Term")
    counts = Counter(term.name for term in turn.terms)
    for name, count in counts.items():
        if count > 1:
            raise ValueError(f"{where}.terms: {count} are named {name!r}; rename one")
