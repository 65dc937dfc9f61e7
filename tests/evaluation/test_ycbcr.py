"""Luma and chroma against official values."""

import numpy as np
import pytest

from jaxgan.evaluation import luma, rgb_to_ycbcr, ycbcr_to_rgb


@pytest.fixture(scope="module")
def vectors(golden):
    return np.load(golden / "esrgan_imresize.npz")


@pytest.mark.parametrize("order", ["rgb", "bgr"])
def test_official_conversions(vectors, order):
    x = vectors["in/image_uint8_hwc"]
    step = 1 if order == "rgb" else -1
    name = f"out/{order}2ycbcr"
    for kind, image in (("uint8", x), ("float", np.float32(x) / np.float32(255))):
        image = image[..., ::step]
        tolerance = 0 if kind == "uint8" else 1e-6
        seen, y = rgb_to_ycbcr(image), luma(image)
        assert seen.dtype == y.dtype == image.dtype
        for mine, theirs in ((seen, f"{kind}_y0"), (y[..., 0], f"{kind}_y1")):
            wanted = vectors[f"{name}/{theirs}"]
            np.testing.assert_allclose(mine, wanted, rtol=0, atol=tolerance)
    back = ycbcr_to_rgb(vectors[f"{name}/float_y0"])[..., ::step]
    np.testing.assert_allclose(back, vectors[f"out/ycbcr2{order}/float"], atol=1e-6)


def test_there_and_back():
    colors = np.random.default_rng(0).uniform(size=(50, 3))
    np.testing.assert_allclose(ycbcr_to_rgb(rgb_to_ycbcr(colors)), colors, atol=1e-4)
    white, black = np.full((1, 3), 255, np.uint8), np.zeros((1, 3), np.uint8)
    np.testing.assert_array_equal(rgb_to_ycbcr(white), [[235, 128, 128]])
    np.testing.assert_array_equal(rgb_to_ycbcr(black), [[16, 128, 128]])
    beyond = np.array([[255, 255, 255], [0, 0, 0]], np.uint8)
    assert ycbcr_to_rgb(beyond).tolist() == [[255, 125, 255], [0, 136, 0]]


def test_bad_input():
    with pytest.raises(ValueError, match=r"images: saw shape \(4, 4, 1\), wanted"):
        rgb_to_ycbcr(np.zeros((4, 4, 1)))
    with pytest.raises(ValueError, match="wanted finite numbers"):
        luma(np.full((1, 3), np.nan))
