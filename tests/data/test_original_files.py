import importlib.resources

import pytest

from jaxgan.data.original_files import ORIGINALS
from jaxgan.data.tfds_images import blank_tfds_images


@pytest.mark.parametrize("name", ORIGINALS)
def test_sizes_and_sums_are_those_of_tensorflow_datasets(name):
    """Its package has a line for every file: address, bytes, SHA-256, name."""
    place = importlib.resources.files("tensorflow_datasets")
    lines = (place / "url_checksums" / f"{name}.txt").read_text().splitlines()
    known = {line.split("\t")[0]: line.split("\t")[1:3] for line in lines}
    original = ORIGINALS[name]
    for file in original.files:
        urls = {address + file.name for address in original.addresses}
        (url,) = urls & known.keys()
        assert known[url] == [str(file.size), file.digest]
    assert len(known) == len(original.files)


@pytest.mark.parametrize("name", ORIGINALS)
def test_shape_and_classes_are_those_of_tensorflow_datasets(name, tmp_path):
    known, own = blank_tfds_images(name, tmp_path, None), ORIGINALS[name]
    assert own.shape == known.shape
    assert len(own.classes) == len(known.classes)
    if name != "cifar10":  # whose names it finds in the archive
        assert own.classes == known.classes


@pytest.mark.parametrize("name", ORIGINALS)
def test_addresses_are_folders(name):
    original = ORIGINALS[name]
    assert len(original.addresses) >= 2
    assert all(address.endswith("/") for address in original.addresses)
    assert set(original.counts) == {"train", "test"}
