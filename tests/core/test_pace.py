"""Examples per step that change: counted one by one."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxgan.core.pace import Pace, Span

PACES = st.lists(
    st.tuples(st.integers(1, 9), st.integers(1, 9)), min_size=1, max_size=4
).map(
    lambda pairs: Pace(
        tuple(size for size, _ in pairs),
        (0, *itertools.accumulate(length for _, length in pairs[1:])),
    )
)
STEPS = range(50)
law = settings(deadline=None, max_examples=50, derandomize=True)


@law
@given(PACES)
def test_counted_one_by_one(pace):
    sizes, place = [], 0
    for step in STEPS:
        place += step in pace.starts[1:]
        assert pace.place(step) == place
        assert [step in span for span in pace.spans].index(True) == place
        assert sum(step in span for span in pace.spans) == 1
        sizes.append(pace.sizes[place])
        assert pace.size(step) == sizes[-1]
    seen = [0, *itertools.accumulate(sizes)][:-1]
    assert [pace.before(step) for step in STEPS] == seen
    np.testing.assert_array_equal(pace.traced_before(np.array(STEPS)), seen)


@law
@given(PACES)
def test_examples_are_found_again(pace):
    found = [(step, n) for step in STEPS for n in range(pace.size(step))]
    assert [pace.step_of(example) for example in range(len(found))] == found
    for examples in range(len(found)):
        least = next(
            step for step in itertools.count() if pace.before(step) >= examples
        )
        assert pace.steps(examples) == least


def test_far_steps_do_not_overflow():
    assert Pace((1000, 8), (0, 2)).before(2**40) == 2000 + 8 * (2**40 - 2)


@pytest.mark.parametrize(
    ("said", "sizes", "starts"),
    [
        ("sizes: saw 0, wanted a whole number", (0,), (0,)),
        ("starts: saw -1, wanted a whole number", (1, 2), (0, -1)),
        (r"starts: saw \(1,\), wanted 0, and ever larger", (1,), (1,)),
        (r"starts: saw \(0, 2, 2\), wanted 0, and", (1, 2, 3), (0, 2, 2)),
        (r"starts: saw \(\), wanted 0", (), ()),
        ("sizes: saw 1, wanted one for each of the 2 starts", (1,), (0, 2)),
    ],
)
def test_bad_numbers(said, sizes, starts):
    with pytest.raises(ValueError, match=said):
        Pace(sizes, starts)


def test_spans():
    assert Pace((4, 2), (0, 3)).spans == (Span(0, 3), Span(3, None))
    assert 2.5 not in Span(0)
