"""`--benchmark`: one line of numbers that fit together, and no run."""

import json

import pytest

from jaxgan.run import launch
from jaxgan.run.errors import RunError

from .conftest import EXPERIMENT


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


@pytest.mark.parametrize(("parts", "counted"), [(1, True), (2, False)])
def test_microbatches(parts, counted, tmp_path, monkeypatch, capsys):
    """XLA counts a loop once, so what it counted is not told as the work."""
    monkeypatch.chdir(tmp_path)
    words = ["--benchmark", "2", "--microbatches", str(parts)]
    assert launch.train(EXPERIMENT, words) == 0
    seen = json.loads(capsys.readouterr().out)
    assert seen["microbatches"] == parts
    assert (seen["flops_per_step"] is not None) == counted


def test_a_negative_number_is_refused():
    with pytest.raises(RunError, match="--benchmark: saw -1, wanted at least 0"):
        launch.train(EXPERIMENT, ["--benchmark", "-1"])
