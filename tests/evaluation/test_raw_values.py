"""Values that are their own features."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxgan.evaluation.raw_values import raw_values

shapes = st.lists(st.integers(1, 4), min_size=1, max_size=3)


@given(st.integers(1, 70), shapes)
@settings(max_examples=20, deadline=None)
def test_features_are_the_numbers(count, shape):
    values = np.random.default_rng(count).normal(size=(count, *shape))
    outputs = raw_values(tuple(shape)).outputs(values)
    wanted = values.reshape(count, -1).astype(np.float32)
    np.testing.assert_array_equal(outputs.features, wanted)
    assert outputs.probabilities.shape == (count, 0)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (np.zeros((4, 3)), r"values: saw shape \[4, 3\], wanted \[B, 2\]"),
        (np.zeros((0, 2)), "saw shape"),
        (np.array([[0.0, np.nan]]), "values: saw nan"),
        (np.array([["a", "b"]]), "wanted real numbers"),
    ],
)
def test_what_is_refused(values, said):
    with pytest.raises(ValueError, match=said):
        raw_values((2,)).features(values)


def test_measures_are_named_after_it():
    assert raw_values((2,)).title("recall") == "recall (values)"
