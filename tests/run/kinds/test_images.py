"""How images are drawn, and which folders are read."""

import numpy as np
import pytest

from jaxgan.core import Sample
from jaxgan.run.errors import RunError
from jaxgan.run.kinds.images import grid, images


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_images_lie_in_a_grid(channels):
    images = np.linspace(-1, 1, 5 * 4 * 6 * channels, dtype=np.float32)
    sample = Sample(images.reshape(5, 4, 6, channels))
    picture = grid(sample)
    assert picture.shape == (2 * 4 + 2, 3 * 6 + 4, 3)
    assert picture.dtype == np.uint8
    if channels < 4:
        assert picture[0, 0].max() <= 1
        first = np.rint((sample.value[0] + 1) * 127.5)
        np.testing.assert_allclose(
            picture[:4, :6], np.broadcast_to(first, (4, 6, 3)), atol=1
        )
    assert (picture[-1, -1] == 255).all()  # the sixth place is empty
    assert grid(sample, columns=5).shape == (4, 5 * 6 + 8, 3)


def test_grid_of_videos_and_of_nonsense():
    videos = Sample(np.zeros((2, 3, 4, 4, 1)))
    assert grid(videos).shape == (2 * 4 + 2, 3 * 4 + 4, 3)
    with pytest.raises(RunError, match="N, H, W, C"):
        grid(Sample(np.zeros((2, 3))))
    with pytest.raises(RunError, match=r"saw shape \[2, 4, 4, 6\], wanted .* C = 1, 3"):
        grid(Sample(np.zeros((2, 4, 4, 6))))
    with pytest.raises(RunError, match=r"pictures: saw shape \[0, 4, 4, 3\], wanted"):
        grid(Sample(np.zeros((0, 4, 4, 1))))


def test_only_images_are_compared_with_folders(tmp_path):
    with pytest.raises(RunError, match=r"samples are \[2\]; folders are read as squ"):
        images.folder(tmp_path, (2,))


def test_a_file_is_the_picture_of_one(tmp_path):
    from PIL import Image

    sample = Sample(np.linspace(-1, 1, 12, dtype=np.float32).reshape(1, 3, 4, 1))
    images.write(tmp_path / "new" / "0.png", sample)
    with Image.open(tmp_path / "new" / "0.png") as file:
        np.testing.assert_array_equal(np.asarray(file), images.picture(sample))
