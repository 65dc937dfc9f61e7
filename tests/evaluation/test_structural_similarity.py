"""SSIM, MS-SSIM and PSNR by definition, against scikit-image, and their laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import fftconvolve

from jaxgan.evaluation import mean_pair_similarity, ms_ssim, psnr, ssim
from jaxgan.evaluation.content_order import content_order


def images(seed, count=2, size=32, channels=3):
    rng = np.random.default_rng(seed)
    ramp = np.linspace(-0.5, 0.5, size)[None, :, None, None]
    noise = rng.uniform(-0.5, 0.5, (count, size, size, channels))
    return (ramp + noise).astype(np.float32)


def pair(**options):
    first = images(0, **options)
    return first, np.clip(first + 0.2 * images(1, **options), -1.0, 1.0)


def scales_by_definition(first, second):
    """MS-SSIM of [B, H, W, C] in [0, 255], by two-dimensional windows of any size."""
    product = 1.0
    for scale, weight in enumerate([0.0448, 0.2856, 0.3001, 0.2363, 0.1333]):
        size = min(11, *first.shape[1:3])
        grid = np.mgrid[:size, :size] - (size - 1) / 2
        window = np.exp(-np.sum(grid**2, axis=0) / (2 * (1.5 * size / 11) ** 2))
        window = (window / window.sum())[None, :, :, None]

        def blur(x, window=window):
            return fftconvolve(x, window, mode="valid")

        a, b = blur(first), blur(second)
        cross = blur(first * second) - a * b
        own = blur(first**2) - a**2 + blur(second**2) - b**2
        factor = (2 * cross + 7.65**2) / (own + 7.65**2)
        if scale == 4:
            factor = factor * (2 * a * b + 2.55**2) / (a**2 + b**2 + 2.55**2)
        product = product * np.maximum(factor.mean(axis=(1, 2, 3)), 0) ** weight
        half = first.shape[1] // 2, first.shape[2] // 2
        first, second = (
            x.reshape(len(x), half[0], 2, half[1], 2, -1).mean(axis=(2, 4))
            if scale < 4
            else x
            for x in (first, second)
        )
    return product


@pytest.mark.parametrize("size", [16, 32, 176])
def test_scales_by_definition(size):
    """176 pixels are the fewest whose last scale holds a whole window."""
    first, second = pair(size=size)
    wanted = scales_by_definition(
        *(127.5 * (x.astype(float) + 1) for x in pair(size=size))
    )
    np.testing.assert_allclose(ms_ssim(first, second), wanted, rtol=1e-9)
    assert np.all(wanted < 0.999)


@pytest.mark.parametrize("channels", [1, 3])
def test_as_scikit_image(channels):
    metrics = pytest.importorskip("skimage.metrics")
    first, second = pair(size=48, channels=channels)
    for i in range(2):
        unit = [(x[i].astype(np.float64) + 1) / 2 for x in (first, second)]
        wanted = metrics.structural_similarity(
            *unit,
            gaussian_weights=True,
            sigma=1.5,
            use_sample_covariance=False,
            data_range=1.0,
            channel_axis=-1,
        )
        np.testing.assert_allclose(ssim(first, second)[i], wanted, rtol=1e-10)
        wanted = metrics.peak_signal_noise_ratio(*unit, data_range=1.0)
        np.testing.assert_allclose(psnr(first, second)[i], wanted, rtol=1e-10)


@pytest.mark.parametrize("measure", [ssim, ms_ssim, psnr])
def test_units_do_not_matter(measure):
    first, second = (np.round(127.5 * (x.astype(float) + 1)) for x in pair())
    wanted = measure(first, second, (0, 255))
    as_bytes = measure(first.astype(np.uint8), second.astype(np.uint8), (0, 255))
    np.testing.assert_array_equal(as_bytes, wanted)
    around_zero = measure(first / 127.5 - 1, second / 127.5 - 1)
    np.testing.assert_allclose(around_zero, wanted, rtol=1e-9)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**31), channels=st.integers(1, 4))
def test_symmetric_at_most_one_and_one_if_equal(seed, channels):
    first = images(seed, size=16, channels=channels)
    second = images(seed + 1, size=16, channels=channels)
    for measure in (ssim, ms_ssim):
        seen = measure(first, second)
        np.testing.assert_allclose(measure(second, first), seen, rtol=1e-9, atol=1e-12)
        assert np.all(seen < 1.0)
        np.testing.assert_allclose(measure(first, first), 1.0, rtol=1e-12)


def test_psnr_by_hand():
    first = np.zeros((2, 4, 4, 1))
    second = first + np.array([0.2, 0.0])[:, None, None, None]
    np.testing.assert_allclose(psnr(first, second), (20.0, np.inf))


def test_constant_images():
    """Without contrast SSIM is the luminance: (2ab + C₁) / (a² + b² + C₁)."""
    a, b = 0.3, 0.8
    seen = ssim(np.full((1, 16, 16, 1), a), np.full((1, 16, 16, 1), b), (0, 1))
    wanted = (2 * a * b + 1e-4) / (a**2 + b**2 + 1e-4)
    np.testing.assert_allclose(seen, wanted, rtol=1e-9)


def test_blocks():
    first, second = pair(count=67, size=16)
    for measure in (ssim, ms_ssim):
        seen = measure(first, second)
        alone = [
            measure(first[i : i + 1], second[i : i + 1])[0] for i in (0, 63, 64, 66)
        ]
        np.testing.assert_allclose(seen[[0, 63, 64, 66]], alone, rtol=1e-12)


def test_pairs_of_a_set():
    x = images(0, count=7, size=16)
    assert mean_pair_similarity(np.repeat(x[:1], 6, axis=0)) == pytest.approx(1.0)
    order = content_order(x, 5)
    wanted = ms_ssim(x[order[:3]], x[order[3:6]]).mean()
    np.testing.assert_allclose(mean_pair_similarity(x, seed=5), wanted)
    with pytest.raises(ValueError, match="images: saw 1 samples, wanted at least 2"):
        mean_pair_similarity(x[:1])


def test_sizes_that_do_not_fit():
    with pytest.raises(ValueError, match="wanted height and width in multiples of 16"):
        ms_ssim(images(0, size=28), images(0, size=28))
    with pytest.raises(ValueError, match="wanted at least 11 × 11"):
        ssim(images(0, size=8), images(0, size=8))


@pytest.mark.parametrize("channels", ["rgb", "y"])
@pytest.mark.parametrize("crop", [0, 4])
def test_official_protocols(golden, crop, channels):
    """BasicSR reads the bytes as B, G, R in numpy, as R, G, B in PyTorch."""
    vectors = np.load(golden / "esrgan_metrics.npz")
    pair = [vectors[f"in/img{i}_uint8"][None] for i in (1, 2)]
    case = f"crop{crop}_{channels}"
    for suffix, order in (("", -1), ("_pt", 1)):
        first, second = (images[..., ::order] for images in pair)
        for measure, tolerance in ((psnr, 1e-4), (ssim, 1e-6)):
            wanted = vectors[f"out/{measure.__name__}{suffix}/{case}"]
            options = {"crop": crop, "luma": channels == "y"}
            seen = measure(first, second, (0, 255), **options)
            np.testing.assert_allclose(seen[0], np.squeeze(wanted), atol=tolerance)
            floats = measure(
                first / 127.5 - 1.001, second / 127.5 - 1.0, rounded=True, **options
            )
            np.testing.assert_allclose(floats, seen, rtol=1e-9)


def test_bytes_of_what_is_out_of_bounds():
    """A network's values are clipped and rounded as a file would hold them."""
    first, second = pair(count=1)
    network = 1.2 * first
    wanted = np.clip(np.round(127.5 * (network.astype(float) + 1)), 0, 255)
    target = np.round(127.5 * (second.astype(float) + 1))
    for measure in (psnr, ssim):
        seen = measure(network, second, rounded=True)
        np.testing.assert_allclose(seen, measure(wanted, target, (0, 255)), rtol=1e-9)
        assert not np.allclose(seen, measure(np.clip(network, -1, 1), second), 1e-9)
    with pytest.raises(ValueError, match="first: saw values from"):
        psnr(3.0 * first, second)


def test_protocols_that_do_not_fit():
    with pytest.raises(ValueError, match="at least 11 × 11 after a crop of 3 per side"):
        ssim(images(0, size=16), images(0, size=16), crop=3)
    with pytest.raises(ValueError, match="at least 1 × 1 after a crop of 8 per side"):
        psnr(images(0, size=16), images(0, size=16), crop=8)
    with pytest.raises(ValueError, match="crop: saw -1, wanted an integer"):
        psnr(images(0, size=16), images(0, size=16), crop=-1)
    gray = images(0, size=16, channels=1)
    with pytest.raises(ValueError, match="wanted \\[B, H, W, 3\\] for luma=True"):
        psnr(gray, gray, luma=True)
