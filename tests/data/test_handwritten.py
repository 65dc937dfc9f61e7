import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn import datasets

from jaxgan import data
from jaxgan.data.handwritten import outlines


def cell_means(images, scale):
    count, height, width = images.shape
    cells = images.reshape(count, height // scale, scale, width // scale, scale)
    return cells.mean(axis=(2, 4), dtype=np.float64)


def test_digits():
    source = data.digits()
    assert (source.size, source.shape) == (1797, (8, 8, 1))
    assert source.classes == tuple("0123456789")
    sample = source.examples(np.arange(source.size))
    assert (sample.value.min(), sample.value.max()) == (-1.0, 1.0)
    original = datasets.load_digits()
    np.testing.assert_array_equal(sample.given, original.target)
    np.testing.assert_array_equal((sample.value[..., 0] + 1) * 8, original.images)


def test_larger_digits():
    """Cells' means are as in the small ones; grey is left to the edges."""
    source = data.digits(32)
    assert source.shape == (32, 32, 1)
    large = source.examples(np.arange(source.size))
    small = data.digits().examples(np.arange(source.size))
    np.testing.assert_array_equal(large.given, small.given)
    assert (large.value.min(), large.value.max()) == (-1.0, 1.0)
    means = cell_means(large.value[..., 0], 4)
    np.testing.assert_allclose(means, small.value[..., 0], atol=1.001 / 255)
    assert np.mean(np.abs(large.value) > 0.9) > 0.8  # 0.53 by Lanczos' filter


@settings(max_examples=20, deadline=None)
@given(
    hnp.arrays(np.float32, (2, 4, 3), elements=st.floats(0.0, 1.0, width=16)),
    st.integers(2, 5),
)
def test_outlines_cover_as_wanted(coverage, scale):
    drawn = outlines(coverage, scale, rounds=4)
    assert drawn.shape == (2, 4 * scale, 3 * scale)
    assert drawn.min() >= 0.0
    assert drawn.max() <= 1.0
    np.testing.assert_allclose(cell_means(drawn, scale), coverage, atol=1e-5)


def test_outlines_do_not_know_left_from_right_or_other_images():
    coverage = np.random.default_rng(0).uniform(size=(3, 5, 5)).astype(np.float32)
    drawn = outlines(coverage, 4)
    np.testing.assert_allclose(
        outlines(coverage[:, ::-1], 4), drawn[:, ::-1], atol=2e-3
    )
    np.testing.assert_allclose(
        outlines(coverage.swapaxes(1, 2), 4), drawn.swapaxes(1, 2), atol=2e-3
    )
    np.testing.assert_allclose(outlines(coverage[1:2], 4)[0], drawn[1], atol=2e-3)


def test_a_straight_edge_stays_straight():
    """Half covered cells between full and empty ones: ink ends in their middle."""
    coverage = np.tile(np.float32([1, 1, 0.5, 0, 0]), (1, 5, 1))
    row = outlines(coverage, 4)[0, 10]
    wanted = np.clip(0.5 - (np.arange(20) - 9.5) / 1.5, 0.0, 1.0)
    np.testing.assert_allclose(row, wanted, atol=0.1)


@pytest.mark.parametrize("size", [0, 4, 28, 8.0])
def test_refuses(size):
    with pytest.raises(data.DataError, match=f"size: saw {size}"):
        data.digits(size)
