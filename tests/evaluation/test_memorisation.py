"""Neighbours and near-duplicates by exhaustive search, and planted copies."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxgan.evaluation import near_duplicate_share, nearest_neighbours
from jaxgan.evaluation.memorisation import copied_share, nearest_in_blocks


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


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 2**31),
    cuts=st.lists(st.integers(1, 19), max_size=4),
    tile=st.sampled_from([1, 3, 64]),
)
def test_blocks_are_searched_as_the_whole(seed, cuts, tile):
    """Wherever training examples are cut, and without the one that a sample is."""
    rng = np.random.default_rng(seed)
    training = rng.integers(0, 3, (20, 3))  # many at the same distance
    samples = np.concatenate([rng.standard_normal((5, 3)), training[:4]])
    own = np.array([-1] * 5 + [0, 1, 2, 3])
    blocks = [b for b in np.split(training, sorted(cuts)) if len(b)]
    seen = nearest_in_blocks(samples, blocks, own, tile)
    for number, (sample, place) in enumerate(zip(samples, own)):
        distances = np.linalg.norm(training - sample, axis=1)
        if place >= 0:
            distances[place] = np.inf
        assert seen.distances[number, 0] == pytest.approx(distances.min(), rel=1e-14)
        found = distances[seen.indices[number, 0]]
        assert found == pytest.approx(distances.min(), rel=1e-14)


def test_no_more_than_a_block_is_held():
    """Blocks are asked for one after the other, and only once."""
    held = []

    def blocks():
        for number in range(50):
            held.append(number)
            yield np.full((2, 1), float(number))

    seen = nearest_in_blocks(np.array([[7.2], [49.0]]), blocks())
    assert held == list(range(50))
    np.testing.assert_array_equal(seen.indices[:, 0], [14, 98])
    np.testing.assert_allclose(seen.distances[:, 0], [0.2, 0.0])


def test_copies_against_what_fresh_data_do():
    rng = np.random.default_rng(0)
    training, fresh, samples = rng.standard_normal((3, 1000, 4))

    def share(samples):
        distances = (
            nearest_neighbours(x, training).distances for x in (samples, fresh)
        )
        return copied_share(*(d[:, 0] for d in distances)).share

    assert share(samples) < 0.03  # as many as were said to be rare
    copied = np.concatenate([samples[:600], training[:400] + 1e-3])
    assert share(copied) == pytest.approx(0.4, abs=0.03)
    assert share(training) == 1.0


def test_copied_share_by_hand():
    fresh = np.arange(1.0, 101.0)
    found = copied_share(np.array([0.0, 5.0, 5.1, 7.0]), fresh, 0.05)
    assert found == (0.5, 5.0)
    # Where copies are among the fresh themselves, exact ones still count.
    assert copied_share(np.array([0.0, 0.1]), np.zeros(9)) == (0.5, 0.0)


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
        (lambda: nearest_in_blocks(x, [x, x[:, :2]]), "blocks: saw 2 numbers per"),
        (lambda: nearest_in_blocks(x, []), "blocks: saw 0 examples, wanted another"),
        (lambda: nearest_in_blocks(x[:1], [x[:1]], [0]), "blocks: saw 1 examples"),
        (lambda: nearest_in_blocks(x, [x], [0.0] * 3), "identities: saw float64"),
        (lambda: copied_share([1.0], []), "fresh: saw shape"),
        (lambda: copied_share([-1.0], [1.0]), "distances: saw shape"),
        (lambda: copied_share([1.0], [1.0], 1.0), "rare: saw 1.0"),
    ]:
        with pytest.raises(ValueError, match=message):
            call()
