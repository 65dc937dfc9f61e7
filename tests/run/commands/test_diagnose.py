"""A run is diagnosed by the command line, and by the last lines of its training."""

import json

import jax
import pytest

from jaxgan.run import launch
from jaxgan.run.commands import cli
from jaxgan.run.diagnosis import stored_diagnosis
from jaxgan.run.errors import RunError
from jaxgan.run.files import not_finite_record
from tests.run.conftest import EXPERIMENT, rows
from tests.run.training.test_resume import values

DIRAC = EXPERIMENT.with_name("dirac.py")


def run(folder, *words, experiment=DIRAC):
    return launch.train(experiment, [*map(str, words), "--run-dir", str(folder)])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A run that circles, one that takes the advice, and two seeds that circle."""
    folder = tmp_path_factory.mktemp("health")
    run(folder / "ill")
    run(folder / "cured", "--variant", "damped")
    run(folder / "both", "--seeds", 2)
    return folder


def diagnosed(run, capsys):
    capsys.readouterr()
    cli.main(["diagnose", str(run), "--json"])
    return json.loads(capsys.readouterr().out)


def test_a_run_that_circles(folder, capsys):
    cli.main(["diagnose", str(folder / "ill")])
    out = capsys.readouterr().out
    assert f"{folder / 'ill'}: step 600: oscillation without progress\n" in out
    assert "  seen: the samples' mean swings by " in out
    assert "  try:  - `terms.r1` on the discriminator's turn" in out
    assert max(map(len, out.splitlines()[1:])) <= 88
    told = diagnosed(folder / "ill", capsys)
    assert told["verdict"] == "oscillation without progress"
    assert [finding["name"] for finding in told["findings"]] == [told["verdict"]]


def test_the_advice_on_it_is_true(folder, capsys):
    told = diagnosed(folder / "cured", capsys)
    assert (told["verdict"], told["findings"], told["unseen"]) == ("healthy", [], [])
    ill, cured = (
        [row for row in rows(folder / name) if "samples/distance" in row][-1]
        for name in ("ill", "cured")
    )
    assert cured["samples/distance"] < 0.01 * ill["samples/distance"]


def test_each_seed_is_a_run(folder, capsys):
    both = diagnosed(folder / "both", capsys)["seeds"]
    assert {seed: told["verdict"] for seed, told in both.items()} == {
        "0": "oscillation without progress",
        "1": "oscillation without progress",
    }
    assert stored_diagnosis.closing_lines(folder / "both") == [
        "diagnosis of seed 0: oscillation without progress",
        "diagnosis of seed 1: oscillation without progress",
        f"evidence and advice: jaxgan diagnose {folder / 'both'}",
    ]
    alone = [row for row in rows(folder / "ill") if "samples/distance" in row]
    beside = [row["seeds"]["0"] for row in rows(folder / "both")]
    beside = [row for row in beside if "samples/distance" in row]
    for one, other in zip(alone, beside, strict=True):
        for name, value in other.items():
            assert one[name] == pytest.approx(value, rel=1e-2, abs=1e-3), name


def test_training_ends_with_it(tmp_path, capsys):
    run(tmp_path / "ill", "--steps", 300)
    said = "diagnosis: oscillation without progress\n"
    assert said in capsys.readouterr().out
    run(tmp_path / "well", "--steps", 300, "--variant", "damped")
    assert "diagnosis: healthy\n" in capsys.readouterr().out
    run(tmp_path / "short", "--steps", 30)
    assert "diagnosis" not in capsys.readouterr().out


def test_signals_are_the_same_after_a_stop(folder, tmp_path):
    run(tmp_path / "halves", "--steps", 240)
    run(tmp_path / "halves")
    assert values(tmp_path / "halves") == values(folder / "ill")


def test_what_was_not_finite(tmp_path, capsys):
    with jax.debug_nans(False), pytest.raises(RunError, match="step 4: not finite"):
        run(tmp_path / "run", "--poison-at", 3, experiment=EXPERIMENT)
    told = diagnosed(tmp_path / "run", capsys)
    assert told["verdict"] == "divergence"
    (finding,) = told["findings"]
    assert "at step 4 not finite: discriminator/" in finding["evidence"]
    assert "first tensor: variables/generator/params/" in finding["evidence"]
    assert not_finite_record.read(tmp_path / "run", 5) == []  # it went on


def test_what_is_no_run(tmp_path):
    with pytest.raises(SystemExit) as status:
        cli.main(["diagnose", str(tmp_path)])
    assert status.value.code == 2
