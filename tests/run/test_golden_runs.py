"""Runs that earlier versions have stored are read, sampled, reported and resumed."""

import json
import pathlib
import re
import shlex
import shutil

import numpy as np
import pytest

import jaxgan
from jaxgan.run.files import checkpoints, origin, run_directory, run_program
from jaxgan.run.files.fingerprint import fingerprint
from jaxgan.run.training import stored_networks
from tests.golden.runs import make

FOLDER = pathlib.Path(make.__file__).parent
NAMES = tuple(make.RUNS)
CLOSE = {"rtol": 2e-3, "atol": 2e-4}
"""What another machine, or another version of JAX, may round differently."""


def wanted(name):
    return json.loads((FOLDER / f"{name}.json").read_text())


def assert_found(seen, expected):
    """Floats are near, all else is equal."""
    assert seen.keys() == expected.keys()
    for name, value in expected.items():
        floats = name in ("samples", "current", "losses")
        if floats:
            np.testing.assert_allclose(seen[name], value, **CLOSE, err_msg=name)
        else:
            assert seen[name] == value, name


@pytest.mark.parametrize("name", NAMES)
def test_what_is_in_them_is_found(name):
    expected = wanted(name)
    del expected["resumed"]
    assert_found(make.numbers(jaxgan.load(FOLDER / name, trust=True)), expected)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.slow] if name == "bars" else [])
        for name in NAMES
    ],
)
def test_they_go_on(name, tmp_path, capsys):
    """By the copy of the experiment in the run, and the options of its command."""
    run = tmp_path / "run"
    shutil.copytree(FOLDER / name, run)
    words = shlex.split(run_directory.first_command(run))
    assert words[0] == "python"
    file = tmp_path / words[1]
    shutil.copy(run / run_directory.EXPERIMENT, file)
    seen = make.resume(run, file, words[2:])
    assert_found(seen, wanted(name)["resumed"])
    assert "resuming" in capsys.readouterr().out


@pytest.mark.parametrize("name", NAMES)
def test_a_fingerprint_is_that_of_the_state(name):
    restored = checkpoints.read(FOLDER / name)
    seen = fingerprint(restored.state)
    assert seen == checkpoints.saved_fingerprint(FOLDER / name, restored.step)
    assert len(stored_networks.read(str(FOLDER / name)).leaves) > 10


def test_the_start_of_one_is_told():
    record = origin.read(FOLDER / "ring_seeds")
    assert record is not None
    assert (record["run"], record["step"]) == ("ring", 20)
    assert record["fingerprint"] == wanted("ring")["fingerprint"]
    assert len(record["copied"]) == 12


@pytest.mark.parametrize("name", ["ring_seeds", "bars"])
def test_their_reports(name):
    pytest.importorskip("jinja2")
    pytest.importorskip("plotly")
    from jaxgan.run.report import document

    run_program.remember(FOLDER / name)
    body = document.body(document.contents(FOLDER / name))
    assert wanted(name)["fingerprint"] in body
    sections = re.findall('<section id="([^"]+)"', body)
    assert {"samples", "pair", "metrics", "curves", "reproduce"} <= set(sections)


def test_they_are_small():
    files = [path for path in FOLDER.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 200_000
    text = "".join(p.read_text() for p in files if p.suffix in (".json", ".txt"))
    assert "/tmp" not in text
    assert not re.search("/(home|root|work)/", text)
