import importlib.util
import io
import pathlib
import sys

import numpy as np
import pytest
from PIL import Image

from jaxgan import data
from jaxgan.data import tfds_images


def png(pixels):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "png")
    return file.getvalue()


def prepare(place, images, labels=None, name="tiny_shapes", channels=1):
    """Prepares a dataset as array_record, which needs no TensorFlow for encoded images.

    Its class is not registered: it is read as a stranger's would be.
    """
    import tensorflow_datasets as tfds

    def info(self):
        features = {"image": tfds.features.Image(shape=(None, None, channels))}
        if labels is not None:
            features["label"] = tfds.features.ClassLabel(names=["cat", "dog"])
        features = tfds.features.FeaturesDict(features)
        return tfds.core.DatasetInfo(builder=self, features=features)

    def rows(self):
        for number, image in enumerate(images):
            given = {} if labels is None else {"label": labels[number]}
            yield number, {"image": png(image), **given}

    with tfds_images._quiet(), tfds.core.registered.skip_registration():
        made = type(
            "".join(part.title() for part in name.split("_")),
            (tfds.core.GeneratorBasedBuilder,),
            {
                "VERSION": tfds.core.Version("3.0.1"),
                "_info": info,
                "_split_generators": lambda self, _: {
                    "train": rows(self),
                    "test": rows(self),
                },
                "_generate_examples": lambda self: None,
                "__module__": "__main__",
            },
        )(data_dir=place, file_format="array_record")
        made.download_and_prepare()
    return made


def pixels(count, *shape):
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (count, *shape), dtype=np.uint8)


def originals(source, images):
    """Asserts that the source shows the images, in any order; returns the order."""
    flat = {image.tobytes(): number for number, image in enumerate(images)}
    return [flat[value.tobytes()] for value in source.values]


def test_reads(tmp_path):
    images, labels = pixels(7, 5, 4), [0, 1, 0, 1, 1, 0, 0]
    prepare(tmp_path, images, labels)
    source = data.image_dataset("tiny_shapes", "train", tmp_path)
    assert (source.size, source.shape) == (7, (5, 4, 1))
    assert source.classes == ("cat", "dog")
    order = originals(source, images)
    assert sorted(order) == list(range(7))
    sample = source.examples(np.arange(7))
    np.testing.assert_array_equal(sample.given, np.array(labels)[order])
    assert sample.value.min() >= -1
    part = data.image_dataset("tiny_shapes", "test[2:4]", str(tmp_path))
    assert part.size == 2
    both = data.image_dataset("tiny_shapes", "train+test", tmp_path)
    assert both.size == 14
    assert "tensorflow" not in sys.modules


def test_colour_unlabelled_resized(tmp_path):
    images = [pixels(1, 6, 9, 3)[0], np.full((3, 3, 3), 7, np.uint8)]
    prepare(tmp_path, images, channels=3)
    with pytest.raises(
        data.DataError, match=r"tiny_shapes train\[1\]: .* give a size="
    ):
        data.image_dataset("tiny_shapes", "train", tmp_path)
    source = data.image_dataset("tiny_shapes", "train", tmp_path, size=2)
    assert (source.size, source.shape, source.classes) == (2, (2, 2, 3), ())
    assert source.examples(np.arange(2)).given == ()
    assert any((value == 7).all() for value in source.values)


def test_decoded_once_until_prepared_anew(tmp_path, monkeypatch):
    prepare(tmp_path / "a", pixels(3, 4, 4), [0, 1, 1])
    first = data.image_dataset("tiny_shapes", "train", tmp_path / "a")
    with monkeypatch.context() as patch:
        patch.setattr(tfds_images, "_decode_all", None)
        patch.setattr(tfds_images, "_collect_labels", None)
        again = data.image_dataset("tiny_shapes", "train", tmp_path / "a")
    np.testing.assert_array_equal(first.values, again.values)
    np.testing.assert_array_equal(first.labels, again.labels)
    prepare(tmp_path / "b", 255 - pixels(3, 4, 4), [0, 1, 1])
    (tmp_path / "a").rename(tmp_path / "old")
    (tmp_path / "b").rename(tmp_path / "a")
    other = data.image_dataset("tiny_shapes", "train", tmp_path / "a")
    assert sorted(originals(other, 255 - pixels(3, 4, 4))) == [0, 1, 2]


def test_blocks(tmp_path, monkeypatch):
    images = pixels(10, 2, 2)
    prepare(tmp_path, images, [0] * 10)
    monkeypatch.setattr(tfds_images, "BLOCK", 4)
    source = data.image_dataset("tiny_shapes", "train", tmp_path)
    assert sorted(originals(source, images)) == list(range(10))


def test_a_dataset_of_the_catalogue(tmp_path):
    """Prepared under its name and version, it is found by TFDS's own code."""
    prepare(tmp_path, pixels(3, 28, 28), [0, 1, 1], name="mnist")
    assert tfds_images.is_prepared("mnist", tmp_path)
    source = data.image_dataset("mnist", "test", tmp_path)
    assert (source.size, source.shape) == (3, (28, 28, 1))


def test_unknown_split(tmp_path):
    prepare(tmp_path, pixels(2, 4, 4))
    for split in ("valid", "train[", "train[:0]"):
        with pytest.raises(
            data.DataError, match=r"split: saw 'valid'|split: saw 'tr"
        ) as e:
            data.image_dataset("tiny_shapes", split, tmp_path)
        assert "test, train" in str(e.value)


def test_unknown_name(tmp_path):
    with pytest.raises(data.DataError, match=r"mnits: .*did you mean 'mnist'"):
        data.image_dataset("mnits", data_dir=tmp_path)
    with pytest.raises(data.DataError, match=r"qqqqqqq: .*tensorflow.org/datasets"):
        data.image_dataset("qqqqqqq", data_dir=tmp_path)
    with pytest.raises(data.DataError, match=r"^mnist/big: "):
        data.image_dataset("mnist/big", data_dir=tmp_path)


def one_line(error, *wanted):
    message = str(error.value)
    assert "\n" not in message
    for part in wanted:
        assert part in message


def test_not_prepared(tmp_path, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(data.DataError) as error:
        data.image_dataset("kmnist", data_dir=tmp_path)
    command = f"tfds build kmnist --file_format=array_record --data_dir={tmp_path}"
    one_line(error, f"not prepared in {tmp_path}/kmnist/3.0.1", command)
    one_line(error, "python -m pip install tensorflow && ")


def test_prepares_where_tensorflow_is(tmp_path, monkeypatch):
    import tensorflow_datasets as tfds

    real = tfds.core.DatasetBuilder.download_and_prepare

    def stand_in(self):
        with monkeypatch.context() as patch:
            patch.setattr(tfds.core.DatasetBuilder, "download_and_prepare", real)
            prepare(tmp_path, pixels(2, 28, 28), [0, 1], name="kmnist")

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
    monkeypatch.setattr(tfds.core.DatasetBuilder, "download_and_prepare", stand_in)
    assert data.image_dataset("kmnist", data_dir=tmp_path).size == 2


def test_other_formats_and_remains(tmp_path):
    made = prepare(tmp_path, pixels(2, 28, 28), [0, 1], name="kmnist")
    folder = pathlib.Path(made.data_path)
    about = folder / "dataset_info.json"
    about.write_text(about.read_text().replace("array_record", "tfrecord"))
    for file in list(folder.glob("*array_record*")):
        file.rename(folder / file.name.replace("array_record", "tfrecord"))
    with pytest.raises(data.DataError) as error:
        data.image_dataset("kmnist", data_dir=tmp_path)
    one_line(error, str(folder), "no array_record files", "remove it, then: tfds build")


def test_refuses_size(tmp_path):
    with pytest.raises(data.DataError, match="size: saw 0"):
        data.image_dataset("mnist", data_dir=tmp_path, size=0)


def test_real_mnist(shared_data):
    folder = shared_data / "tfds"
    if not (folder / "mnist").is_dir():
        pytest.skip(f"no prepared mnist in {folder}")
    source = data.image_dataset("mnist", "test", folder)
    assert (source.size, source.shape) == (10_000, (28, 28, 1))
    assert source.classes == tuple("0123456789")
    counts = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert np.bincount(source.labels).tolist() == counts
    assert abs(source.values.mean() - 33.79) < 0.01
