"""Choosing classes: the same examples, numbered anew."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from jaxgan import data

NAMES = ("ape", "bee", "cat", "dog")


def source(labels):
    values = np.arange(len(labels), dtype=np.float32)[:, None]
    return data.arrays(values, np.asarray(labels), NAMES)


@given(
    some.lists(some.integers(0, 3), max_size=20),
    some.lists(some.sampled_from(NAMES), min_size=1, unique=True),
)
@settings(max_examples=50, deadline=None)
def test_keeps_what_was_asked_for(labels, names):
    """In order, every example of the classes, under the same name."""
    labels = [NAMES.index(names[0]), *labels]
    chosen = data.of_classes(source(labels), names)
    wanted = [
        (place, NAMES[label])
        for place, label in enumerate(labels)
        if NAMES[label] in names
    ]
    value, given, _ = chosen.examples(np.arange(chosen.size))
    seen = [
        (int(x), chosen.classes[y]) for x, y in zip(value[:, 0], given, strict=True)
    ]
    assert seen == wanted
    assert chosen.classes == tuple(names)
    assert chosen.shape == (1,)
    assert given.dtype == np.int32


def test_no_names_are_all():
    whole = source([0, 1])
    assert data.of_classes(whole, ()) is whole


def test_refuses():
    with pytest.raises(data.DataError, match="saw 'cow', wanted some of ape, bee"):
        data.of_classes(source([0]), ("ape", "cow"))
    with pytest.raises(data.DataError, match="saw ape, ape, wanted each once"):
        data.of_classes(source([0]), ("ape", "ape"))
    with pytest.raises(data.DataError, match="there are no labels"):
        data.of_classes(data.arrays(np.zeros((2, 1))), ("ape",))
    with pytest.raises(data.DataError, match="wanted some, each in"):
        data.of_classes(source([0]), ("bee",))
