"""Labels of StyleGAN's dataset.json; those of folders are in test_image_folder."""

import json
import zipfile

import numpy as np
import pytest
from PIL import Image

from jaxgan import data

NAMES = [f"{number // 3:05d}/img{number:08d}.png" for number in range(6)]
LABELS = [2, 0, 1, 1, 0, 2]


@pytest.fixture(params=["folder", "zip", "wrapped folder", "wrapped zip"])
def lay_out(request, tmp_path):
    """f(text of dataset.json, more files) -> path of six images and it."""

    def make(text, more=()):
        top = tmp_path / "made"
        inner = top / "outer" if "wrapped" in request.param else top
        for number, name in enumerate(NAMES):
            (inner / name).parent.mkdir(parents=True, exist_ok=True)
            Image.new("L", (3, 3), number).save(inner / name)
        for name, content in {"dataset.json": text, **dict(more)}.items():
            (inner / name).write_bytes(content)
        if "zip" not in request.param:
            return top
        with zipfile.ZipFile(tmp_path / "made.zip", "w") as archive:
            for file in sorted(top.rglob("*")):
                archive.write(file, file.relative_to(top))
        return tmp_path / "made.zip"

    return make


def table(rows):
    return json.dumps({"labels": rows}).encode()


def rows(labels=LABELS, separator="/"):
    return [[n.replace("/", separator), label] for n, label in zip(NAMES, labels)]


@pytest.mark.parametrize("separator", ["/", "\\"])
@pytest.mark.parametrize("mode", ["auto", "optional"])
def test_labels_of_the_table(lay_out, separator, mode):
    more = [["gone/1.png", 7]]
    path = lay_out(table(more + rows(separator=separator)[::-1]))
    source = data.folder(path, 2, 1, labels=mode)
    assert source.labels is not None
    assert source.labels.tolist() == LABELS
    assert source.labels.dtype == np.int32
    assert source.classes == ("0", "1", "2")
    assert source.values[:, 0, 0, 0].tolist() == list(range(6))


@pytest.mark.parametrize("text", [table(None), table([]), b"{}", b'{"x": 1}'])
def test_no_labels_in_the_table(lay_out, text):
    """The folders are shards, and no classes."""
    source = data.folder(lay_out(text), 2)
    assert (source.size, source.labels, source.classes) == (6, None, ())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (table(rows()[1:]), "img00000000.png: missing label, it is not in .*json; add"),
        (table([["a", 0, 1]]), r"dataset.json: saw \['a', 0, 1\], wanted \[name, numb"),
        (table(rows([0, 1, 2, 3, 4, 0.5])), "saw the label 0.5 of 00001/img00000005.p"),
        (table(rows([0, 1, 2, 3, 4, -1])), "saw the label -1 of .* wanted an integer"),
        (table(rows([0, 1, 2, 3, 4, True])), "saw the label True of"),
        (table(rows([0, 1, 2, 3, 4, 10**9])), "saw the label 1000000000 of"),
        (table(rows([0, 1, 2, 3, 4, [0, 1]])), r"saw the label \[0, 1\] of"),
        (table(rows([0, 1, 2, 3, 4, float("nan")])), "saw the label nan of"),
        (table({"a": 1}), r"wanted \{'labels': \[\[name, number\], ...\]\}"),
        (b"[]", r"json: saw \[\], wanted \{'labels'"),
        (b"{", r"json: cannot be read as labels \(Expecting property"),
        (b"[" * 100_000, r"json: cannot be read as labels \("),
        (b"\xff\xfe\xff", r"json: cannot be read as labels \("),
    ],
)
def test_tables_that_are_none(lay_out, text, message):
    path = lay_out(text)
    with pytest.raises(data.DataError, match=message) as caught:
        data.folder(path, 2)
    assert "\n" not in str(caught.value)
    for mode in ("none", "optional"):
        source = data.folder(path, 2, labels=mode)
        assert (source.size, source.classes) == (6, ())


def test_a_page_beside_the_table_is_no_picture(lay_out):
    path = lay_out(table(rows()), {"README.md": b"hello"})
    with pytest.raises(data.DataError, match=r"README.md: not an image; remove it$"):
        data.folder(path, 2)
    with pytest.warns(UserWarning, match=r"README.md"):
        source = data.folder(path, 2, skip_bad=True)
    assert source.labels is not None
    assert source.labels.tolist() == LABELS


def test_integers_that_are_written_as_floats(lay_out):
    source = data.folder(lay_out(table(rows([float(x) for x in LABELS]))), 2)
    assert source.labels is not None
    assert source.labels.tolist() == LABELS
