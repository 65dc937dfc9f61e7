"""Checkpoints: what they claim, and parts of them."""

import json
import pathlib
import shutil

import chex
import pytest

from jaxgan.run.errors import RunError
from jaxgan.run.files import checkpoints, saved_state
from tests.golden.runs import make

RUN = pathlib.Path(make.__file__).parent / "ring"


def test_claims_are_looked_at_first(monkeypatch):
    assert checkpoints.read(RUN).step == 20
    monkeypatch.setattr(saved_state, "memory_size", lambda: 100)
    with pytest.raises(RunError, match=r"damaged: ValueError: it claims 0\.0 GiB, and"):
        checkpoints.read(RUN)


def facts_of(run):
    return run / checkpoints.FOLDER / "2" / "facts" / "metadata"


def test_parts_are_those_of_the_whole(trained):
    run = trained("--steps", 2)
    whole = checkpoints.read(run).state
    parts = checkpoints.read(run, parts=("step", "ema")).state
    assert parts.keys() == {"step", "ema"}
    chex.assert_trees_all_equal(parts, {name: whole[name] for name in parts})


def test_another_part_is_damage(trained):
    run = trained("--steps", 2)
    facts = json.loads(facts_of(run).read_text())
    facts["parts"]["ema"] = facts["parts"]["variables"]
    facts_of(run).write_text(json.dumps(facts))
    assert checkpoints.read(run, parts=("step", "variables")).step == 2
    with pytest.raises(RunError, match="damaged: its contents do not have"):
        checkpoints.read(run, parts=("step", "ema"))


def test_checkpoints_of_before_have_parts_too(tmp_path):
    run = pathlib.Path(shutil.copytree(RUN, tmp_path / "run"))
    whole = checkpoints.read(run).state
    (facts,) = (run / checkpoints.FOLDER).glob("*/facts/metadata")
    said = json.loads(facts.read_text())
    said.pop("parts", None)
    facts.write_text(json.dumps(said))
    chex.assert_trees_all_equal(checkpoints.read(run, parts=("ema",)).state, whole)
