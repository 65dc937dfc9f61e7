"""What a number may be, said beside the field that holds it.

    batch_size: Annotated[int, Bounds(least=1)] = 64

Experiments of stored runs may import this module, so its path stays.
"""

import dataclasses
import math
import numbers
import typing
from collections.abc import Iterator
from typing import Annotated, Any


@dataclasses.dataclass(frozen=True)
class Bounds:
    """An interval of finite numbers; what is None bounds nothing.

    Attributes:
      least: the smallest of them.
      above: what all are more than.
      most: the largest.
      below: what all are less than.
      text: says it in words of its own.
    """

    least: float | None = None
    above: float | None = None
    most: float | None = None
    below: float | None = None
    text: str = ""

    def hold(self, value: Any) -> bool:
        """Tells whether a number is one of these; a sequence is if all in it are."""
        if isinstance(value, tuple | list):
            return all(map(self.hold, value))
        if not isinstance(value, numbers.Real):  # None, or a word: not ours to judge
            return True
        number: Any = value
        return (
            (isinstance(value, numbers.Integral) or math.isfinite(value))
            and (self.least is None or number >= self.least)
            and (self.above is None or number > self.above)
            and (self.most is None or number <= self.most)
            and (self.below is None or number < self.below)
        )

    def wanted(self, value: Any) -> str:
        """Says what is wanted instead of a number that is none of these."""
        infinite = isinstance(value, float) and not math.isfinite(value)
        text = str(self)
        return f"{FINITE}, {text}" if infinite and self != FINITE else text

    def __str__(self) -> str:
        words = {
            "at least": self.least,
            "more than": self.above,
            "at most": self.most,
            "less than": self.below,
        }
        parts = [f"{word} {x}" for word, x in words.items() if x is not None]
        return self.text or ", ".join(parts) or "a finite number"


FINITE = Bounds()
SEED = Bounds(0, most=2**64 - 1, text="a whole number from 0 to 2**64 - 1")

Count = Annotated[int, Bounds(least=1)]
"""The type of a number of things, of which there is one at least."""

Seed = Annotated[int, SEED]
"""The type of a seed: every one of 64 bits gives its own numbers."""

Port = Annotated[int, Bounds(least=0, most=65535)]
"""The type of the number of a port; 0 is any that is free."""


def declared(kind: Any) -> dict[str, Bounds]:
    """Finds the bounds in the annotations of a dataclass, by field."""
    hints = typing.get_type_hints(kind, include_extras=True)
    found = {
        field.name: _bounds(hints[field.name]) for field in dataclasses.fields(kind)
    }
    return {name: bounds for name, bounds in found.items() if bounds is not None}


def _bounds(hint: Any) -> Bounds | None:
    """Finds the first bounds in a type, however deep: of a union, of an annotation."""
    own = (x for x in getattr(hint, "__metadata__", ()) if isinstance(x, Bounds))
    inner = (_bounds(x) for x in typing.get_args(hint) if typing.get_args(x))
    return next(iter([*own, *(x for x in inner if x is not None)]), None)


def outside(instance: Any) -> Iterator[tuple[str, Any, Bounds]]:
    """Finds what is out of its declared bounds: (field, value, bounds).

    Fields of dataclasses within a dataclass are looked at, too.
    """
    bounds = declared(type(instance))
    for field in dataclasses.fields(instance):
        value = getattr(instance, field.name)
        if dataclasses.is_dataclass(value):
            yield from outside(value)
        elif field.name in bounds and not bounds[field.name].hold(value):
            yield field.name, value, bounds[field.name]
