"""Blank images have the shape and the classes of what they stand in for."""

import numpy as np
import pytest

from jaxgan import data


def test_a_folder_that_is_not_there():
    with pytest.raises(data.DataError, match="nowhere"):
        data.folder("nowhere", 16)
    with data.blank():
        source = data.folder("nowhere", 16, channels=1)
        assert (source.shape, source.classes) == ((16, 16, 1), ())
        assert source.examples(np.arange(3)).value.shape == (3, 16, 16, 1)
    with pytest.raises(data.DataError, match="nowhere"):
        data.folder("nowhere", 16)


@pytest.mark.parametrize(
    ("name", "size", "shape", "classes"),
    [
        ("mnist", None, (28, 28, 1), 10),
        ("cifar10", None, (32, 32, 3), 10),
        ("imagenet2012", 64, (64, 64, 3), 1000),
    ],
)
def test_a_dataset_that_is_not_prepared(name, size, shape, classes, tmp_path):
    with data.blank():
        source = data.image_dataset(name, data_dir=tmp_path, size=size)
    assert source.shape == shape
    assert len(source.classes) == classes
    labels = source.examples(np.array([0, classes - 1, classes])).given
    assert list(labels) == [0, classes - 1, 0]


def test_without_a_size_it_is_refused(tmp_path):
    with (
        data.blank(),
        pytest.raises(data.DataError, match="the catalogue tells no size of images"),
    ):
        data.image_dataset("imagenet2012", data_dir=tmp_path)
