"""Evaluations during training change nothing, and are those that come afterwards."""

import errno
import functools
import json
import shutil
from typing import Any

import pytest

from jaxgan.core.types import State
from jaxgan.evaluation import classifier as classifiers
from jaxgan.evaluation.classifier_network import Training
from jaxgan.run import launch
from jaxgan.run.commands import cli
from jaxgan.run.errors import RunError
from jaxgan.run.evaluation import judge, while_training
from jaxgan.run.files import evaluations_log, stored_text
from jaxgan.run.kinds.measures import image_measures
from jaxgan.run.options import Options
from tests.run.conftest import EXPERIMENT, fingerprint_in, rows

IMAGES = EXPERIMENT.with_name("images.py")
WORDS = ("--evaluate-every", "2", "--evaluate-num", "32")


@pytest.fixture(autouse=True)
def quick(monkeypatch, tmp_path_factory):
    """A classifier that is trained for a moment."""
    made = functools.partial(
        classifiers.classifier,
        training=Training(steps=20),
        cache_dir=tmp_path_factory.getbasetemp() / "classifiers",
    )
    monkeypatch.setattr(image_measures, "classifier", made)


@pytest.fixture
def measured(monkeypatch):
    """The names of the measures at every time that samples were measured."""
    calls = []
    once = judge.Judge.__call__

    def counted(self, fake, names=None, *others):
        calls.append(tuple(names or self.names))
        return once(self, fake, names, *others)

    monkeypatch.setattr(judge.Judge, "__call__", counted)
    return calls


def evaluations(run):
    return stored_text.read_objects(run / evaluations_log.FILE)


def test_the_run_is_the_same_and_the_figures_are_those_of_afterwards(
    train, tmp_path, capsys
):
    words = (*WORDS, "--evaluate-metrics", "fid", "memorisation")
    run = tmp_path / "run"
    arguments = [*map(str, words), "--run-dir", str(run)]
    assert launch.train(IMAGES, arguments) == 0
    told = capsys.readouterr().out
    without = train(experiment=IMAGES, run="without")
    assert fingerprint_in(told) == without
    meanwhile = evaluations(run)
    assert [row["step"] for row in meanwhile] == [2, 2, 4, 4]
    for step in ("2", "4"):
        asked = ["--num", "32", "--metrics", "fid", "memorisation", "--json"]
        cli.main(["evaluate", str(run), "--step", step, *asked])
    afterwards = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert meanwhile == afterwards
    logged = {
        row["step"]: row["evaluation/fid_classifier"]
        for row in rows(run)
        if "evaluation/fid_classifier" in row
    }
    fids = [row for row in meanwhile if row["measure"] == "fid"]
    assert logged == {row["step"]: row["value"] for row in fids}
    for row in fids:
        line = next(
            x for x in told.splitlines() if x.startswith(f"step {row['step']}: F")
        )
        assert line.startswith(
            f"step {row['step']}: FID {row['value']:.4g} · near-copies"
        )
        assert line.endswith(" (classifier)")
    assert not any(
        "evaluation" in name for row in rows(tmp_path / "without") for name in row
    )


def test_figures_that_cannot_be_kept_are_told(tmp_path, monkeypatch, capsys):
    def refuse(run, lines):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(evaluations_log, "append", refuse)
    run = tmp_path / "run"
    words = [*WORDS, "--steps", "2", "--evaluate-metrics", "fid", "--run-dir", str(run)]
    assert launch.train(IMAGES, words) == 0
    told = capsys.readouterr()
    assert "step 2: FID" in told.out
    assert "Read-only file system; the figures are not kept" in told.err
    assert not evaluations(run)
    assert any("evaluation/fid_classifier" in row for row in rows(run))


def test_no_step_is_measured_twice(train, tmp_path, measured):
    run = tmp_path / "run"
    whole = train(*WORDS, experiment=IMAGES)
    before, logged = evaluations(run), values(run)
    shutil.rmtree(run / "checkpoints" / "4")
    with (run / evaluations_log.FILE).open("a") as file:
        file.write('{"step": 4, "cut o')
    assert train(*WORDS, experiment=IMAGES) == whole
    assert measured == [("fid",), ("fid",)]
    assert evaluations(run) == before
    assert values(run) == logged
    # What is asked for in addition is measured, and nothing else.
    shutil.rmtree(run / "checkpoints" / "4")
    more = ("--evaluate-metrics", "fid", "collapse")
    assert train(*WORDS, *more, experiment=IMAGES) == whole
    assert measured[2:] == [("collapse",)]
    assert evaluations(run)[: len(before)] == before
    # By another protocol everything is.
    shutil.rmtree(run / "checkpoints" / "4")
    train(*WORDS, "--evaluate-split", "test", experiment=IMAGES)
    assert measured[3:] == [("fid",)]
    assert evaluations(run)[-1]["card"]["split"] == "held_out (test)"


def values(run):
    """The rows without clocks."""
    return [{k: v for k, v in row.items() if "second" not in k} for row in rows(run)]


@pytest.mark.slow
def test_seeds_side_by_side(tmp_path, capsys):
    run = tmp_path / "run"
    words = [*WORDS, "--seeds", "2", "--steps", "2", "--run-dir", str(run)]
    assert launch.train(IMAGES, words) == 0
    found = evaluations(run)
    assert [(row["seed"], row["card"]["seed of the run"]) for row in found] == [
        (0, 0),
        (1, 1),
    ]
    assert found[0]["value"] != found[1]["value"]
    assert " ± " in capsys.readouterr().out.split("step 2: FID")[1].splitlines()[0]
    asked = ["--num", "32", "--metrics", "fid", "--json", "--run-seed", "1"]
    cli.main(["evaluate", str(run), *asked])
    afterwards = json.loads(capsys.readouterr().out)
    assert afterwards.pop("value") == pytest.approx(found[1].pop("value"), rel=1e-3)
    assert afterwards == found[1]


NOTHING: Any = None


class Clock:
    """Seconds that go by as they are told to."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


class Lines:
    """What was said."""

    def __init__(self):
        self.said = []

    def say(self, line):
        self.said.append(line)

    def note(self, step, parts):
        pass


@pytest.fixture
def evaluator(monkeypatch, tmp_path):
    """An evaluation that takes 10 seconds, and 30 to prepare; its clock; its lines."""
    clock, told = Clock(), Lines()

    class Judge:
        def __init__(self, *arguments):
            clock.now += 30
            self.title = ""

    monkeypatch.setattr(while_training.training_protocol, "judge_of", Judge)
    monkeypatch.setattr(while_training.sampler, "Sampler", lambda experiment: None)
    monkeypatch.setattr(
        while_training.run_directory,
        "read_identity",
        lambda run: while_training.run_directory.Identity("x", "y", {}),
    )

    def of_run(self, step, state, place):
        clock.now += 10
        return {"FID": 1.0}

    monkeypatch.setattr(while_training.Interim, "_of_run", of_run)

    def make(share):
        options = Options(evaluate_every=10, evaluate_share=share)
        return while_training.Interim(NOTHING, options, (0,), told, tmp_path, clock)

    return make, clock, told.said


STATE: Any = State(*[()] * len(State._fields))


@pytest.mark.parametrize("share", [0.05, 0.1, 0.5, 1.0])
def test_no_more_time_than_was_allowed(evaluator, share):
    make, clock, said = evaluator
    evaluate = make(share)
    spent, times = clock.now, []
    for step in range(1, 2_001):
        clock.now += 1  # of training
        if evaluate.is_due(step - 1, step):
            assert step % 10 == 0
            before = clock.now
            evaluate(step, STATE)
            spent += clock.now - before
            times.append(step)
            if len(times) > 1:  # the first is of unknown length
                assert spent <= share * clock.now + 1e-9
    assert len(times) == 200 if share == 1 else 2 < len(times) < 200
    # Hardly less either: no more than a postponement to the next multiple costs.
    assert share == 1 or spent > share * (clock.now - 200) - 20
    assert any("put off" in line for line in said) == (share < 1)


def test_due_whenever_a_multiple_is_passed(evaluator):
    make, _, _ = evaluator
    evaluate = make(1.0)
    steps = [(start, start + 4) for start in range(0, 40, 4)]
    due = [stop for start, stop in steps if evaluate.is_due(start, stop)]
    assert due == [12, 20, 32, 40]


@pytest.mark.parametrize(
    ("file", "words", "message"),
    [
        (EXPERIMENT, [], "a source without `examples"),
        (EXPERIMENT, ["--evaluate-metrics", "fid"], "is no measure of points"),
        (IMAGES, ["--evaluate-metrics", "fdi"], "--evaluate-metrics: saw 'fdi'"),
        (IMAGES, ["--evaluate-num", "3"], "--evaluate-num: saw 3, wanted at least 16"),
        (IMAGES, ["--evaluate-split", "tset"], "wanted train or held_out \\(test\\)"),
        (IMAGES, ["--evaluate-share", "0"], "--evaluate-share: saw 0.0, wanted more"),
        (IMAGES, ["--evaluate-every", "0"], "--evaluate-every: saw 0, wanted at least"),
        (IMAGES, ["--evaluate-weights", "no.pth"], "no.pth"),
    ],
)
def test_what_is_wrong_is_said_before_the_first_step(file, words, message, tmp_path):
    run = tmp_path / "run"
    with pytest.raises(RunError, match=message):
        launch.train(file, [*WORDS, *words, "--run-dir", str(run)])
    assert not rows(run)
