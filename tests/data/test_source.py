import subprocess
import sys

import numpy as np
import pytest

from jaxgan import data

GREY = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3, 1)


def test_bytes_become_minus_one_to_one():
    values = np.array([0, 51, 255], np.uint8).reshape(3, 1, 1, 1)
    sample = data.arrays(values).examples(np.arange(3))
    assert sample.value.dtype == np.float32
    np.testing.assert_allclose(sample.value.ravel(), [-1.0, -0.6, 1.0], atol=1e-7)
    assert sample.given == ()


def test_floats_pass_through_as_float32():
    values = np.array([[0.25, -3.0]])
    sample = data.arrays(values).examples(np.array([0, 0]))
    assert sample.value.dtype == np.float32
    np.testing.assert_array_equal(sample.value, [[0.25, -3.0]] * 2)


def test_labels_and_names():
    source = data.arrays(GREY, [1, 0], ["cat", "dog"])
    assert (source.size, source.shape, source.classes) == (2, (3, 3, 1), ("cat", "dog"))
    given = source.examples(np.array([0, 1, 0])).given
    assert given.dtype == np.int32
    np.testing.assert_array_equal(given, [1, 0, 1])
    assert data.arrays(GREY, [2, 0]).classes == ("0", "1", "2")


def test_without_labels():
    source = data.without_labels(data.arrays(GREY, [1, 0]))
    assert (source.size, source.shape, source.classes) == (2, (3, 3, 1), ())
    assert source.examples(np.array([1])).given == ()


def test_subset_keeps_order_and_names():
    source = data.subset(data.arrays(GREY, [1, 0]), [1, 1, 0])
    assert (source.size, source.shape, source.classes) == (3, (3, 3, 1), ("0", "1"))
    np.testing.assert_array_equal(source.examples(np.arange(3)).given, [0, 0, 1])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.zeros(3),), r"values: saw shape \(3,\), wanted \[n > 0"),
        ((np.zeros((0, 2)),), r"values: saw shape \(0, 2\)"),
        ((np.zeros((2, 0)),), r"values: saw shape \(2, 0\)"),
        ((np.zeros((1, 2), int),), "values: saw int64, wanted uint8 or floats"),
        ((np.array([[np.nan]]),), "values: saw NaN"),
        ((GREY, [0]), r"labels: saw int64\[1\], wanted integers \[2\]"),
        ((GREY, [0.0, 1.0]), r"labels: saw float64\[2\]"),
        ((GREY, [0, 2], ["a", "b"]), "labels: saw 0 to 2, wanted 0 to 1"),
        ((GREY, [-1, 0]), "labels: saw -1 to 0"),
        ((GREY, None, ["a"]), "labels: saw None with 1 classes"),
    ],
)
def test_arrays_refuses(arguments, message):
    with pytest.raises(data.DataError, match=message):
        data.arrays(*arguments)


IMAGE = np.zeros((2, 8, 8, 3), np.float32)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (IMAGE + 255.0, r"saw 255 to 255, .* give values / 127.5 - 1, or uint8; or "),
        (IMAGE - 2.0, r"saw -2 to -2, wanted images in \[-1, 1\]: give others; or "),
        (IMAGE + 1.02, r"saw 1.02 to 1.02, wanted images in \[-1, 1\]: give others"),
        (IMAGE[..., :1] + 7.0, r"values / 127.5 - 1, or uint8; or images=False"),
        (np.moveaxis(IMAGE, -1, 1), r"channels first, .* numpy.moveaxis\(values, -3"),
        (np.zeros((2, 1, 8, 8), np.uint8), r"saw shape \[2, 1, 8, 8\], channels first"),
        (np.zeros((2, 5, 3, 8, 8), np.uint8), "channels first"),
        (np.zeros((2, 8, 8), np.uint8), r"of grey ones give values\[..., None\]"),
        (np.zeros((2, 2), np.uint8), r"saw uint8 of shape \[2, 2\], .* floats of what"),
        (np.zeros((2, 8, 8, 9), np.uint8), r"wanted images \[n, H, W, C\]"),
    ],
)
def test_images_are_in_range_and_channels_last(values, message):
    with pytest.raises(data.DataError, match=message):
        data.arrays(values)


@pytest.mark.parametrize(
    "values",
    [
        IMAGE + 1.005,  # as resampling may leave them
        IMAGE - 1.0,
        np.zeros((2, 5, 8, 8, 3), np.uint8),
        np.full((2, 2), 9.0),
        np.full((2, 24, 12), 9.0),
        np.full((2, 8, 8, 9), 9.0),
        np.full((2, 5, 8, 8, 3), 9.0),
    ],
    ids=lambda values: f"{values.dtype}{list(values.shape)}",
)
def test_what_may_be_no_image_is_taken(values):
    assert data.arrays(values).shape == values.shape[1:]


def test_who_knows_says_whether_they_are_images():
    assert data.arrays(IMAGE + 9.0, images=False).size == 2
    for values in (np.full((2, 8, 8), 0.5), np.full((2, 5, 8, 8, 3), 9.0)):
        with pytest.raises(data.DataError, match=r"wanted images"):
            data.arrays(values, images=True)
    with pytest.raises(data.DataError, match="floats of what are none"):
        data.arrays(IMAGE.astype(np.uint8), images=False)


@pytest.mark.parametrize(
    ("indices", "message"),
    [
        ([], "indices: saw float64"),
        (np.array([], int), "indices: saw none"),
        ([0, 2], r"indices: saw 0 to 2, wanted some, each in \[0, 2\)"),
        ([-1], "indices: saw -1 to -1"),
        ([True, False], "indices: saw bool"),
        ([[0]], r"indices: saw int64\[1, 1\]"),
    ],
)
def test_subset_refuses(indices, message):
    with pytest.raises(data.DataError, match=message):
        data.subset(data.arrays(GREY), indices)


def test_import_is_light():
    code = "import sys, jaxgan.data; print(*sys.modules)"
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    loaded = {name.split(".")[0] for name in out.stdout.split()}
    assert not loaded & {"PIL", "sklearn", "grain", "tensorflow_datasets"}
