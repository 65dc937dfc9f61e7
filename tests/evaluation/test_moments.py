"""Moments of a union are the sum of moments, whatever the split and the order."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxgan.evaluation import Moments
from jaxgan.evaluation import moments as module

RTOL = 1e-9


def assert_same(seen: Moments, wanted: Moments):
    """To 1e-9 of the scale of each entry."""
    assert seen.count == wanted.count
    spread = np.sqrt(np.diag(wanted.scatter / wanted.count))
    scale = np.abs(wanted.mean) + spread
    assert np.all(np.abs(seen.mean - wanted.mean) <= RTOL * scale)
    bound = RTOL * np.sqrt(np.outer(*2 * [np.diag(wanted.scatter)])) + 1e-300
    assert np.all(np.abs(seen.scatter - wanted.scatter) <= bound)


def test_against_numpy():
    x = np.random.default_rng(0).standard_normal((500, 7)) @ np.diag(
        10.0 ** np.arange(7)
    )
    seen = Moments.of(x.astype(np.float32))
    x = x.astype(np.float32).astype(np.float64)
    np.testing.assert_allclose(seen.mean, x.mean(0), rtol=1e-12, atol=1e-12)
    wanted = np.cov(x, rowvar=False)
    scale = np.sqrt(np.outer(np.diag(wanted), np.diag(wanted)))
    assert np.abs((seen.covariance - wanted) / scale).max() < 1e-13


@settings(max_examples=60, deadline=None)
@given(
    data=st.data(),
    seed=st.integers(0, 2**31),
    count=st.integers(2, 60),
    offset=st.sampled_from([0.0, 1.0, 1e3, -1e4]),
    scale=st.sampled_from([1e-2, 1.0, 1e3]),
)
def test_any_split_and_order(data, seed, count, offset, scale):
    rng = np.random.default_rng(seed)
    x = offset + scale * rng.standard_normal((count, 3))
    cuts = data.draw(st.lists(st.integers(0, count), max_size=6).map(sorted))
    pieces = np.split(x[rng.permutation(count)], cuts)
    some = [Moments.of(piece) for piece in pieces if len(piece)]
    rng.shuffle(some)
    while len(some) > 1:  # any tree of sums, not only from left to right
        i = int(rng.integers(len(some) - 1))
        some[i : i + 2] = [some[i] + some[i + 1]]
    assert_same(some[0] + Moments.empty(3), Moments.of(x))


def test_blocks(monkeypatch):
    x = 1e3 + np.random.default_rng(0).standard_normal((100, 4))
    whole = Moments.of(x)
    for block in (1, 7, 99):
        monkeypatch.setattr(module, "BLOCK", block)
        assert_same(Moments.of(x), whole)


def test_a_sum_changes_neither():
    x, y = np.random.default_rng(0).standard_normal((2, 10, 3))
    first, second = Moments.of(x), Moments.of(y)
    before = first.mean.copy(), second.scatter.copy()
    _ = first + second
    np.testing.assert_array_equal(first.mean, before[0])
    np.testing.assert_array_equal(second.scatter, before[1])
