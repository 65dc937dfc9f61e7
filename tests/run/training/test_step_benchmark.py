"""`--benchmark`: one line of numbers that fit together, and no run."""

import json
import math

import jax
import jax.numpy as jnp
import pytest

from jaxgan.run import launch
from jaxgan.run.devices import compiled_program
from jaxgan.run.errors import RunError
from jaxgan.run.training import step_benchmark
from tests.run.conftest import EXPERIMENT


@pytest.mark.parametrize("devices", [1, 8])
def test_benchmark(devices, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    words = ["--benchmark", "5", "--devices", str(devices)]
    assert launch.train(EXPERIMENT, words) == 0
    (line,) = capsys.readouterr().out.splitlines()
    seen = json.loads(line)
    assert (seen["experiment"], seen["variant"]) == ("points", "ring")
    # Its generator moves on every second step: three periods of two are five steps.
    assert (seen["timings"], seen["steps_per_timing"]) == (3, 2)
    low, high = seen["seconds_per_step_quartiles"]
    assert 0 < low <= seen["seconds_per_step"] <= high
    rate = 16 / seen["seconds_per_step"]
    assert seen["images_per_second"] == pytest.approx(rate, rel=1e-3, abs=0.1)
    # Two players of a few hundred operations per example, thrice over at least.
    assert seen["flops_per_step"] * devices > 16 * 2 * (4 * 8 + 8 * 2 + 2 * 8 + 8) * 3
    assert seen["flops_per_second"] is None
    assert seen["peak_memory_bytes"] > 4 * 2 * 100
    assert seen["devices"] == devices
    assert not list(tmp_path.iterdir())


def test_operations_do_not_depend_on_how_the_step_is_divided(
    tmp_path, monkeypatch, capsys
):
    """XLA counts a loop once, and on each device only its own share."""
    monkeypatch.chdir(tmp_path)
    whole, parts, shares = (
        _measured(words, capsys)
        for words in ([], ["--microbatches", "2"], ["--devices", "8"])
    )
    assert parts["microbatches"] == 2
    assert parts["flops_per_step"] == whole["flops_per_step"]
    assert shares["flops_per_step"] == whole["flops_per_step"] / 8


def test_operations_of_several_seeds(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    one, three = (_measured(["--seeds", seeds], capsys) for seeds in "13")
    per_seed = three["flops_per_step"] / 3
    assert per_seed == pytest.approx(one["flops_per_step"], rel=0.1)


def test_operations_are_not_told_where_jax_has_no_cpu(tmp_path, monkeypatch, capsys):
    def no_cpu(backend=None):
        raise RuntimeError("Unknown backend cpu")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(step_benchmark, "count_operations", lambda *_: math.nan)
    assert _measured([], capsys)["flops_per_step"] is None
    monkeypatch.setattr(jax, "local_devices", no_cpu)
    assert math.isnan(compiled_program.operations(jnp.add, 1.0, 2.0))


def _measured(words, capsys):
    assert launch.train(EXPERIMENT, ["--benchmark", "2", *words]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_negative_number_is_refused():
    with pytest.raises(RunError, match="--benchmark: saw -1, wanted at least 0"):
        launch.train(EXPERIMENT, ["--benchmark", "-1"])
