"""What comes back is like what was given."""

import numpy as np
import pytest
from PIL import Image

from jaxgan.run.application.picture_function import PictureFunction
from jaxgan.run.errors import RunError
from tests.run.application.test_gallery import drawn, enlarged, negatives

negative = PictureFunction(*negatives())


def test_bytes_give_bytes_and_floats_floats():
    pixels = drawn(3, 4, 3)
    np.testing.assert_array_equal(negative(pixels), 255 - enlarged(pixels))
    floats = pixels / 127.5 - 1.0
    made = negative(floats)
    assert made.dtype == np.float32
    np.testing.assert_allclose(made, -enlarged(floats), atol=1e-6)


def test_several_at_once():
    pixels = drawn(2, 3, 4, 3)
    np.testing.assert_array_equal(
        negative(pixels), 255 - np.stack([*map(enlarged, pixels)])
    )


@pytest.mark.parametrize(("shape", "channels"), [((3, 4), 3), ((3, 4, 1), 3)])
def test_grey_becomes_colour(shape, channels):
    pixels = drawn(*shape)
    made = negative(pixels)
    assert made.shape == (6, 8, channels)
    np.testing.assert_array_equal(made[..., 0], 255 - enlarged(pixels.reshape(3, 4)))


def test_images_give_images():
    pixels = drawn(3, 4, 3)
    made = negative(Image.fromarray(pixels))
    assert isinstance(made, Image.Image)
    np.testing.assert_array_equal(np.asarray(made), 255 - enlarged(pixels))


@pytest.mark.parametrize(
    ("pictures", "told"),
    [
        (np.zeros(3, np.uint8), "shape"),
        (np.zeros((0, 2, 2, 3), np.uint8), "none"),
        (np.zeros((2, 2, 3), int), "int64"),
        (np.zeros((2, 2, 5), np.uint8), "5 channels"),
        (np.full((2, 2, 3), 2.0), "outside"),
    ],
)
def test_what_is_no_picture_is_refused(pictures, told):
    with pytest.raises(RunError, match=told):
        negative(pictures)
