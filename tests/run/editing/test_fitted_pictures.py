"""Pictures of any kind are brought to a generator's size, as files are."""

import io

import numpy as np
import pytest
from PIL import Image

from jaxgan.run.application.picture_list import Item
from jaxgan.run.editing import fitted_pictures
from jaxgan.run.editing.codes import Codes
from jaxgan.run.errors import RunError
from tests.run.editing.games import linear, styles

RNG = np.random.default_rng(0)


def item(array, name="a.png", mode=None):
    file = io.BytesIO()
    Image.fromarray(array, mode).save(file, "PNG")
    return Item(name, (name,), file.getvalue)


@pytest.mark.parametrize("run", [linear, styles])
def test_a_generator_tells_what_its_pictures_are_like(run):
    assert fitted_pictures.shape_of(Codes(run())) == (8, 8, 1)


@pytest.mark.parametrize(
    ("array", "shape", "said"),
    [
        (RNG.integers(0, 256, (8, 8), np.uint8), (8, 8, 1), ""),
        (RNG.integers(0, 256, (8, 8, 3), np.uint8), (8, 8, 3), ""),
        (RNG.integers(0, 256, (16, 16), np.uint8), (8, 8, 1), "resized to 8 x 8"),
        (RNG.integers(0, 256, (8, 8), np.uint8), (8, 8, 3), "grey taken as colours"),
        (RNG.integers(0, 256, (8, 8, 3), np.uint8), (8, 8, 1), "made grey"),
        (
            RNG.integers(0, 256, (8, 12, 3), np.uint8),
            (8, 8, 3),
            "the middle 8 x 8 of 12 x 8 is taken",
        ),
        (
            RNG.integers(0, 256, (8, 8, 4), np.uint8),
            (8, 8, 3),
            "transparency is laid over white",
        ),
    ],
)
def test_files_and_pillows_images_are_fitted_alike_and_it_is_said(array, shape, said):
    told = []
    fitted = fitted_pictures.read([item(array)], shape, told.append)
    assert told == ([f"a.png: {said}"] if said else [])
    assert fitted.images.shape == (1, *shape)
    assert fitted.images.dtype == np.float32
    given = fitted_pictures.fit(Image.fromarray(array), shape)
    np.testing.assert_allclose(given, fitted.images, atol=2.5 / 255)
    if array.shape[-1] != 4 and array.ndim == 3:
        whole = fitted_pictures.fit(array, shape)
        np.testing.assert_allclose(whole, fitted.images, atol=2.5 / 255)


def test_arrays_of_the_right_size_stay_as_they_are():
    images = RNG.uniform(-1, 1, (3, 8, 8, 1)).astype(np.float32)
    np.testing.assert_array_equal(fitted_pictures.fit(images, (8, 8, 1)), images)
    one = fitted_pictures.fit([images[0], images[1]], (8, 8, 1))
    np.testing.assert_array_equal(one, images[:2])
    grey = RNG.integers(0, 256, (8, 8), np.uint8)
    np.testing.assert_allclose(
        fitted_pictures.fit(grey, (8, 8, 1))[0, ..., 0], grey / 127.5 - 1, atol=1e-6
    )


@pytest.mark.parametrize(
    ("pictures", "said"),
    [
        ([], "saw none, wanted at least one"),
        (np.zeros((8, 8, 2)), r"saw shape \[8, 8, 2\], wanted \[H, W, C\]"),
        (np.zeros(8), r"saw shape \[8\]"),
        (np.zeros((8, 8, 1), int), "saw int64, wanted uint8 or floats"),
        (np.full((8, 8, 1), 2.0), r"saw values outside \[-1, 1\]"),
        (np.full((8, 8, 1), np.nan), r"saw values outside \[-1, 1\]"),
    ],
)
def test_what_is_no_picture_is_refused(pictures, said):
    with pytest.raises(RunError, match=said):
        fitted_pictures.fit(pictures, (8, 8, 1))


def test_damaged_files_are_told_of():
    broken = Item("b.png", ("b.png",), lambda: b"\x89PNG\r\n\x1a\nbroken")
    with pytest.raises(RunError, match=r"b\.png"):
        fitted_pictures.read([broken], (8, 8, 1), print)
