"""What a number may be is read from annotations, however they lie."""

import dataclasses
import math
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jaxgan.run.bounds import FINITE, SEED, Bounds, Count, Seed, declared, outside


@dataclasses.dataclass(frozen=True)
class Inner:
    seed: Seed = 0


@dataclasses.dataclass(frozen=True)
class Outer:
    num: Annotated[Count | None, "help"] = None
    shares: Annotated[tuple[float, ...] | None, "help", Bounds(above=0, most=1)] = None
    plain: float = -1.0
    inner: Inner = dataclasses.field(default_factory=Inner)


def test_declarations_are_found():
    assert declared(Outer) == {
        "num": Bounds(least=1),
        "shares": Bounds(above=0, most=1),
    }
    assert not list(outside(Outer()))
    bad = Outer(0, (0.5, 0.0), math.nan, Inner(2**64))
    assert [(name, value) for name, value, _ in outside(bad)] == [
        ("num", 0),
        ("shares", (0.5, 0.0)),
        ("seed", 2**64),
    ]


@given(st.integers() | st.floats())
def test_bounds_hold(value):
    bounds = Bounds(least=-1, below=2)
    assert bounds.hold(value) == (-1 <= value < 2)
    assert bounds.hold((0, value)) == bounds.hold([value]) == bounds.hold(value)
    assert FINITE.hold(value) == (isinstance(value, int) or math.isfinite(value))
    assert bounds.hold(None)


@pytest.mark.parametrize(
    ("bounds", "value", "text"),
    [
        (Bounds(least=1), 0, "at least 1"),
        (Bounds(above=0, most=1), 2.0, "more than 0, at most 1"),
        (Bounds(above=0), math.inf, "a finite number, more than 0"),
        (FINITE, math.nan, "a finite number"),
        (SEED, -1, "a whole number from 0 to 2**64 - 1"),
    ],
)
def test_what_is_said(bounds, value, text):
    assert not bounds.hold(value)
    assert bounds.wanted(value) == text
