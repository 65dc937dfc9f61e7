"""Weights are finite floats, or refused by their name."""

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from jaxgan.weights import torch_layout

FLOATS = [np.float16, np.float32, np.float64, jnp.bfloat16]


@pytest.mark.parametrize("kind", FLOATS)
def test_floats_are_taken(kind):
    given = np.arange(6).reshape(2, 3).astype(kind)
    taken = torch_layout.arrays({"a.w": given, "a.skip": np.arange(2)}, ["skip"])
    assert list(taken) == ["a.w"]
    assert taken["a.w"].dtype == np.float32
    np.testing.assert_array_equal(taken["a.w"], given.astype(np.float32))


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (np.arange(3), "of the type int64, wanted floats"),
        (np.ones(3, np.uint8), "of the type uint8, wanted floats"),
        (np.ones(3, bool), "of the type bool, wanted floats"),
        (np.ones(3, np.complex64), "of the type complex64, wanted floats"),
        (np.array(["x"]), "of the type <U1, wanted floats"),
        (np.array([1, np.nan, np.inf]), r"saw infinity \(2 of 3\)"),
        (np.array([1, np.nan], np.float16), r"saw NaN \(1 of 2\), wanted finite"),
        (np.array([1, np.nan], jnp.bfloat16), r"saw NaN \(1 of 2\)"),
        (np.array([-np.inf], np.float32), r"saw infinity \(1 of 1\)"),
        (np.array([1e300, 1.0]), r"numbers that float32 does not have \(1 of 2\)"),
    ],
)
def test_others_are_named(value, said):
    for place in (torch_layout.array, torch_layout.kernel):
        with pytest.raises(ValueError, match=rf"^b8\.w: .*{said}"):
            place(value, "b8.w")
    with pytest.raises(ValueError, match=rf"^b8\.w: .*{said}"):
        torch_layout.arrays({"b8.v": np.ones(2), "b8.w": value})


@given(hnp.arrays(np.float32, (2, 3), elements=st.floats(width=32)))
def test_what_is_taken_is_finite_and_the_same(values):
    if np.isfinite(values).all():
        np.testing.assert_array_equal(torch_layout.array(values), values)
    else:
        with pytest.raises(ValueError, match="wanted finite numbers"):
            torch_layout.array(values)
