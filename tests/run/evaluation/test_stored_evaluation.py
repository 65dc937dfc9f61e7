"""What is measured of a run, by its kind of data and by its experiment."""

import dataclasses

import pytest

from jaxgan.run.errors import RunError
from jaxgan.run.evaluation import stored_evaluation
from jaxgan.run.files import evaluations_log
from jaxgan.run.kinds import Kind
from jaxgan.run.kinds.evaluation_protocol import EvaluationProtocol
from jaxgan.run.sampling import stored_run


class Things(Kind):
    """A kind without measures."""

    unit = "things"


@pytest.fixture
def loaded(trained):
    return stored_run.load(trained("--steps", 2))


def evaluate(loaded, names, *, split=None, **changes):
    experiment = dataclasses.replace(loaded.experiment, **changes)
    changed = loaded._replace(experiment=experiment)
    protocol = EvaluationProtocol(names, 32)
    return stored_evaluation.evaluate(changed, protocol, split=split)


def test_without_measures(loaded):
    said = "things have no measures, and the experiment measures nothing itself"
    with pytest.raises(RunError, match=said):
        evaluate(loaded, (), kind=Things())


def test_what_the_experiment_measures_needs_no_examples(loaded, capsys):
    """The tests' points cannot be read by number, which costs their own part only."""
    measure = {"answer": 42}
    (found,) = evaluate(loaded, ("frechet",), measure=lambda state: measure)
    ((name, score),) = found.scores
    assert (name, score.metric, score.value) == ("answer", "answer", 42.0)
    assert "no points can be read to compare samples with" in capsys.readouterr().err
    (row,) = evaluations_log.read(loaded.directory)
    assert (row.step, row.value, row.card) == (2, 42.0, found.card)
    assert row.card["measured by"] == "the experiment"
    with pytest.raises(RunError, match="a source without `examples"):
        evaluate(loaded, ("frechet",), split="train", measure=lambda state: measure)
