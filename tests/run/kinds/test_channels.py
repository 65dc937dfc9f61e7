"""Maps of no colours are drawn channel by channel."""

import numpy as np
import pytest

from jaxgan.core import Sample
from jaxgan.run.errors import RunError
from jaxgan.run.kinds.channels import channels, images, of_channels


def test_channels_lie_in_a_square():
    value = np.zeros((2, 2, 3, 4), np.float32)
    value[1, ..., 1] = 3.0
    value[1, ..., 2] = -9.0
    picture = channels.picture(Sample(value))
    gap = 2
    assert picture.shape == (4, 2 * 6 + gap, 3)
    first, second = picture[:, :6], picture[:, 6 + gap :]
    assert set(np.unique(first)) == {128}
    assert (second[:2, :3] == 128).all()
    assert (second[:2, 3:] == 255).all()
    assert (second[2:, :3] == 0).all()
    assert (second[2:, 3:] == 128).all()


def test_what_is_left_of_the_square_is_white():
    picture = channels.picture(Sample(np.zeros((1, 2, 2, 3), np.float32)))
    assert (picture[2:, 2:] == 255).all()
    assert (picture[:2] == 128).all()


def test_which_values_are_images():
    assert of_channels(1) is images
    assert of_channels(3) is images
    assert of_channels(4) is channels


@pytest.mark.parametrize("shape", [(2, 3, 4), (0, 2, 2, 4)])
def test_what_is_no_stack_of_maps(shape):
    with pytest.raises(RunError, match=r"latents: saw shape .*, wanted"):
        channels.picture(Sample(np.zeros(shape)))
