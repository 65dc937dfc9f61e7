"""The pyramid, the patches and the distance, each by its definition."""

import sys
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import convolve
from scipy.stats import norm

from jaxgan.evaluation import sliced_wasserstein as metric
from jaxgan.evaluation.sliced_wasserstein import (
    BINOMIAL,
    _distance,
    _level,
    _levels,
    _normalize,
    _places,
    enlarge,
    shrink,
)

# The package has the function by this name.
module = sys.modules[metric.__module__]
FEW = {"patches": 16, "repeats": 2, "directions": 16}


def images(seed, count=24, size=32, channels=3):
    """Noise of several scales, in [-1, 1]."""
    rng = np.random.default_rng(seed)
    coarse = rng.uniform(-0.5, 0.5, (count, size // 4, size // 4, channels))
    fine = rng.uniform(-0.5, 0.5, (count, size, size, channels))
    return (np.kron(coarse, np.ones((1, 4, 4, 1))) + fine).astype(np.float32)


def test_filters_are_two_dimensional_convolutions():
    kernel = np.outer(BINOMIAL, BINOMIAL)[None, :, :, None]
    np.testing.assert_allclose(kernel.sum(), 1.0)
    x = images(0).astype(np.float64)
    wanted = convolve(x, kernel, mode="mirror")[:, ::2, ::2]
    np.testing.assert_allclose(shrink(x), wanted, atol=1e-12)
    small = wanted
    spread = np.zeros(x.shape)
    spread[:, ::2, ::2] = small
    wanted = convolve(spread, 4.0 * kernel, mode="mirror")
    np.testing.assert_allclose(enlarge(small), wanted, atol=1e-12)


def test_constants_pass_both_filters():
    x = np.full((1, 16, 16, 1), 3.0, np.float32)
    np.testing.assert_allclose(shrink(x), 3.0, rtol=1e-6)
    np.testing.assert_allclose(enlarge(x), 3.0, rtol=1e-6)


def test_levels_rebuild_the_image():
    """At one place for each pixel the patches of a band are the band."""
    x = images(0, count=2, size=32)
    rng = np.random.default_rng(0)
    places = _places(rng, x.shape, 5)
    smaller, _ = _level(x, places, last=False)
    band = x - enlarge(smaller)
    np.testing.assert_allclose(smaller, shrink(x), rtol=1e-6)
    np.testing.assert_allclose(band + enlarge(smaller), x, atol=1e-6)


def test_patches_are_windows_of_the_band():
    x = images(3, count=3, size=16)
    places = _places(np.random.default_rng(0), x.shape, 6)
    _, seen = _level(x, places, last=True)
    windows = []
    for image in range(3):
        for patch in range(6):
            row, column = places[1][image, patch], places[2][image, patch]
            window = x[image, row : row + 7, column : column + 7]
            windows.append(window.transpose(2, 0, 1).reshape(3, 49))
    wanted = np.array(windows, np.float64)
    wanted = wanted - wanted.mean(axis=(0, 2), keepdims=True)
    wanted = wanted / wanted.std(axis=(0, 2), keepdims=True)
    np.testing.assert_allclose(seen, wanted.reshape(18, 147), atol=1e-5)


def test_places_reach_every_corner_and_no_further():
    _, rows, columns = _places(np.random.default_rng(0), (50, 16, 20, 3), 128)
    assert (rows.min(), rows.max()) == (0, 9)
    assert (columns.min(), columns.max()) == (0, 13)


def test_distance_of_shifted_sets():
    """One-dimensional W₁ of a shift is the shift: mean |d · s| over directions."""
    rng = np.random.default_rng(0)
    first = rng.standard_normal((500, 5)).astype(np.float32)
    slices = rng.standard_normal((40, 5)).astype(np.float32)
    shift = np.arange(5, dtype=np.float32)
    wanted = np.abs(slices @ shift).mean()
    second = rng.permutation(first + shift)
    np.testing.assert_allclose(_distance(first, second, slices), wanted, rtol=1e-5)


def test_distance_of_gaussians():
    """W₁ of N(0, 1) and N(0, 4) is E|x|: quantiles differ by those of N(0, 1)."""
    quantiles = norm.ppf((np.arange(20000) + 0.5) / 20000)[:, None].astype(np.float32)
    rng = np.random.default_rng(0)
    seen = _distance(
        quantiles, rng.permutation(2 * quantiles), np.ones((1, 1), np.float32)
    )
    np.testing.assert_allclose(seen, np.sqrt(2 / np.pi), rtol=1e-3)


def test_a_channel_without_variation_is_zero():
    patches = np.ones((10, 2, 49), np.float32) * np.float32(0.1)
    patches[:, 1] = np.arange(490.0).reshape(10, 49)
    _normalize(patches)
    assert np.all(patches[:, 0] == 0.0)
    np.testing.assert_allclose(patches[:, 1].std(), 1.0, rtol=1e-5)


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**31), channels=st.sampled_from([1, 3]))
def test_symmetric_zero_on_itself_and_of_no_unit(seed, channels):
    real, fake = images(0, channels=channels), 0.3 * images(1, channels=channels) ** 2
    seen = metric(real, fake, **FEW, seed=seed)
    assert list(seen.levels) == [32, 16]
    np.testing.assert_allclose(seen.mean, np.mean(list(seen.levels.values())))
    assert seen.mean > 20.0
    np.testing.assert_allclose(metric(fake, real, **FEW, seed=seed).mean, seen.mean)
    assert metric(real, real, **FEW, seed=seed).mean == 0.0
    # Which places are drawn in which image follows from the numbers themselves.
    with mock.patch.object(module, "content_order", lambda x, seed: np.arange(len(x))):
        seen = metric(real, fake, **FEW, seed=seed)
        other = metric(127.5 * (real + 1), 127.5 * (fake + 1), **FEW, seed=seed)
    np.testing.assert_allclose(other.mean, seen.mean, rtol=1e-3)


def test_levels_see_their_own_scale():
    """Grey pixel noise instead of coloured is seen in the first level, not the last."""
    rng = np.random.default_rng(0)
    coarse = np.kron(rng.uniform(-1, 1, (64, 8, 8, 3)), np.ones((1, 8, 8, 1)))
    first, second = coarse + rng.standard_normal((2, 64, 64, 64, 3))
    grey = coarse + rng.standard_normal((64, 64, 64, 1))
    options = FEW | {"patches": 64}
    same = metric(first, second, **options).levels
    other = metric(first, grey, **options).levels
    assert list(same) == list(other) == [64, 32, 16]
    assert other[64] > 1.8 * same[64]
    np.testing.assert_allclose(other[16], same[16], rtol=0.2)


def test_blocks(monkeypatch):
    import importlib

    module = importlib.import_module("jaxgan.evaluation.sliced_wasserstein")
    real, fake = images(0), images(1)
    wanted = metric(real, fake, **FEW)
    for count, directions in [(1, 5), (7, 1)]:
        monkeypatch.setattr(module, "IMAGES", count)
        monkeypatch.setattr(module, "DIRECTIONS", directions)
        np.testing.assert_allclose(
            metric(real, fake, **FEW).mean, wanted.mean, rtol=1e-4
        )


def test_pyramids_of_any_size():
    assert _levels(28, 28) == [28]
    assert _levels(256, 128) == [128, 64, 32, 16]
    for height, width, message in [
        (15, 64, "saw images of 15 × 64, wanted at least 16"),
        (34, 33, "saw images of 34 × 33, wanted multiples of 2, since there are 2 lev"),
    ]:
        with pytest.raises(ValueError, match=message):
            _levels(height, width)
    with pytest.raises(ValueError, match="fake: saw shape"):
        metric(images(0), images(0)[:5])
    with pytest.raises(ValueError, match="patches: saw 0"):
        metric(images(0), images(0), patches=0)
