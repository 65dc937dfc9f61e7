"""Neighbours and near-duplicates by exhaustive search, and planted copies."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxgan.evaluation import near_duplicate_share, nearest_neighbours


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**31),
    sizes=st.tuples(*2 * (st.integers(4, 20),)),
    k=st.integers(1, 4),
    tile=st.sampled_from([1, 3, 64]),
)
def test_exhaustive_search_at_any_tile(seed, sizes, k, tile):
    rng = np.random.default_rng(seed)
    samples, training = (rng.standard_normal((n, 2, 2, 1)) for n in sizes)
    differences = samples[:, None] - training[None]
    wanted = np.sqrt(np.sum(differences**2, axis=(2, 3, 4)))
    order = np.argsort(wanted, axis=1)[:, :k]
    seen = nearest_neighbours(samples, training, k, tile)
    np.testing.assert_array_equal(seen.indices, order)
    np.testing.assert_allclose(
        seen.distances, np.take_along_axis(wanted, order, 1), rtol=1e-14
    )


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_copies_are_found_at_distance_zero(dtype):
    rng = np.random.default_rng(0)
    training = rng.integers(0, 256, (50, 4, 4, 3)).astype(dtype)
    training[31] = training[7]  # of two copies the first wins
    copied = [7, 49, 0, 31]
    seen = nearest_neighbours(training[copied], training, tile=16)
    np.testing.assert_array_equal(seen.indices[:, 0], [7, 49, 0, 7])
    np.testing.assert_array_equal(seen.distances, 0.0)
    both = nearest_neighbours(training[[31]], training, 2, tile=16)
    np.testing.assert_array_equal(both.indices, [[7, 31]])


def test_bytes_do_not_wrap():
    seen = nearest_neighbours(
        np.zeros((1, 1), np.uint8), np.full((1, 1), 255, np.uint8)
    )
    assert seen.distances.item() == 255.0


def test_near_duplicates_by_hand():
    """The real gap is 1, so 0.4 is near and 0.6 is not."""
    real = np.arange(10.0)[:, None]
    samples = np.array([0.0, 0.4, 5.0, 5.6, 9.0])[:, None]
    assert near_duplicate_share(samples, real) == 2 / 5
    assert near_duplicate_share(samples, real, ratio=0.7) == 4 / 5
    assert near_duplicate_share(samples, real, ratio=0.3) == 0.0


def test_collapse_and_the_data_itself():
    rng = np.random.default_rng(0)
    real, fresh = rng.standard_normal((2, 300, 20))
    assert near_duplicate_share(fresh, real) < 0.02
    few = fresh[rng.integers(10, size=300)]
    assert (
        near_duplicate_share(few + 1e-3 * rng.standard_normal(few.shape), real) > 0.99
    )
    # Real examples in pairs have no gap: then only copies count.
    assert near_duplicate_share(few, np.repeat(real, 2, axis=0)) > 0.99
    assert near_duplicate_share(fresh, np.repeat(real, 2, axis=0)) == 0.0


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**31), tile=st.integers(1, 40), scale=st.floats(0.01, 100))
def test_share_has_no_order_tile_or_unit(seed, tile, scale):
    rng = np.random.default_rng(seed)
    real, samples = rng.standard_normal((2, 30, 2))
    wanted = near_duplicate_share(samples, real)
    seen = near_duplicate_share(
        scale * rng.permutation(samples), scale * real, tile=tile
    )
    assert seen == wanted


def test_refusals():
    x = np.zeros((3, 4))
    for call, message in [
        (
            lambda: nearest_neighbours(x, np.zeros((3, 5))),
            "training: saw 5 numbers per",
        ),
        (
            lambda: nearest_neighbours(x, x, 4),
            "training: saw 3 samples, wanted at leas",
        ),
        (
            lambda: nearest_neighbours(x[0], x),
            r"samples: saw shape \(4,\), wanted \[N,",
        ),
        (lambda: near_duplicate_share(x, x[:, :2]), "real: saw 2 numbers per example"),
        (
            lambda: near_duplicate_share(x[:1], x),
            "samples: saw 1 samples, wanted at le",
        ),
        (lambda: near_duplicate_share(x, x, 0.0), "ratio: saw 0.0, wanted a positive"),
    ]:
        with pytest.raises(ValueError, match=message):
            call()
