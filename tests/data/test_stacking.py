import numpy as np
import pytest

from jaxgan import data


def test_channels_and_labels_agree():
    # Every pixel of an example says its label.
    labels = np.arange(30) % 10
    values = np.broadcast_to(labels[:, None, None, None], (30, 2, 3, 1))
    source = data.stacked(
        data.arrays(values.astype(np.float32), labels, images=False), 500
    )
    assert (source.size, source.shape) == (500, (2, 3, 3))
    assert len(source.classes) == 1000
    assert source.classes[407] == "407"
    sample = source.examples(np.arange(500))
    expected = sample.value[:, 1, 2].astype(int) @ [100, 10, 1]
    np.testing.assert_array_equal(sample.given, expected)
    assert sample.given.dtype == np.int32
    assert sample.value.dtype == np.float32
    assert len(np.unique(sample.given)) > 300


def test_default_size_covers_all_modes():
    source = data.stacked(data.digits())
    assert source.size == 128_000
    labels = source.examples(np.arange(20_000)).given
    assert len(np.unique(labels)) == 1000


def test_seeds():
    some = np.arange(50)
    one, same, other = (
        data.stacked(data.digits(), 50, seed).examples(some) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(one.value, same.value)
    assert (one.given != other.given).any()
    part = data.stacked(data.digits(), 50, 1).examples(some[7:9])
    np.testing.assert_array_equal(part.value, one.value[7:9])


def test_unlabelled():
    source = data.stacked(data.without_labels(data.digits()), 5)
    assert source.classes == ()
    assert source.examples(np.arange(5)).given == ()


def test_refuses():
    colour = data.arrays(np.zeros((2, 4, 4, 3), np.uint8))
    with pytest.raises(data.DataError, match=r"source: saw shape \(4, 4, 3\)"):
        data.stacked(colour)
    with pytest.raises(data.DataError, match="size: saw 0"):
        data.stacked(data.digits(), 0)
