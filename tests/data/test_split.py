import pytest

from jaxgan import data
from jaxgan.data.split import Piece, pieces

COUNTS = {"train": 1000, "test": 10}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("train", [("train", 0, 1000)]),
        ("test", [("test", 0, 10)]),
        ("train[:100]", [("train", 0, 100)]),
        ("train[-100:]", [("train", 900, 1000)]),
        ("test[10%:]", [("test", 1, 10)]),
        ("train[25%:50%]", [("train", 250, 500)]),
        ("test[3:5]+train[:1]", [("test", 3, 5), ("train", 0, 1)]),
        ("train[:0]+test", [("test", 0, 10)]),
        ("all", [("train", 0, 1000), ("test", 0, 10)]),
    ],
)
def test_pieces(text, wanted):
    assert pieces(text, COUNTS) == [Piece(*piece) for piece in wanted]


@pytest.mark.parametrize("text", ["valid", "train[", "", "train[:1001]", "train[2.5:]"])
def test_refuses_what_is_no_split(text):
    with pytest.raises(
        data.DataError, match=r"split: saw .*, wanted one of test, train"
    ):
        pieces(text, COUNTS)


@pytest.mark.parametrize("text", ["train[:0]", "train[5:3]", "train[:0]+test[10:]"])
def test_refuses_what_is_empty(text):
    with pytest.raises(data.DataError, match=r"without rows; there are test, train"):
        pieces(text, COUNTS)
