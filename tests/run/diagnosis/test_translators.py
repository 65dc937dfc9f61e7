"""Translators that are trained, and what `jaxgan diagnose` says of them."""

import json
import pathlib

import pytest

from jaxgan.run import launch
from jaxgan.run.commands import cli
from tests.run.diagnosis import translators

EXPERIMENT = pathlib.Path(translators.__file__)
ILL = {
    "healthy": [],
    "shuffled": ["source ignored"],
    "untrained": ["nothing translated"],
}


def diagnosed(folder, variant, capsys):
    launch.train(EXPERIMENT, ["--variant", variant, "--run-dir", str(folder)])
    capsys.readouterr()
    cli.main(["diagnose", str(folder), "--json"])
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("variant", ILL)
def test_pairs(variant, tmp_path, capsys):
    told = diagnosed(tmp_path / "run", variant, capsys)
    assert [finding["name"] for finding in told["findings"]] == ILL[variant]
    rows = (tmp_path / "run" / "metrics.jsonl").read_text()
    assert "translation/change" in rows
    # They say nothing here: sources are no latents, and outputs as varied as these.
    for name in ("latent/", "samples/coverage", "memory/"):
        assert name not in rows
    cli.main(["diagnose", str(tmp_path / "run")])
    out = capsys.readouterr().out
    if variant == "shuffled":
        assert "  seen: outputs of different sources count as 1." in out
        assert "  try:  - check that pairs are pairs" in out
    if variant == "healthy":
        assert "nothing translated, source ignored, checkerboards" in out
        assert "not looked for: overfitting: the Experiment has no held_out data" in out


@pytest.mark.slow
def test_a_cycle_is_least_where_nothing_changes(tmp_path, capsys):
    told = diagnosed(tmp_path / "run", "unmoved", capsys)
    assert [finding["name"] for finding in told["findings"]] == ["nothing translated"]
