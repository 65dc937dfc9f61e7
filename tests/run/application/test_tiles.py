"""Tiles cover a picture, and blending local functions changes nothing."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jaxgan.run.application import tiles


@given(st.integers(1, 40), st.integers(0, 80), st.data())
def test_tiles_cover_a_side_and_overlap(tile, more, data):
    overlap = data.draw(st.integers(0, (tile - 1) // 2))
    length = tile + more
    places = tiles.starts(length, tile, overlap)
    assert places[0] == 0
    assert places[-1] == length - tile
    for one, other in itertools.pairwise(places):
        assert 0 < other - one <= tile - overlap


@given(st.integers(1, 9), st.integers(0, 4), st.data())
def test_weights_are_positive_and_mirror_themselves(tile, overlap, data):
    weights = tiles.ramp(tile, overlap)
    assert (weights > 0).all()
    np.testing.assert_array_equal(weights, weights[::-1])
    assert weights.max() <= 1.0


@pytest.mark.parametrize("scale", [1, 2, 3])
@pytest.mark.parametrize(("tile", "overlap"), [((8, 8), 3), ((5, 7), 0), ((13, 4), 1)])
def test_what_looks_at_single_pixels_is_as_without_tiles(scale, tile, overlap):
    image = np.random.default_rng(0).uniform(-1, 1, (13, 22, 2)).astype(np.float32)

    def enlarge(x):
        return x.repeat(scale, 0).repeat(scale, 1)

    seen = []
    made = np.concatenate(
        [
            *tiles.blended(
                image,
                tile,
                overlap,
                scale,
                enlarge,
                lambda done, total: seen.append((done, total)),
            )
        ]
    )
    np.testing.assert_allclose(made, enlarge(image), atol=1e-6)
    assert [done for done, _ in seen] == list(range(1, seen[0][1] + 1))


def test_a_seam_is_blended_linearly():
    image = np.zeros((1, 14, 1), np.float32)
    numbers = iter((0.0, 1.0))
    (band,) = tiles.blended(
        image, (1, 8), 2, 1, lambda x: np.full_like(x, next(numbers))
    )
    made = band[0, :, 0]
    # Of two tiles of 8 that share pixels 6 and 7 the second counts 1/4 and 3/4 there.
    np.testing.assert_allclose(made, [0] * 6 + [0.25, 0.75] + [1] * 6, atol=1e-6)
