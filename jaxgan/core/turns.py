"""Checks of a list of turns, their names, and when they are due."""

import math
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple, get_args

import jax

from jaxgan.core.ranges import check_number
from jaxgan.core.types import Loss, Memory, PlayerName, Players, Term, Turn


def turn_names(turns: Sequence[Turn]) -> list[str]:
    """One name per turn, under which its metrics and its terms' memory live.

    A turn has the name that it was given. Of the others a player's first carries the
    player's name, every further one also its terms': 'discriminator',
    'discriminator_r1'.

    Raises:
      TypeError: if something is no turn or no term, naming the place.
      ValueError: if a turn is not well formed, naming the turn and the field.
    """
    if isinstance(turns, Turn):
        raise TypeError("turns: saw one Turn, wanted a sequence of them: (turn,)")
    if not turns:
        raise ValueError("turns: saw none, wanted at least one Turn")
    for place, turn in enumerate(turns):
        _check(place, turn)
    taken = {turn.name for turn in turns}
    names: list[str] = []
    for turn in turns:
        name = turn.name or turn.player
        if not turn.name and name in taken:
            name = "_".join((turn.player, *(term.name for term in turn.terms)))
        names.append(name)
        taken.add(name)
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise ValueError(
            f"turns: two turns are alike, {twice[0]!r}; merge them, or name one"
        )
    return names


def is_due(turn: Turn, step: jax.Array) -> jax.Array | bool:
    """Whether a turn is played on a step; a plain True if it is on every one."""
    due = True
    if turn.every > 1:
        due = (step + 1) % turn.every == 0
    if turn.start > 0:
        due = due & (step >= turn.start)
    if turn.stop is not None:
        due = due & (step < turn.stop)
    return due


def leads(turns: Sequence[Turn], place: int) -> bool:
    """Whether a turn is its player's first of those in play, at its start or later.

    So are all turns but those that only ever come on top of an earlier one, as a lazy
    penalty does.
    """
    turn = turns[place]
    return not any(
        other.player == turn.player
        and other.start <= turn.start
        and _end(other) >= _end(turn)
        for other in turns[:place]
    )


class Entry(NamedTuple):
    """One line of the list of turns.

    Attributes:
      turn: who moves, and what they minimise.
      name: under which the terms' memory and the metrics live.
      leads: whether it measures logits: see `turns.leads`.
    """

    turn: Turn
    name: str
    leads: bool


def entries(turns: Sequence[Turn]) -> list[Entry]:
    """The lines of a list of turns.

    Raises:
      ValueError: if a turn is not well formed.
    """
    names = turn_names(turns)
    return [
        Entry(turn, name, leads(turns, place))
        for place, (turn, name) in enumerate(zip(turns, names))
    ]


def main_turn(turns: Sequence[Turn], player: PlayerName) -> tuple[str, Turn] | None:
    """The turn that has the player's name, with it; else the player's first, if any."""
    candidates = [
        (name, turn)
        for name, turn in zip(turn_names(turns), turns)
        if turn.player == player
    ]
    named = [pair for pair in candidates if pair[0] == player]
    return next(iter(named + candidates), None)


class Rhythm(NamedTuple):
    """How turns repeat themselves in the long run.

    Attributes:
      start: the step from which on no turn starts or stops.
      period: after so many further steps all turns that are left were played.
    """

    start: int
    period: int


def rhythm(turns: Sequence[Turn]) -> Rhythm:
    """When turns repeat themselves, and how often."""
    return Rhythm(
        max(turn.start if turn.stop is None else turn.stop for turn in turns),
        math.lcm(*(turn.every for turn in turns if turn.stop is None)),
    )


def _end(turn: Turn) -> float:
    return math.inf if turn.stop is None else turn.stop


def _check(place: int, turn: Turn) -> None:
    where = f"turns[{place}]"
    if not isinstance(turn, Turn):
        raise TypeError(f"{where}: saw a {type(turn).__name__}, wanted a Turn")
    if turn.player not in Players._fields:
        raise ValueError(
            f"{where}.player: saw {turn.player!r}, wanted {Players._fields}"
        )
    _check_terms(where, turn.terms)
    _check_name(where, turn)
    _check_steps(where, turn)
    parts = turn.parts if isinstance(turn.parts, tuple) else (None,)
    if not all(isinstance(part, str) and part for part in parts):
        raise TypeError(
            f"{where}.parts: saw {turn.parts!r}, wanted a tuple of names of entries"
        )


def _check_terms(where: str, terms: Sequence[Term]) -> None:
    if isinstance(terms, Term | Loss) or not isinstance(terms, Sequence):
        raise TypeError(
            f"{where}.terms: saw a {type(terms).__name__}, wanted a tuple of Terms, "
            "such as (adversarial(loss),)"
        )
    if not terms:
        raise ValueError(f"{where}.terms: saw none, wanted at least one Term")
    for place, term in enumerate(terms):
        if not isinstance(term, Term):
            raise TypeError(
                f"{where}.terms[{place}]: saw a {type(term).__name__}, wanted a Term, "
                "such as adversarial(loss)"
            )
    for term in terms:
        if term.memory not in get_args(Memory):
            raise ValueError(
                f"{where}.terms: {term.name}.memory: saw {term.memory!r}, wanted "
                f"{get_args(Memory)}"
            )
        # Who wants a term to grow lets it return the negative.
        check_number(f"{where}.terms: {term.name}.weight", term.weight, least=0)
    counts = Counter(term.name for term in terms)
    for name, count in counts.items():
        if count > 1:
            raise ValueError(f"{where}.terms: {count} are named {name!r}; rename one")


def _check_name(where: str, turn: Turn) -> None:
    if turn.name and not turn.name.isidentifier():
        raise ValueError(
            f"{where}.name: saw {turn.name!r}, wanted letters, digits and underscores"
        )
    if turn.name in Players._fields and turn.name != turn.player:
        raise ValueError(f"{where}.name: saw {turn.name!r} on the {turn.player}'s turn")


def _check_steps(where: str, turn: Turn) -> None:
    if not isinstance(turn.every, int) or turn.every < 1:
        raise ValueError(f"{where}.every: saw {turn.every!r}, wanted an integer >= 1")
    if not isinstance(turn.start, int) or turn.start < 0:
        raise ValueError(f"{where}.start: saw {turn.start!r}, wanted an integer >= 0")
    if turn.stop is None:
        return
    if not isinstance(turn.stop, int) or turn.stop <= turn.start:
        raise ValueError(
            f"{where}.stop: saw {turn.stop!r}, wanted None or an integer > start="
            f"{turn.start}"
        )
    first = turn.start + -(turn.start + 1) % turn.every
    if first >= turn.stop:
        raise ValueError(
            f"{where}.stop: saw {turn.stop}, wanted more than {first}, the first step "
            f"from start={turn.start} on that every={turn.every} allows"
        )
