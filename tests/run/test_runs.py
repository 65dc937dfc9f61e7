"""Runs from Python: trained by a call, loaded, sampled, looked at, measured."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import types

import jax
import numpy as np
import pytest
from PIL import Image

import jaxgan
from jaxgan.core.types import Players
from jaxgan.run.commands import cli
from jaxgan.run.experiment import Experiment
from jaxgan.run.files import checkpoints, experiment_file, run_directory
from tests.run import images
from tests.run.conftest import EXPERIMENT, ROOT, environment, fingerprint_in, rows


@pytest.fixture(scope="module")
def ring(tmp_path_factory):
    """A run of points, as the call returns it."""
    folder = tmp_path_factory.mktemp("runs") / "ring"
    options = {"variant": "labelled", "addressed": True, "steps": 20}
    return jaxgan.train(EXPERIMENT, **options, run_dir=folder)


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    """A run of images, from the path of its file."""
    folder = tmp_path_factory.mktemp("runs") / "digits"
    return jaxgan.train(images.__file__, steps=4, run_dir=str(folder))


def test_a_call_is_the_command(train, tmp_path, capsys):
    wanted = train("--steps", 20, "--seed", 3, "--widths", 4, "--log-every", 5)
    options = {"steps": 20, "seed": 3, "widths": [4], "log_every": 5}
    run = jaxgan.train(EXPERIMENT, **options, run_dir=tmp_path / "call")
    said = capsys.readouterr().out
    assert fingerprint_in(said) == wanted
    assert "step 5/20" in said
    assert isinstance(run, jaxgan.Run)
    assert (run.step, run.name, run.config.seed) == (20, "points", 3)
    identities = [run_directory.read_identity(tmp_path / n) for n in ("run", "call")]
    assert identities[0] == identities[1]
    call = f"jaxgan.train({str(EXPERIMENT)!r}, steps=20, seed=3, widths=[4], "
    assert run_directory.first_command(tmp_path / "call").startswith(call)


def test_a_call_resumes(tmp_path, capsys):
    folder = tmp_path / "run"
    jaxgan.train(EXPERIMENT, steps=20, run_dir=tmp_path / "whole")
    wanted = fingerprint_in(capsys.readouterr().out)
    jaxgan.train(EXPERIMENT, steps=10, run_dir=folder)
    module = experiment_file.load_module(EXPERIMENT)
    run = jaxgan.train(module, steps=20, run_dir=folder)
    assert fingerprint_in(capsys.readouterr().out) == wanted
    assert run.step == 20
    assert [row["step"] for row in run.metrics()] == [10, 20]
    assert jaxgan.load(folder, step=10).step == 10


@pytest.mark.parametrize(
    ("experiment", "options", "said"),
    [
        ("digit", {}, "there is no experiment digit\nhint: did you mean 'digits'?"),
        (EXPERIMENT, {"step": 3}, "there is no option 'step'\nhint: did you mean 'st"),
        (EXPERIMENT, {"steps": "3"}, "steps: saw '3', wanted int"),
        (EXPERIMENT, {"steps": 0}, "--steps: saw 0, wanted at least 1"),
        (EXPERIMENT, {"variant": "rings"}, "there is no 'rings'"),
        (EXPERIMENT, {"benchmark": 3}, "benchmark: saw it in Python"),
        (types.ModuleType("cell"), {}, "saw the module cell, which has no file"),
        (
            Experiment.__new__(Experiment),
            {},
            "experiment: saw Experiment, wanted the name or path of a file that",
        ),
        (Players(1, 2), {}, "experiment: saw Players, wanted the name or path"),
    ],
)
def test_what_a_call_refuses(experiment, options, said, tmp_path):
    with pytest.raises(jaxgan.RunError) as error:
        jaxgan.train(experiment, run_dir=tmp_path / "run", **options)
    assert said in str(error.value)
    assert not list(tmp_path.iterdir())


def test_samples_are_those_of_the_command(ring, tmp_path):
    path = tmp_path / "samples.npz"
    words = ["sample", str(ring.directory), "--num", "5", "--seed", "7"]
    cli.main([*words, "--label", "point 3", "--out", str(path)])
    seen = ring.generate(5, seed=7, label="point 3")
    with np.load(path) as wanted:
        np.testing.assert_array_equal(seen.value, wanted["value"])
        np.testing.assert_array_equal(seen.given, wanted["given"])
    values = ring.sample(5, seed=7, label=3)
    np.testing.assert_array_equal(values, seen.value)
    assert isinstance(values, np.ndarray)
    assert values.shape == (5, 2)


def test_samples_depend_on_seed_and_place(ring):
    labels = np.arange(20) % 8
    many = ring.sample(20, seed=1, label=labels, batch_size=8)
    few = ring.sample(9, seed=1, label=labels[:9])
    np.testing.assert_allclose(many[:9], few, rtol=1e-5, atol=1e-6)
    assert np.abs(many - ring.sample(20, seed=2, label=labels)).max() > 1e-3
    given = ring.generate(64).given
    assert set(given) <= set(range(8))
    assert len(set(given)) > 4
    current = ring.sample(4, current=True)
    assert np.abs(current - ring.sample(4)).max() > 0


def test_a_second_call_compiles_nothing(ring, caplog):
    ring.sample(3)
    for options, compiles in (({}, False), ({"batch_size": 3}, True)):
        caplog.clear()
        with jax.log_compiles():
            ring.sample(40, seed=5, **options)
        assert compiles == any("ompil" in line for line in caplog.messages)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"num": 0}, "num: saw 0, wanted at least 1"),
        ({"truncation_cutoff": 3}, "saw it without --truncation"),
        ({"label": "point 9"}, "there is no class 'point 9'"),
        ({"standing_statistics": 3}, "keeps no batch statistics"),
    ],
)
def test_what_sampling_refuses(ring, options, said):
    with pytest.raises(jaxgan.RunError, match=said):
        ring.sample(**options)


def test_images(digits, tmp_path):
    values = digits.sample(6)
    assert values.shape == (6, 8, 8, 1)
    assert values.dtype == np.float32
    assert np.abs(values).max() <= 1
    picture = digits.picture(6, seed=2)
    path = tmp_path / "picture.png"
    words = ["sample", str(digits.directory), "--num", "6", "--seed", "2"]
    cli.main([*words, "--out", str(path)])
    np.testing.assert_array_equal(np.asarray(picture), np.asarray(Image.open(path)))


def test_evaluation(ring):
    found = ring.evaluate("frechet", "density-coverage", num=32)
    assert len(found) == 3
    (name,) = (name for name in found if name.startswith("Fréchet distance"))
    assert found[name] > 0
    log = (ring.directory / "evaluations.jsonl").read_text().splitlines()
    assert [json.loads(line)["metric"] for line in log] == list(found)
    assert ring.evaluate("frechet", num=32, seed=1)[name] != found[name]
    with pytest.raises(jaxgan.RunError, match="saw 'fed', which is no measure"):
        ring.evaluate("fed")
    with pytest.raises(jaxgan.RunError, match="--num: saw 3, wanted at least 16"):
        ring.evaluate(num=3)


def test_diagnosis_and_rows(digits):
    assert digits.diagnose().step == 4
    assert digits.metrics()[-1]["step"] == 4


def test_in_a_notebook(digits, ring):
    html = digits._repr_html_()
    assert "step 4" in html
    assert "generator" in html
    assert html.count("data:image/png;base64,") == 1
    assert "data:image/png;base64," in ring._repr_html_()
    assert repr(digits) == f"<jaxgan.Run {digits.directory}: images, step=4>"


def test_several_seeds(tmp_path):
    folder = tmp_path / "run"
    first = jaxgan.train(EXPERIMENT, steps=10, seeds=2, seed=4, run_dir=folder)
    second = jaxgan.load(folder, seed=5)
    assert (first.config.seed, second.config.seed) == (4, 5)
    assert np.abs(first.sample(4) - second.sample(4)).max() > 1e-3
    row = rows(folder)[-1]
    assert second.metrics()[-1]["generator/loss"] == row["seeds"]["5"]["generator/loss"]
    assert repr(second).endswith("seed=5>")
    with pytest.raises(jaxgan.RunError, match="saw 6, wanted one of"):
        jaxgan.load(folder, seed=6)


def test_starting_from_a_run(ring, tmp_path):
    """Options are those of the command; paths may be paths."""
    folder = tmp_path / "run"
    start = ring.directory
    run = jaxgan.train(EXPERIMENT, steps=10, start_from=start, run_dir=folder)
    identity = run_directory.read_identity(run.directory)
    assert identity.start_from == f"{start}:20"


def test_an_interrupt_saves_and_goes_on_to_the_caller(tmp_path):
    """As in a notebook, whose kernel gets SIGINT; the run can go on later."""
    folder = tmp_path / "run"

    def interrupt():
        while not checkpoints.steps(folder):
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    options = {"run_dir": folder, "steps": 10**6, "pause": 0.005}
    with pytest.raises(KeyboardInterrupt):
        jaxgan.train(EXPERIMENT, **options)
    thread.join()
    assert 0 < checkpoints.steps(folder)[-1] < 10**6
    assert jaxgan.load(folder).step == checkpoints.steps(folder)[-1]


def test_another_thread_may_train(tmp_path):
    """There Python gives no signals."""
    found = []

    def work():
        options = {"steps": 2, "run_dir": tmp_path / "run"}
        found.append(jaxgan.train(EXPERIMENT, **options).step)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [2]


def test_nothing_is_imported_before_it_is_used():
    code = (
        "import sys, jaxgan\n"
        "jaxgan.RunError\n"
        "assert 'jax' not in sys.modules\n"
        "assert {'load', 'train', 'Run', 'RunError'} <= set(jaxgan.__all__)\n"
        "print(jaxgan.load, jaxgan.train, jaxgan.Run)"
    )
    out = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env=environment(),
        cwd=ROOT,
    )
    assert out.returncode == 0, out.stderr
