"""Classes counted, and the divergence of their distribution."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import entropy

from jaxgan.evaluation import class_coverage, class_histogram


def test_by_hand():
    np.testing.assert_array_equal(class_histogram([0, 2, 2, 3], 5), [1, 0, 2, 1, 0])
    seen = class_coverage([0, 2, 2, 3], 5)
    assert seen[:2] == (3, 5)
    # log 5 - entropy of (1/4, 1/2, 1/4)
    np.testing.assert_allclose(seen.reverse_divergence, np.log(5) - 1.5 * np.log(2))


def test_against_the_data():
    data = [0, 0, 0, 1]
    seen = class_coverage([0, 1], 3, data)
    wanted = 0.5 * np.log(0.5 / 0.75) + 0.5 * np.log(0.5 / 0.25)
    np.testing.assert_allclose(seen.reverse_divergence, wanted)
    assert class_coverage(data, 3, data).reverse_divergence == 0.0
    assert class_coverage([2], 3, data) == (1, 3, float("inf"))


@given(st.data(), st.integers(1, 12))
def test_as_scipy(data, classes):
    labels = st.lists(st.integers(0, classes - 1), min_size=1, max_size=60)
    seen_labels, data_labels = data.draw(labels), data.draw(labels)
    p, q = (np.bincount(x, minlength=classes) for x in (seen_labels, data_labels))
    seen = class_coverage(seen_labels[::-1], classes, data_labels)
    np.testing.assert_allclose(seen.reverse_divergence, entropy(p, q), atol=1e-12)
    assert seen.modes == len(set(seen_labels))


def test_a_thousand_modes():
    """26,000 draws of uniform classes: KL is about 999 / (2 × 26,000)."""
    labels = np.random.default_rng(0).integers(1000, size=26_000)
    seen = class_coverage(labels, 1000)
    assert seen.modes == 1000
    np.testing.assert_allclose(seen.reverse_divergence, 999 / 52_000, rtol=0.15)


def test_refusals():
    for labels, message in [
        ([0, 5], r"labels: saw numbers from 0 to 5, wanted them in \[0, 5\)"),
        ([-1], "labels: saw numbers from -1 to -1"),
        ([0.0], r"labels: saw shape \(1,\) of float64, wanted integers \[N\]"),
        (np.zeros(0, int), r"labels: saw shape \(0,\)"),
        ([[0]], r"labels: saw shape \(1, 1\)"),
    ]:
        with pytest.raises(ValueError, match=message):
            class_coverage(labels, 5)
    with pytest.raises(ValueError, match="classes: saw 0"):
        class_coverage([0], 0)
