"""Pictures of one folder, from which squares are cut."""

import numpy as np
import pytest

from jaxgan import data
from jaxgan.data import opening
from tests.data.drawn import as_bytes, fill


@pytest.fixture
def folder(tmp_path):
    fill(tmp_path / "set/images/train", ["a.png", "b.png"], height=10, width=14)
    fill(tmp_path / "set/images/val", ["c.png"], height=9)
    fill(tmp_path / "set/other/train", ["a.txt.png"])
    return tmp_path / "set"


def test_a_side_of_a_set(folder):
    def build(split="train"):
        source = data.pictures(folder, 8, side="images", split=split)
        return data.crop_batches(source, 4, flip=True, turn=True)

    with opening.recorded() as opened:
        batches = build()
    assert (batches.source.size, batches.source.shape) == (2, (8, 8, 3))
    assert batches(0).value.shape == (4, 8, 8, 3)
    with opening.remembered([one.opening() for one in opened]):
        lazy = build()
    assert lazy.shapes == batches.shapes
    np.testing.assert_array_equal(lazy(3).value, batches(3).value)
    (middle,) = as_bytes(build("val").source.examples(np.arange(1)).value)
    assert middle.shape == (8, 8, 3)


def test_what_is_refused(folder):
    with pytest.raises(data.DataError, match="channels: saw"):
        data.pictures(folder, 8, channels=4)
    with pytest.raises(data.DataError, match="at least 16 × 16 to cut out"):
        data.pictures(folder, 16, side="images")
    with data.blank():
        assert data.pictures("nowhere", 8).shape == (8, 8, 3)


def test_b100(shared_data):
    """The split that benchmarks of super-resolution call B100."""
    source = data.pictures(
        shared_data / "bsds500-train-val.zip", 256, side="images", split="val"
    )
    assert source.size == 100
