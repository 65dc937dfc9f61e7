"""What was opened once is known again, and opened when its examples are asked for."""

import os
import pathlib

import numpy as np
import pytest

from jaxgan import data
from jaxgan.data import opening
from jaxgan.data.lazy_source import LazySource
from jaxgan.data.source import LostDataError

VALUES = np.arange(24, dtype=np.uint8).reshape(6, 2, 2, 1)
LABELS = np.array([0, 1, 2, 0, 1, 0])
NAMES = ("ant", "bee", "cat")


def read(path):
    with np.load(path) as file:
        return data.arrays(file["values"], file["labels"], tuple(file["names"]))


def save(path="set.npz", values=VALUES, labels=LABELS, names=NAMES):
    np.savez(path, values=values, labels=labels, names=names)


def build(path="set.npz"):
    """All openers and all that wraps what they open."""
    file = data.of_file(path, read)
    digits = data.digits()
    return {
        "file": file,
        "arrays": data.arrays(VALUES, LABELS, NAMES),
        "digits": digits,
        "ring": data.ring(size=50),
        "grid": data.grid(size=50),
        "chosen": data.of_classes(file, ("cat", "ant")),
        "part": data.subset(file, [4, 2]),
        "hidden": data.without_labels(file),
        "stacks": data.stacked(file, 20),
        "part of chosen": data.subset(data.of_classes(digits, ["7", "3"]), range(20)),
    }


@pytest.fixture
def known(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    save()
    with opening.recorded() as opened:
        build()
    return [one.opening() for one in opened]


def again(known, **options):
    with opening.remembered(known):
        return build(**options)


def lazy(source):
    while not isinstance(source, LazySource):
        source = source.source
    return source


def is_opened(source):
    return "opened" in vars(lazy(source))


def test_openings(known):
    assert [one.opener for one in known] == [
        *("of_file", "digits", "arrays", "ring", "grid")
    ]
    assert (known[0].place, known[0].path) == ("set.npz", os.path.abspath("set.npz"))
    assert [one.place for one in known[1:]] == [""] * 4
    assert known[0].facts.fingerprint == known[2].facts.fingerprint


def test_nothing_is_opened_until_examples_are_asked_for(known):
    wanted, indices = build(), np.array([1, 0])
    pathlib.Path("set.npz").rename("elsewhere.npz")
    seen = again(known)
    for name, source in seen.items():
        one = wanted[name]
        assert (source.size, source.shape) == (one.size, one.shape), name
        assert source.classes == one.classes, name
        assert data.source.split_of(source) == data.source.split_of(one)
        assert not is_opened(source), name
        batches = data.batches(source, 4)
        assert data.batches(one, 4).shapes == batches.shapes
        batch = data.batches(one, 4)(0)
        for leaf, shape in zip(batch, batches.shapes):
            if not isinstance(shape, tuple):
                assert (leaf.shape, leaf.dtype) == (shape.shape, shape.dtype)
    pathlib.Path("elsewhere.npz").rename("set.npz")
    for name, source in seen.items():
        one, other = (x.examples(indices) for x in (source, wanted[name]))
        np.testing.assert_array_equal(one.value, other.value, name)
        np.testing.assert_array_equal(one.given, other.given, name)
    np.testing.assert_array_equal(seen["file"].values, VALUES)
    np.testing.assert_array_equal(seen["file"].labels, LABELS)


def test_what_is_gone_says_what_it_was(known):
    pathlib.Path("set.npz").unlink()
    with pytest.raises(LostDataError, match=r"set.npz.*6 of \[2, 2, 1\].*ant, bee"):
        again(known)["part"].examples(np.arange(2))


@pytest.mark.parametrize(
    "change",
    [
        {"values": VALUES + np.uint8(1)},
        {"labels": LABELS[::-1]},
        {"names": ("ant", "bee", "dog")},
        {"values": VALUES[:5], "labels": LABELS[:5]},
    ],
)
def test_others_in_their_place_are_refused(known, change):
    save(**change)
    source = again(known)["file"]
    assert source.classes == NAMES
    with pytest.raises(LostDataError, match="saw other data than the run was trained"):
        source.examples(np.arange(2))


def test_they_are_looked_for_where_they_lay_then_where_they_should(
    known, tmp_path, monkeypatch
):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert again(known)["file"].examples(np.arange(2)).value.shape == (2, 2, 2, 1)
    (tmp_path / "set.npz").rename(elsewhere / "set.npz")
    assert again(known)["file"].examples(np.arange(2)).value.shape == (2, 2, 2, 1)


def test_computed_data_may_be_rounded_otherwise(known):
    """The number and the names are theirs; other values are warned of."""
    with opening.remembered(known[2:3]):
        source = data.arrays(VALUES + np.uint8(1), LABELS, NAMES)
    with pytest.warns(UserWarning, match="other data"):
        source.examples(np.arange(2))
    with opening.remembered(known[2:3]):
        source = data.arrays(VALUES, LABELS, ("x", "y", "z"))
    assert source.classes == NAMES
    with pytest.raises(LostDataError):
        source.examples(np.arange(2))


def test_what_is_not_known_is_opened(known):
    """Another function than then, or one more."""
    with opening.remembered(known[:1]):
        assert isinstance(data.digits(), data.Arrays)
        assert isinstance(data.digits(), data.Arrays)
    assert isinstance(data.digits(), data.Arrays)


def test_arguments_tell_computed_sets_apart():
    prints = []
    for options in ({}, {"modes": 7}, {"seed": 1}, {"modes": 8, "size": 100_000}):
        with opening.recorded() as opened:
            data.ring(**options)
        prints.append(opened[0].opening().facts.fingerprint)
    assert prints[0] == prints[3]
    assert len(set(prints)) == 3


def test_openers_are_the_functions_that_they_were():
    assert data.folder.__name__ == "folder"
    assert "Sub-folders are classes" in data.folder.__doc__
    with pytest.raises(data.DataError, match="size"):
        data.folder("nowhere", 0)
