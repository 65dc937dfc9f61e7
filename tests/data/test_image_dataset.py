"""Which files a name is read from."""

import importlib.util
import pathlib
import sys
import urllib.request

import numpy as np
import pytest

from jaxgan import data
from jaxgan.data.original_files import ORIGINALS
from tests.data.originals import examples, publish
from tests.data.test_tfds_images import pixels, prepare


@pytest.fixture
def no_network(monkeypatch):
    """Whoever opens an address fails."""

    def refuse(*arguments, **options):
        raise AssertionError(f"opened {arguments[0].full_url}")

    monkeypatch.setattr(urllib.request, "urlopen", refuse)


def test_a_prepared_set_comes_first(tmp_path, no_network):
    prepare(tmp_path, pixels(4, 28, 28), [0, 1, 1, 0], name="mnist")
    source = data.image_dataset("mnist", "train", tmp_path)
    assert (source.size, source.classes) == (4, ("cat", "dog"))


def test_without_one_the_original_files(tmp_path, server, monkeypatch):
    """TensorFlow or not: it is not waited for."""
    publish("mnist", server, monkeypatch)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
    source = data.image_dataset("mnist", "train", tmp_path)
    np.testing.assert_array_equal(source.values, examples("mnist")["train"][0])
    assert "tensorflow" not in sys.modules


def test_other_formats_are_not_a_prepared_set(tmp_path, server, monkeypatch):
    publish("mnist", server, monkeypatch)
    made = prepare(tmp_path, pixels(2, 28, 28), [0, 1], name="mnist")
    folder = pathlib.Path(made.data_path)
    about = folder / "dataset_info.json"
    about.write_text(about.read_text().replace("array_record", "tfrecord"))
    for file in list(folder.glob("*array_record*")):
        file.rename(folder / file.name.replace("array_record", "tfrecord"))
    assert data.image_dataset("mnist", "train", tmp_path).size == 10


@pytest.mark.parametrize("split", ["train", "train[3:]", "train[55%:]", "train[-2:]"])
def test_a_split_means_the_same_of_both(split, tmp_path, server, monkeypatch):
    """As many examples; of a whole split the same, in another order."""
    publish("mnist", server, monkeypatch)
    images, labels = examples("mnist")["train"]
    prepare(tmp_path / "prepared", images[..., 0], labels % 2, name="mnist")
    original, prepared = (
        data.image_dataset("mnist", split, tmp_path / folder)
        for folder in ("nothing", "prepared")
    )
    assert original.split == prepared.split == split
    assert original.size == prepared.size
    if split == "train":
        same = [sorted(v.tobytes() for v in s.values) for s in (original, prepared)]
        assert same[0] == same[1]


@pytest.mark.parametrize("name", ORIGINALS)
def test_blank_sets_are_never_downloaded(name, tmp_path, no_network, own_cache):
    with data.blank():
        source = data.image_dataset(name, "test", tmp_path)
        small = data.image_dataset(name, "test", tmp_path, size=9)
    assert source.shape == ORIGINALS[name].shape
    assert source.classes == small.classes == ORIGINALS[name].classes
    assert small.shape == (9, 9, source.shape[-1])
    assert not own_cache.exists()


@pytest.mark.parametrize("name", ["kmnist", "cifar100", "mnist:3.0.1"])
def test_others_are_not_downloaded(name, tmp_path, no_network, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(data.DataError, match=f"^{name}: not prepared in .* tfds build"):
        data.image_dataset(name, data_dir=tmp_path)


def test_bad_arguments_are_told_before_a_download(tmp_path, no_network):
    with pytest.raises(data.DataError, match="split: saw 'valid', wanted one of test"):
        data.image_dataset("mnist", "valid", tmp_path)
    with pytest.raises(data.DataError, match="size: saw 0"):
        data.image_dataset("mnist", data_dir=tmp_path, size=0)


def test_tests_use_no_network(tmp_path):
    with pytest.raises(data.DataError, match="tests use no network, saw 'storage"):
        data.image_dataset("mnist", data_dir=tmp_path)
