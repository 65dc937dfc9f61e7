import numpy as np
import pytest
from sklearn import datasets

from jaxgan import data


def test_digits():
    source = data.digits()
    assert (source.size, source.shape) == (1797, (8, 8, 1))
    assert source.classes == tuple("0123456789")
    sample = source.examples(np.arange(source.size))
    assert (sample.value.min(), sample.value.max()) == (-1.0, 1.0)
    original = datasets.load_digits()
    np.testing.assert_array_equal(sample.given, original.target)
    np.testing.assert_allclose((sample.value[..., 0] + 1) * 8, original.images)


def test_other_sizes():
    source = data.digits(16)
    assert source.shape == (16, 16, 1)
    value = source.examples(np.arange(source.size)).value
    assert value.min() >= -1.0
    assert value.max() <= 1.0
    small = data.digits().examples(np.arange(source.size)).value
    np.testing.assert_allclose(value.mean(), small.mean(), atol=0.02)


def test_refuses():
    with pytest.raises(data.DataError, match="size: saw 0"):
        data.digits(0)
