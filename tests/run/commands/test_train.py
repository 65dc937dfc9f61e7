"""What stands behind an experiment's name, and how its help shows it."""

import dataclasses
import types

import pytest

from jaxgan.run import launch
from jaxgan.run.commands import cli
from jaxgan.run.errors import RunError
from jaxgan.run.options import Options
from tests.run.conftest import EXPERIMENT


@dataclasses.dataclass(frozen=True)
class Network:
    """Of either player."""

    width: int = 3
    """Channels."""
    steps: int = 1
    """A name that is an option of every run, but not here."""


@dataclasses.dataclass(frozen=True)
class Config:
    """What identifies a run."""

    seed: int = 0
    """Of all."""
    flip: bool = True
    """Or not."""
    network: Network = Network()
    """The one."""


VARIANTS = {
    "small": Config(),
    "large": dataclasses.replace(Config(), network=Network(9)),
}


def parse(*words, **changes):
    module = types.SimpleNamespace(
        __doc__="Sets an example.",
        VARIANTS=VARIANTS,
        OPTIONS=Options(steps=7),
        **changes,
    )
    return launch.parse(module, "example", list(words))


@pytest.mark.parametrize(
    ("words", "name", "width"),
    [
        ([], "small", 3),
        (["--variant", "large"], "large", 9),
        (["--variant=large"], "large", 9),
        (["--variant=large", "--variant", "small"], "small", 3),
        (["--network.width", "5", "--variant", "large"], "large", 5),
    ],
)
def test_a_variant_has_the_defaults_of_the_fields(words, name, width):
    chosen, options, config = parse(*words)
    assert (chosen, config.network.width, options.steps) == (name, width, 7)


def test_fields_of_a_part_go_by_its_name():
    words = ("--network.steps", "2", "--steps", "4", "--no-flip", "--shared-draws")
    _, options, config = parse(*words)
    assert config == Config(flip=False, network=Network(steps=2))
    assert options == Options(steps=4, shared_draws=True)


@dataclasses.dataclass(frozen=True)
class Clash:
    """Of one option that every run has."""

    steps: int = 1
    """Too."""


def test_a_field_that_is_an_option_of_every_run():
    with pytest.raises(RunError, match=r"fields \['steps'\] are options of every run"):
        launch.parse(types.SimpleNamespace(VARIANTS={"x": Clash()}), "example", [])


def test_help_has_the_config_first(capsys):
    with pytest.raises(SystemExit) as status:
        cli.main(["train", str(EXPERIMENT), "--help"])
    assert status.value.code == 0
    out = capsys.readouterr().out
    parts = (
        *("Points on a ring", "Start from one of: ring, labelled.", "--seed INT"),
        *("--widths", "--addressed", "How to train this time.", "--steps INT"),
        "--benchmark INT",
    )
    places = [out.index(part) for part in parts]
    assert places == sorted(places)
