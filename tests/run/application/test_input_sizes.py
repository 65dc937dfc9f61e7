"""Sizes that a generator takes are found from what it refuses."""

import pytest

from jaxgan.run.application import input_sizes
from jaxgan.run.errors import RunError


def generator(multiple, scale, channels=3, made=3, least=1):
    def shapes(height, width, count):
        if count != channels or height % multiple or width % multiple:
            return None
        if min(height, width) < least:
            return None
        return height * scale, width * scale, made

    return shapes


@pytest.mark.parametrize("multiple", [1, 2, 4, 32, 256])
@pytest.mark.parametrize("scale", [1, 2, 4])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_what_a_generator_takes_is_found(multiple, scale, channels):
    found = input_sizes.find(generator(multiple, scale, channels, 2))
    assert found == (channels, 2, multiple, scale, 1)
    assert found.scale == scale


def test_a_generator_that_rounds_sizes_up_needs_multiples():
    def shapes(height, width, channels):
        if channels != 3:
            return None
        return -(-height // 4) * 4, -(-width // 4) * 4, 3

    assert input_sizes.find(shapes).multiple == 4


def test_a_generator_may_make_pictures_smaller():
    def shapes(height, width, channels):
        fits = channels == 1 and height % 2 == 0 and width % 2 == 0
        return (height // 2, width // 2, 1) if fits else None

    found = input_sizes.find(shapes)
    assert (found.numerator, found.denominator, found.scale) == (1, 2, None)
    assert (found.made_of(7), found.made_of(1)) == (3, 1)


@pytest.mark.parametrize(("length", "side"), [(1, 12), (11, 12), (12, 12), (13, 16)])
def test_small_pictures_get_the_least_size_that_is_taken(length, side):
    shapes = generator(4, 1, least=10)
    sizes = input_sizes.find(shapes)
    assert input_sizes.fitting(shapes, sizes, length, 64) == side


def test_what_takes_no_pictures_is_refused():
    with pytest.raises(RunError, match="cannot be applied"):
        input_sizes.find(lambda *_: None)
    with pytest.raises(RunError, match="cannot be applied"):
        input_sizes.find(lambda *_: (10,))
