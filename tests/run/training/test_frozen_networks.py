"""Frozen networks of a run: known by their hash, and in no checkpoint or program."""

import dataclasses
import json
import pathlib
import re

import jax
import numpy as np
import pytest

from jaxgan.run.commands import cli
from jaxgan.run.devices import frozen_networks, placement, seed_axis
from jaxgan.run.errors import RunError
from jaxgan.run.experiment import Experiment, Frozen
from jaxgan.run.files import checkpoints, frozen_record
from jaxgan.run.files.fingerprint import fingerprint
from jaxgan.run.options import Options
from jaxgan.run.report import run_facts
from jaxgan.run.training import program, step_benchmark
from jaxgan.run.training.prepare import prepare
from jaxgan.run.training.steps import Steps
from tests.run import guided

GUIDED = pathlib.Path(guided.__file__)


@pytest.fixture
def path(tmp_path):
    """A file with a map, and the words that name it."""
    file = tmp_path / "map.npy"
    np.save(file, kernel())
    return ("--map-file", file)


def kernel(seed=0):
    drawn = np.random.default_rng(seed).normal(size=guided.SHAPE)
    return drawn.astype(np.float32)


def prepared(path, seeds=(0,), **options):
    configs = [guided.Config(seed=seed, map_file=str(path[1])) for seed in seeds]
    return prepare([guided.build(one) for one in configs], Options(**options), seeds)


def test_runs_resume_with_them_only(train, tmp_path, path):
    """Wherever the file lies by then."""
    whole = train(*path, "--steps", 20, run="whole", experiment=GUIDED)
    train(*path, "--steps", 10, "--diagnose-every", 10, experiment=GUIDED)
    assert whole == train(*path, "--steps", 20, experiment=GUIDED)
    run = tmp_path / "run"
    stored = json.loads((run / frozen_record.FILE).read_text())
    seen = fingerprint({"kernel": kernel()})
    assert stored == {
        "map": {"source": str(path[1]), "fingerprint": seen, "numbers": 1024}
    }
    assert dict(run_facts.read(run, []).config)["frozen map"].startswith(seen[:20])
    np.save(path[1], kernel(1))
    with pytest.raises(RunError) as error:
        train(*path, "--steps", 30, experiment=GUIDED)
    assert re.fullmatch(
        rf"error: {run} was trained with another frozen network 'map': the run has "
        r"sha256:\w{16} \(.*map.npy\), you have sha256:\w{16} \(.*map.npy\)\nhint: .*",
        str(error.value),
    )
    assert checkpoints.steps(run) == [10, 20]
    path[1].unlink()
    with pytest.raises(RunError, match=r"the frozen network 'map' .* cannot be read"):
        train(*path, "--steps", 30, experiment=GUIDED)


def test_checkpoints_hold_none(train, tmp_path, path):
    train(*path, "--steps", 10, experiment=GUIDED)
    state = checkpoints.read(tmp_path / "run").state
    sizes = [leaf.size for leaf in jax.tree.leaves(state)]
    assert kernel().size not in sizes
    assert not jax.tree.leaves(state.get("frozen", ()))


@pytest.mark.parametrize("each", [1, 2])
def test_programs_hold_none(path, each):
    """But take them, on any number of devices, and leave them there."""
    one = prepared(path, devices=8, steps_per_dispatch=each, steps=4)
    steps = Steps(one, one.first_state(), 0)
    with steps.batches() as fed:
        for batches in fed:
            steps.advance(batches)
    steps.check_state()
    assert steps.state.frozen == ()
    np.testing.assert_array_equal(one.frozen["map"]["kernel"], kernel())
    lowered = program.lower_step(one.program, one.experiment.data(0), 0)
    text = lowered.as_text()
    constants = [len(line) for line in text.splitlines() if "stablehlo.const" in line]
    assert max(constants) < 1024
    assert "tensor<2x512xf32>" in text


def test_seeds_share_one_copy(path):
    """And each trains as it would alone."""
    ends = []
    for seeds in ((0, 1, 2), (2,)):
        one = prepared(path, seeds)
        assert one.frozen["map"]["kernel"].shape == guided.SHAPE
        steps = Steps(one, one.first_state(), 0)
        with steps.batches() as fed:
            for _ in range(4):
                steps.advance(next(fed))
        ends.append(seed_axis.member(steps.state, len(seeds) - 1, len(seeds)))
    jax.tree.map(
        lambda one, other: np.testing.assert_allclose(one, other, atol=1e-4),
        *(end.variables for end in ends),
    )


def test_forecasts_read_no_file(tmp_path, capsys):
    cli.main(["forecast", str(GUIDED), "--map-file", str(tmp_path / "no"), "--json"])
    assert json.loads(capsys.readouterr().out)["program"]["arguments"] > 4 * 1024


def test_the_benchmark_has_them(path):
    measured = step_benchmark.measure(prepared(path, benchmark=2))
    assert measured["flops_per_step"] > 2 * 2 * 2 * 16 * kernel().size


def test_other_contents_are_refused(path):
    one = guided.build(guided.Config(map_file=str(path[1])))
    single = placement.place(1, 16).whole
    for change, said in (
        ({"load": lambda: {"kernel": [1.0]}}, "saw a float, wanted arrays"),
        ({"load": dict}, "saw no arrays in it"),
    ):
        frozen = {"map": dataclasses.replace(one.frozen["map"], **change)}
        with pytest.raises(RunError, match=f"the frozen network 'map' .*{said}"):
            frozen_networks.load(frozen, single)
    seen = frozen_networks.load(one.frozen, single)
    wide = {"load": lambda: {"kernel": kernel().astype(np.float64)}}
    for change in ({}, {"shapes": None}, {**wide, "shapes": None}):
        frozen = {"map": dataclasses.replace(one.frozen["map"], **change)}
        wanted = jax.eval_shape(lambda: seen)
        assert frozen_networks.shapes(frozen) == wanted
    pinned = dataclasses.replace(one.frozen["map"], fingerprint="sha256:0")
    with pytest.raises(
        RunError, match=r"has the fingerprint sha256:.*, wanted sha256:0"
    ):
        frozen_record.record_of({"map": pinned}, seen)


@pytest.mark.parametrize(
    ("frozen", "said"),
    [
        ([], "frozen: saw a list, wanted"),
        ({"map": kernel}, "frozen: saw 'map': a function, wanted"),
        ({3: Frozen(dict, "")}, "frozen: saw 3: a Frozen, wanted"),
    ],
)
def test_what_is_no_network_is_refused(frozen, said):
    plain = guided.build(guided.Config())
    fields = {f.name: getattr(plain, f.name) for f in dataclasses.fields(plain)}
    with pytest.raises(TypeError, match=said):
        Experiment(**{**fields, "frozen": frozen})
