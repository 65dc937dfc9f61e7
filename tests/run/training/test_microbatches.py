"""`--microbatches`: the same run to rounding, in parts; bit for bit when resumed."""

import json
import re

import pytest

from jaxgan.run.errors import RunError
from jaxgan.run.files import run_directory
from tests.run.conftest import EXPERIMENT, assert_alike


@pytest.mark.parametrize(
    ("parts", "devices"), [pytest.param(16, 1, marks=pytest.mark.slow), (2, 4)]
)
def test_parts_are_the_whole(parts, devices, train, tmp_path):
    """Its networks read no statistics of the batch."""
    train("--steps", 20, run="whole")
    train("--steps", 20, "--microbatches", parts, "--devices", devices)
    assert_alike(tmp_path / "run", tmp_path / "whole")


def test_they_resume_to_the_same_bits(train):
    flags = ["--microbatches", 4, "--seeds", 2, "--steps"]
    whole = train(*flags, 8, run="whole")
    train(*flags, 3)
    assert train(*flags, 8) == whole


def test_they_are_recorded(train, tmp_path):
    train("--microbatches", 4, "--steps", 1)
    identity = json.loads((tmp_path / "run" / run_directory.CONFIG).read_text())
    assert identity["microbatches"] == 4
    assert "microbatches" not in identity["config"]


def test_an_experiment_may_have_its_own_number(train, tmp_path):
    """As of every option, by its OPTIONS; a Config has no such field."""
    text = EXPERIMENT.read_text()
    mine = tmp_path / "mine.py"
    mine.write_text(re.sub(r"Options\(", "Options(microbatches=3, ", text))
    with pytest.raises(RunError, match="--microbatches: saw 3, wanted a divisor"):
        train("--steps", 1, experiment=mine)
    train("--steps", 1, "--batch-size", 6, experiment=mine)
    mine.write_text(text.replace("    seed: int = 0", "    microbatches: int = 1"))
    with pytest.raises(RunError, match=r"'microbatches'.* are options of every run"):
        train("--steps", 1, experiment=mine)
