"""A label is one class, by its name or its number, or there is no such class."""

import dataclasses

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxgan.data.facts import Facts
from jaxgan.data.lazy_source import LazySource
from jaxgan.games.latent import LatentGame, uniform_labels
from jaxgan.run.errors import RunError
from jaxgan.run.no_data import NoDiscriminator, without_data
from jaxgan.run.sampling.labels import class_names, label_numbers

WORDS = st.one_of(
    st.integers(-3, 30).map(str), st.text("ab1 .²", max_size=3), st.just("True")
)


def experiment_of(names):
    """An experiment whose data have classes of these names."""
    game = LatentGame(NoDiscriminator(), NoDiscriminator(), 2, uniform_labels(2))
    experiment = without_data(game, (2, 2, 1), len(names))
    source = LazySource(Facts(0, (2, 2, 1), tuple(names)), lambda: None)
    data = dataclasses.replace(experiment.data, source=source)
    return dataclasses.replace(experiment, data=data)


@settings(deadline=None, max_examples=50)
@given(names=st.lists(WORDS, min_size=1, max_size=12, unique=True), label=WORDS)
def test_names_come_before_numbers(names, label):
    experiment = experiment_of(names)
    numbers = list(map(str, range(len(names))))
    if label not in [*names, *numbers]:
        with pytest.raises(RunError, match="there is no class"):
            label_numbers(experiment, label)
        return
    wanted = names.index(label) if label in names else int(label)
    assert label_numbers(experiment, label).tolist() == [wanted]
    if label in numbers:
        alike = (int(label), np.int64(label), np.array(int(label)))
        for one in (*alike, *map(jax.numpy.asarray, alike)):
            assert label_numbers(experiment, one, 3).tolist() == [wanted] * 3


@settings(deadline=None, max_examples=50)
@given(
    names=st.lists(WORDS, min_size=1, max_size=12, unique=True),
    labels=st.lists(st.one_of(WORDS, st.integers(-2, 14)), min_size=1, max_size=4),
)
def test_several_are_as_each_alone(names, labels):
    experiment = experiment_of(names)
    try:
        wanted = [int(label_numbers(experiment, one)[0]) for one in labels]
    except RunError:
        with pytest.raises(RunError):
            label_numbers(experiment, labels, len(labels))
        return
    assert label_numbers(experiment, labels, len(labels)).tolist() == wanted
    if all(isinstance(one, int) for one in labels):
        array = np.array(labels)
        assert label_numbers(experiment, array, len(labels)).tolist() == wanted


@pytest.mark.parametrize(
    "label",
    [
        *(-1, 3, 99, 1.5, 1.0, float("nan"), True, False, "", "²", "01", " 1", b"1"),
        *({1}, None, np.float32(1), np.bool_(True), np.array([[0, 1]] * 2), [0, True]),
    ],
)
def test_what_is_no_label(label):
    """What there is, is said."""
    with pytest.raises(RunError) as error:
        label_numbers(experiment_of(["ant", "bee", "cat"]), label, 2)
    assert "there is no class" in error.value.args[0]
    assert error.value.hint == "wanted one of ant, bee, cat, or a number from 0 to 2"


def test_the_number_of_labels():
    experiment = experiment_of(["ant", "bee"])
    for labels in ([], [0, 1], ()):
        with pytest.raises(RunError, match=f"saw {len(labels)}, wanted one, or 3"):
            label_numbers(experiment, labels, 3)


def test_a_name_of_several_classes():
    experiment = experiment_of(["crane", "ant", "crane"])
    with pytest.raises(RunError, match=r"2 classes are called 'crane'.*0, 2"):
        label_numbers(experiment, "crane")
    assert label_numbers(experiment, 2).tolist() == [2]


def test_hints():
    many = experiment_of([f"class {n}" for n in range(30)])
    with pytest.raises(RunError) as error:
        label_numbers(many, 30)
    assert error.value.hint == "wanted the name of a class, or a number from 0 to 29"
    with pytest.raises(RunError) as error:
        label_numbers(many, "clas 3")
    assert "did you mean 'class 3'" in error.value.hint
    with pytest.raises(RunError) as error:
        label_numbers(experiment_of([]), 0)
    assert error.value.hint == "the source of the data tells no classes"


def test_data_that_count_their_classes():
    experiment = experiment_of([])
    source = dataclasses.make_dataclass("Source", ["classes"])(3)
    data = dataclasses.replace(experiment.data, source=source)
    assert class_names(dataclasses.replace(experiment, data=data)) == ("0", "1", "2")
