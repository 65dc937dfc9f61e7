"""Dataclasses as command lines, and what is said of words that do not fit."""

import dataclasses
import pathlib
from typing import Annotated, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tyro.conf import Positional

from jaxgan.run import command_line
from jaxgan.run.command_line import Flag, Numbers, Rest, option, parse
from jaxgan.run.errors import RunError


@dataclasses.dataclass(frozen=True)
class Group:
    """What belongs together."""

    share: Annotated[Numbers, option("SHARE", "all")] = None
    """Of it."""
    deep: Flag = False
    """Or not."""


@dataclasses.dataclass(frozen=True)
class Words:
    """Say something."""

    place: Annotated[Positional[pathlib.Path], option("PLACE")]
    """Where."""
    run_dir: Annotated[int | None, option("N", "the first")] = None
    """Which."""
    rate: float = 0.5
    """Per second."""
    names: tuple[str, ...] = ("a",)
    """Of all."""
    sizes: tuple[int, ...] = ()
    """Of them."""
    kind: Annotated[Literal["old", "new"] | None, option(default="any")] = None
    """Of either."""
    group: Group = dataclasses.field(default_factory=Group)


@dataclasses.dataclass(frozen=True)
class Some:
    """Take some words, and leave the others."""

    experiment: Positional[str]
    """Which."""
    json: Flag = False
    """Or not."""
    rest: Rest = ()
    """Of the experiment."""


def read(words, kind=Words):
    return parse(kind, words.split(), "say")


def test_words_become_fields():
    found = read("x --run-dir 3 --rate=2 --names b c --share 1,0.5 --deep --kind new")
    assert found == Words(
        pathlib.Path("x"), 3, 2.0, ("b", "c"), (), "new", Group((1.0, 0.5), True)
    )
    assert read("x") == Words(pathlib.Path("x"))
    assert read("--rate -1 x --run_dir 4") == Words(pathlib.Path("x"), 4, -1.0)


@settings(deadline=None, max_examples=20)
@given(
    st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=3)
)
def test_numbers_are_read_back(numbers):
    text = ",".join(map(repr, numbers))
    assert read(f"x --share={text}").group.share == tuple(numbers)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            "",
            "error: the following arguments are required: PLACE\nhint: see say --help",
        ),
        ("x --rtae 3", "error: say knows no '--rtae'\nhint: did you mean '--rate'?"),
        ("x --rtae=3", "error: say knows no '--rtae=3'\nhint: did you mean '--rate'?"),
        ("--rtae", "error: say knows no '--rtae'\nhint: did you mean '--rate'?"),
        ("--rate -1", "error: the following arguments are required: PLACE"),
        ("--run_dir 1", "error: the following arguments are required: PLACE"),
        ("x y", "error: say knows no 'y'\nhint: see say --help"),
        ("x --rate", "error: --rate: saw no value, wanted a number"),
        ("x --rate --deep", "error: --rate: saw no value, wanted a number"),
        ("x --rate 1 --rate y", "error: --rate: saw 'y', wanted a number"),
        ("x --run_dir=y", "error: --run-dir: saw 'y', wanted a whole number"),
        ("x --run-dir None", "error: --run-dir: saw 'None', wanted a whole number"),
        ("x --sizes 1 y", "error: --sizes: saw '1 y', wanted a whole number"),
        ("x --share 1,y", "error: --share: saw '1,y', wanted numbers, such as 1,0.7,"),
        ("x --kind nwe", "error: --kind: saw 'nwe', wanted one of new, old\nhint: did"),
        (
            "x --no-deep",
            "error: say knows no '--no-deep'\nhint: did you mean '--deep'?",
        ),
    ],
)
def test_what_is_said(words, said):
    with pytest.raises(RunError) as error:
        read(words)
    assert str(error.value).startswith(said)
    assert error.value.code == 2


def test_words_of_others_are_left():
    found = read("points --steps 3 --json --width=4 --help -h", Some)
    assert found == Some("points", True, ("--steps", "3", "--width=4", "--help", "-h"))
    assert read("--json points", Some) == Some("points", True)
    with pytest.raises(RunError, match="say knows no '--steps'\nhint: options of the"):
        read("--steps 3 points", Some)
    with pytest.raises(SystemExit) as status:
        read("--help", Some)
    assert status.value.code == 0


def test_help(capsys):
    """Own options first, then groups; what need not be said is not said."""
    with pytest.raises(SystemExit) as status:
        read("--help")
    assert status.value.code == 0
    out = capsys.readouterr().out
    places = [
        out.index(part)
        for part in (
            "usage: say [-h] [OPTIONS] PLACE",
            "Say something.",
            "PLACE",
            "--run-dir N",
            "Which. (default: the first)",
            "--rate FLOAT",
            "What belongs together.",
            "--share SHARE",
            "Of it. (default: all)",
            "--deep",
        )
    ]
    assert places[0] == 0
    assert sorted(places[3:]) == places[3:]
    assert "None" not in out


def test_flags():
    own = ["--help", "--run-dir", "--rate", "--names", "--sizes", "--kind"]
    assert command_line.flags(Words) == [*own, "--share", "--deep"]


def test_a_later_tyro_tells_errors_in_its_way(monkeypatch, capsys):
    monkeypatch.setattr(command_line, "refusals", None)
    with pytest.raises(SystemExit) as status:
        read("x --rtae 3")
    assert status.value.code == 2
    assert "--rtae" in capsys.readouterr().err
