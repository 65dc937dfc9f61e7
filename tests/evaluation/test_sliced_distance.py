"""The sliced Wasserstein distance of features, by what it must be."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import gamma

from jaxgan.evaluation.sliced_distance import sliced_distance


def cloud(seed, count=50, width=3):
    return np.random.default_rng(seed).normal(size=(count, width))


@given(st.integers(0, 1000), st.integers(2, 6))
@settings(max_examples=5, deadline=None)
def test_a_shift(seed, width):
    """|u · shift| in every direction u: of many, the mean over the sphere."""
    points, shift = cloud(seed, 3, width), np.zeros(width)
    shift[0] = 3.0
    found = sliced_distance(points, points + shift, directions=2000, seed=seed)
    # E|u₁| = Γ(d/2) / (√π Γ((d+1)/2)).
    mean = gamma(width / 2) / (np.sqrt(np.pi) * gamma((width + 1) / 2))
    assert found == pytest.approx(3.0 * mean, rel=0.08)


@given(st.integers(0, 1000), st.floats(0.1, 10.0))
@settings(max_examples=20, deadline=None)
def test_laws(seed, scale):
    one, other = cloud(seed), cloud(seed + 1, count=70)
    found = sliced_distance(one, other)
    assert sliced_distance(other, one) == pytest.approx(found)
    assert sliced_distance(one, one[::-1]) == pytest.approx(0.0, abs=1e-12)
    assert sliced_distance(scale * one, scale * other) == pytest.approx(scale * found)
    # Examples that are there twice change nothing.
    assert sliced_distance(one, np.tile(other, (2, 1))) == pytest.approx(found)


def test_in_one_dimension_it_is_the_sorted_difference():
    one, other = cloud(0, width=1), cloud(1, width=1)
    wanted = np.abs(np.sort(one, axis=0) - np.sort(other, axis=0)).mean()
    assert sliced_distance(one, other, directions=3) == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("fake", "options", "said"),
    [
        (np.zeros((5, 2)), {}, "fake: saw shape"),
        (np.full((5, 3), np.inf), {}, "fake: saw inf"),
        (np.zeros((5, 3)), {"directions": 0}, "directions: saw 0"),
    ],
)
def test_what_is_refused(fake, options, said):
    with pytest.raises(ValueError, match=said):
        sliced_distance(cloud(0), fake, **options)
