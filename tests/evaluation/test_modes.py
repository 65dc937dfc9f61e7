"""The PacGAN protocol on samples whose coverage is known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jaxgan.evaluation import modes

CENTRES = np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 4.0], [4.0, 4.0]])


def test_by_hand():
    samples = np.array([[0, 0], [0.29, 0], [0.31, 0], [4, 0.1], [2, 2], [9, 9]])
    seen = modes.coverage(samples, CENTRES, 0.1)
    assert seen[:2] == (2, 4)
    # Three of six lie within 0.3; two of those in the first mode, one in the second.
    np.testing.assert_allclose(seen.high_quality, 3 / 6)
    wanted = 2 / 3 * np.log(2 / 3 * 4) + 1 / 3 * np.log(1 / 3 * 4)
    np.testing.assert_allclose(seen.reverse_divergence, wanted, rtol=1e-12)


def test_the_data_itself():
    """A Gaussian's norm in 2-D exceeds 3 with probability exp(-4.5) = 1.11 %."""
    rng = np.random.default_rng(0)
    samples = np.repeat(CENTRES, 5000, axis=0)
    samples = samples + 0.1 * rng.standard_normal(samples.shape)
    seen = modes.coverage(samples, CENTRES, 0.1)
    assert seen.modes == 4
    np.testing.assert_allclose(seen.high_quality, 1 - np.exp(-4.5), atol=3e-3)
    assert seen.reverse_divergence < 1e-3


def test_nothing_good():
    seen = modes.coverage(np.full((5, 2), 99.0), CENTRES, 0.1)
    assert seen == (0, 4, 0.0, float("inf"))


@given(mode=st.integers(0, 3), count=st.integers(1, 50))
def test_collapse_costs_log_modes(mode, count):
    seen = modes.coverage(np.repeat(CENTRES[mode][None], count, 0), CENTRES, 0.1)
    assert seen.modes == 1
    np.testing.assert_allclose(seen.reverse_divergence, np.log(4))


def test_wrong_shape():
    with pytest.raises(ValueError, match=r"saw shape \(5, 3\), wanted \[B, 2\]"):
        modes.coverage(np.zeros((5, 3)), CENTRES, 0.1)
