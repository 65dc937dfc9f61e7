"""Keywords become fields, or are refused by name, value and type."""

import dataclasses
import pathlib
from typing import Literal

import numpy as np
import pytest

from jaxgan.run import keywords
from jaxgan.run.errors import RunError


@dataclasses.dataclass(frozen=True)
class Config:
    """One field of each type that configs have."""

    count: int = 1
    rate: float = 0.5
    flag: bool = False
    name: str = "a"
    path: pathlib.Path | None = None
    widths: tuple[int, ...] = (8,)
    pair: tuple[int, str] = (1, "a")
    sort: Literal["x", "y"] = "x"
    inner: "Config | None" = None


@dataclasses.dataclass(frozen=True)
class Options:
    """Another, with a name in common."""

    steps: int = 10
    count: int = 7


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("count", 3, 3),
        ("count", np.int64(3), 3),
        ("rate", 2, 2.0),
        ("rate", np.float32(0.5), 0.5),
        ("flag", True, True),
        ("name", pathlib.Path("b/c"), "b/c"),
        ("path", "b/c", pathlib.Path("b/c")),
        ("path", None, None),
        ("widths", [1, 2], (1, 2)),
        ("widths", (), ()),
        ("pair", [2, "b"], (2, "b")),
        ("sort", "y", "y"),
        ("inner", Config(count=2), Config(count=2)),
    ],
)
def test_what_fits(name, value, wanted):
    seen = getattr(keywords.replace(Config(), {name: value}), name)
    assert seen == wanted
    assert type(seen) is type(wanted)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("count", "3", "count: saw '3', wanted int"),
        ("count", 2.5, "count: saw 2.5, wanted int"),
        ("count", True, "count: saw True, wanted int"),
        ("rate", None, "rate: saw None, wanted float"),
        ("flag", 1, "flag: saw 1, wanted bool"),
        ("name", 1, "name: saw 1, wanted str"),
        ("path", 1, "path: saw 1, wanted pathlib.Path | None"),
        ("widths", 8, r"widths: saw 8, wanted tuple\[int, ...\]"),
        ("widths", ["a"], r"widths: saw \['a'\], wanted tuple"),
        ("pair", [1], r"pair: saw \[1\], wanted tuple\[int, str\]"),
        ("sort", "z", "sort: saw 'z', wanted .*Literal"),
    ],
)
def test_what_does_not(name, value, said):
    with pytest.raises(RunError, match=said):
        keywords.replace(Config(), {name: value})


def test_each_goes_where_its_name_is():
    config, options = keywords.split(
        {"rate": 1, "steps": 3, "count": 5}, Config(), Options()
    )
    assert config == Config(rate=1.0, count=5)
    assert options == Options(steps=3)


def test_an_unknown_one_is_refused():
    with pytest.raises(RunError) as error:
        keywords.split({"step": 3}, Config(), Options())
    wanted = "error: there is no option 'step'\nhint: did you mean 'steps'?"
    assert str(error.value) == wanted
