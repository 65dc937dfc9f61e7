"""Cosine similarity by its definition, and collapses that must be seen."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxgan.evaluation import collapse, mean_cosine_similarity


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**31), count=st.integers(2, 12), width=st.integers(1, 5))
def test_definition(seed, count, width):
    x = np.random.default_rng(seed).standard_normal((count, width)) + 0.3
    unit = x / np.linalg.norm(x, axis=1, keepdims=True)
    pairs = (unit @ unit.T)[~np.eye(count, dtype=bool)]
    seen = mean_cosine_similarity(x.reshape(count, 1, width))
    np.testing.assert_allclose(seen, pairs.mean(), rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(mean_cosine_similarity(7.0 * x[::-1]), seen, atol=1e-12)


def test_by_hand():
    assert mean_cosine_similarity(np.eye(4)) == pytest.approx(0.0, abs=1e-15)
    assert mean_cosine_similarity(np.array([[1.0, 0], [-2, 0]])) == pytest.approx(-1)
    assert mean_cosine_similarity(np.tile([[3.0, 4.0]], (3000, 1))) == pytest.approx(1)


def test_zero_vectors_are_alike():
    assert mean_cosine_similarity(np.zeros((5, 3))) == 1.0
    # Of the three pairs one is of zeros.
    x = np.array([[0.0, 0.0], [0.0, 0.0], [1.0, 0.0]])
    assert mean_cosine_similarity(x) == pytest.approx(1 / 3)


@pytest.mark.parametrize("offset", [0.0, 3.0])
def test_collapse_against_the_data(offset):
    """With an offset the data's own similarity is 0.9, above the classic 0.85."""
    rng = np.random.default_rng(0)
    real, good, noise = offset + rng.standard_normal((3, 400, 50))
    fine = collapse(good, real)
    assert not fine.collapsed
    np.testing.assert_allclose(fine.similarity, fine.real_similarity, atol=0.01)
    np.testing.assert_allclose(fine.limit, 1 - 0.15 * (1 - fine.real_similarity))
    stuck = good[:1] + 0.1 * (noise - offset)
    assert collapse(stuck, real).collapsed
    assert collapse(np.tile(good[:1], (20, 1)), real).collapsed


def test_refusals():
    x = np.ones((3, 2, 2))
    for call, message in [
        (lambda: collapse(x, x[:1]), "real: saw 1 samples, wanted at least 2"),
        (lambda: collapse(x, x[:, :1]), r"samples: saw shape \(3, 2, 2\), wanted \[N"),
        (lambda: collapse(x, x, 1.0), r"threshold: saw 1.0, wanted a number in \(0, 1"),
        (lambda: collapse(x, x * np.inf), "real: saw inf at index"),
    ]:
        with pytest.raises(ValueError, match=message):
            call()
