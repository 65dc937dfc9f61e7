"""What is opened while an experiment is built: noted, and known again later.

Functions that open data are made by `opener`. Within `recorded()` each notes what it
opened, in order. Within `remembered(openings)` the same functions, called in the same
order, open nothing: they give sources that know from the record what the data are, and
open them when an example is asked for.
"""

import contextlib
import contextvars
import functools
import inspect
import os
import pathlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, ParamSpec, TypeVar, cast

from jaxgan.core.types import Sample
from jaxgan.data.facts import Facts, Progress, facts_of
from jaxgan.data.lazy_source import LazySource, check_same
from jaxgan.data.source import Source

P = ParamSpec("P")
S = TypeVar("S", bound=Source)


class Opening(NamedTuple):
    """Tells what was opened.

    Attributes:
      opener: the function's name.
      facts: of the data.
      place: where they lie, as the experiment said; '' if it said nothing.
      path: the same, absolute.
      others: (place, path) of whatever else was opened together with it.
    """

    opener: str
    facts: Facts
    place: str = ""
    path: str = ""
    others: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        """What to call the data, for people."""
        return self.place or f"data.{self.opener}"


class Opened(NamedTuple):
    """Holds data that were opened just now; see `Opening`.

    Attributes:
      opener, place, path, others: as of `Opening`.
      source: the data.
      rule: by which they are computed, or ''.
    """

    opener: str
    place: str
    path: str
    source: Source
    rule: str = ""
    others: tuple[tuple[str, str], ...] = ()

    def opening(self, progress: Progress = lambda done, total: None) -> Opening:
        """Finds what was opened; all examples are read, unless they were before."""
        facts = facts_of(self.source, self.rule, progress)
        return Opening(self.opener, facts, self.place, self.path, self.others)


class _Memory:
    """Knows what was opened in another process, in order."""

    def __init__(self, openings: Sequence[Opening]):
        self._left = list(openings)

    def next(self, opener: str) -> Opening | None:
        """Gives what the next function opened then, if it is the same one."""
        known = self._left.pop(0) if self._left else None
        return known if known is not None and known.opener == opener else None


_record: contextvars.ContextVar[list[Opened] | _Memory | None] = contextvars.ContextVar(
    "record", default=None
)


@contextlib.contextmanager
def recorded() -> Iterator[list[Opened]]:
    """Notes in a list, while it lasts, what is opened."""
    with _set(opened := []):
        yield opened


@contextlib.contextmanager
def remembered(openings: Sequence[Opening]) -> Iterator[None]:
    """While it lasts, what was opened then is known, and not opened."""
    with _set(_Memory(openings)):
        yield


def is_remembering() -> bool:
    """Tells whether what is asked for is known, and need not be there."""
    return isinstance(_record.get(), _Memory)


@contextlib.contextmanager
def _set(value: list[Opened] | _Memory | None) -> Iterator[None]:
    token = _record.set(value)
    try:
        yield
    finally:
        _record.reset(token)


def opener(
    function: Callable[P, S],
    *places: str,
    computed: bool = False,
    strict: bool = True,
    shapes: Callable[[Mapping[str, Any]], Sample] | None = None,
) -> Callable[P, S]:
    """Makes a function that opens data note them, or know them again.

    Args:
      function: returns a source.
      places: names of its arguments that say where the data lie, if there are any.
      computed: its arguments tell all, so that they are hashed in place of the values.
      strict: whether other values than were recorded, of the same number, shape and
        classes, are refused when they are asked for; or else warned of.
      shapes: f(its arguments) -> those of one example, where labels are no labels of
        classes.
    """
    signature, name = inspect.signature(function), function.__name__

    @functools.wraps(function)
    def wrapper(*arguments: P.args, **named: P.kwargs) -> S:
        record = _record.get()
        if record is None:
            return function(*arguments, **named)
        bound = signature.bind(*arguments, **named)
        bound.apply_defaults()
        where = [os.fspath(bound.arguments.get(one) or "") for one in places] or [""]
        rule = f"{name}{bound.arguments!r}" if computed else ""
        if isinstance(record, list):
            with _set(None):  # it may call others like it
                source = function(*arguments, **named)
            (place, path), *others = ((one, _absolute(one)) for one in where)
            others = [one for one in others if one[0]]
            record.append(Opened(name, place, path, source, rule, tuple(others)))
            return source
        known = record.next(name)
        if known is None:
            return function(*arguments, **named)

        context = contextvars.copy_context()  # whether bad files are left out

        def again() -> S:
            lay = (known.path, *(path for _, path in known.others))
            for one, path, now in zip(places, lay, where):
                bound.arguments[one] = _there(path, now) or None
            with _set(None):
                return function(*bound.args, **bound.kwargs)

        def check(source: Source) -> None:
            check_same(source, known.facts, known.name, rule, strict)

        # Whatever a source of such a function is asked for, this one answers.
        return cast(
            S,
            LazySource(
                known.facts,
                lambda: context.copy().run(again),
                check,
                shapes and shapes(bound.arguments),
            ),
        )

    return cast(Any, wrapper)


def _absolute(place: str) -> str:
    return os.path.abspath(os.path.expanduser(place)) if place else ""


def _there(path: str, place: str) -> str:
    """Finds where data lie now: where they were, or where the experiment says."""
    return path if path and pathlib.Path(path).exists() else place
