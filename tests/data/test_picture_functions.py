import numpy as np
import pytest
import scipy.io
import scipy.ndimage

from jaxgan import data
from tests.data.drawn import picture


def test_edges_are_those_of_sobel():
    pixels = picture(0, 9, 7)
    luminance = data.gray(pixels)[..., 0].astype(float)
    across, down = (
        scipy.ndimage.sobel(luminance, axis=axis, mode="nearest") for axis in (1, 0)
    )
    wanted = 255 - np.floor(np.minimum(np.hypot(across, down) / 4, 255))
    seen = data.edges(pixels)
    assert seen.dtype == np.uint8
    np.testing.assert_array_equal(seen[..., 0], wanted)


def test_gray_is_the_luminance():
    """ITU-R 601: 0.299, 0.587, 0.114."""
    pixels = picture(1, 5, 4)
    wanted = pixels.astype(float) @ [0.299, 0.587, 0.114]
    np.testing.assert_allclose(data.gray(pixels)[..., 0], wanted, atol=0.51)


@pytest.mark.parametrize("factor", [2, 3])
def test_low_resolution_averages(factor):
    pixels = picture(2, 4 * factor + 1, 5 * factor)
    seen = data.low_resolution(factor)(pixels)
    assert seen.shape == (4, 5, 3)
    blocks = pixels[: 4 * factor].reshape(4, factor, 5, factor, 3).astype(float)
    np.testing.assert_allclose(seen, blocks.mean((1, 3)), atol=0.5)
    with pytest.raises(data.DataError, match="factor: saw 1"):
        data.low_resolution(1)


def test_boundaries_are_shares_of_annotators(tmp_path):
    drawn = np.zeros((4, 2, 3), bool)
    drawn[:1, 0, 0] = drawn[:, 1, 2] = True
    cells = np.empty((1, 4), object)
    for place, one in enumerate(drawn):
        cells[0, place] = {"Segmentation": one.astype(np.uint16), "Boundaries": one}
    scipy.io.savemat(tmp_path / "a.mat", {"groundTruth": cells})
    seen = data.boundaries((tmp_path / "a.mat").read_bytes())
    np.testing.assert_array_equal(seen, [[191, 255, 255], [255, 255, 0]])
    scipy.io.savemat(tmp_path / "b.mat", {"other": 1})
    with pytest.raises(data.DataError, match="no groundTruth"):
        data.boundaries((tmp_path / "b.mat").read_bytes())


def test_boundaries_of_a_published_set(shared_data):
    source = data.pairs(
        shared_data / "bsds500-train-val.zip",
        size=64,
        sides=("groundTruth", "images"),
        channels=(1, 3),
        split="val",
        load_size=72,
        read={".mat": data.boundaries},
    )
    assert (source.size, source.shape) == (100, (64, 64, 3))
