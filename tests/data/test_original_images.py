import dataclasses
import io
import threading

import numpy as np
import pytest
from PIL import Image

from jaxgan import data
from jaxgan.data import image_file, original_images
from jaxgan.data.download import sha256
from jaxgan.data.original_files import ORIGINALS, OriginalFile
from tests.data.originals import examples, publish
from tests.data.test_download import Terminal, interrupt

NAMES = tuple(ORIGINALS)


@pytest.fixture
def nowhere(tmp_path):
    """A folder in which nothing is prepared."""
    return tmp_path / "prepared"


@pytest.mark.parametrize("name", NAMES)
def test_reads(name, server, nowhere, own_cache, monkeypatch, capsys):
    """In the original order, with one line that says what is used."""
    publish(name, server, monkeypatch)
    for split, (images, labels) in examples(name).items():
        source = data.image_dataset(name, split, nowhere)
        np.testing.assert_array_equal(source.values, images)
        np.testing.assert_array_equal(source.labels, labels)
        assert source.labels.dtype == np.int32
        assert (source.split, source.classes) == (split, ORIGINALS[name].classes)
        assert isinstance(source.values.base, np.memmap)
    out, err = capsys.readouterr()
    assert out == ""
    (line,) = err.splitlines()
    assert line.startswith(f"{name}: not prepared by TensorFlow Datasets; the original")
    assert line.endswith(f" MB to {own_cache / name}")
    # Every file once, each from the second address.
    asked = [place for place, _ in server.asked]
    files = [file.name for file in ORIGINALS[name].files]
    assert asked == [f"{at}/{file}" for file in files for at in ("gone", name)]


@pytest.mark.parametrize("name", ["mnist", "cifar10"])
@pytest.mark.parametrize(
    ("split", "rows"),
    [
        ("train[:4]", {"train": slice(4)}),
        ("train[10%:]", {"train": slice(1, 10)}),
        ("test[1:]+train[-2:]", {"test": slice(1, 3), "train": slice(8, 10)}),
    ],
)
def test_slices(name, split, rows, server, nowhere, monkeypatch):
    publish(name, server, monkeypatch)
    made = examples(name)
    source = data.image_dataset(name, split, nowhere)
    for which, wanted in enumerate((source.values, source.labels)):
        parts = [made[part][which][chosen] for part, chosen in rows.items()]
        np.testing.assert_array_equal(wanted, np.concatenate(parts))
    assert source.split == split


@pytest.mark.parametrize("name", ["mnist", "cifar10"])
@pytest.mark.parametrize("size", [7, 48])
def test_resizes_as_image_files(name, size, server, nowhere, monkeypatch):
    publish(name, server, monkeypatch)
    images, _ = examples(name)["test"]
    source = data.image_dataset(name, "test", nowhere, size=size)
    for image, value in zip(images, source.values):
        file = io.BytesIO()
        Image.fromarray(image.squeeze()).save(file, "png")
        wanted = image_file.decode(file.getvalue(), "x", size, image.shape[-1])
        np.testing.assert_array_equal(value, wanted)


def test_again_without_network(server, nowhere, own_cache, monkeypatch, capsys):
    publish("mnist", server, monkeypatch)
    first = data.image_dataset("mnist", "train", nowhere)
    server.asked.clear()
    server.files.clear()
    capsys.readouterr()
    with monkeypatch.context() as patch:
        patch.setattr(original_images, "_download", interrupt)
        patch.setattr(original_images, "_read", interrupt)
        again = data.image_dataset("mnist", "train", nowhere)
    np.testing.assert_array_equal(first.values, again.values)
    np.testing.assert_array_equal(first.labels, again.labels)
    # What was not decoded yet is read from the files that are here.
    assert data.image_dataset("mnist", "test", nowhere, size=9).size == 3
    assert server.asked == []
    assert capsys.readouterr().err == ""
    # Decoded images alone are enough.
    for file in ORIGINALS["mnist"].files:
        (own_cache / "mnist" / file.name).unlink()
    assert data.image_dataset("mnist", "train", nowhere).size == 10


def test_another_cache_folder(server, nowhere, own_cache, tmp_path, monkeypatch):
    publish("cifar10", server, monkeypatch)
    data.image_dataset("cifar10", "test", nowhere, cache_dir=tmp_path / "here")
    assert (tmp_path / "here" / "cifar10" / "cifar-10-binary.tar.gz").is_file()
    assert not own_cache.exists()


def test_damaged_files_are_downloaded_again(server, nowhere, own_cache, monkeypatch):
    publish("mnist", server, monkeypatch)
    data.image_dataset("mnist", "train", nowhere)
    file = own_cache / "mnist" / "t10k-images-idx3-ubyte.gz"
    file.write_bytes(file.read_bytes()[:-1])
    server.asked.clear()
    data.image_dataset("mnist", "test", nowhere)
    assert server.asked[-1] == (f"mnist/{file.name}", None)
    assert len(server.asked) == 2


@pytest.mark.parametrize("keep", [0, 20, 200])
def test_a_damaged_cache_is_made_again(keep, server, nowhere, own_cache, monkeypatch):
    publish("mnist", server, monkeypatch)
    data.image_dataset("mnist", "train", nowhere)
    (largest,) = (p for p in own_cache.glob("*.npy") if p.stat().st_size > 5000)
    largest.write_bytes(largest.read_bytes()[:keep])
    with pytest.warns(UserWarning, match="damaged, made again"):
        source = data.image_dataset("mnist", "train", nowhere)
    np.testing.assert_array_equal(source.values, examples("mnist")["train"][0])


def refused(nowhere, own_cache, name="mnist", split="train"):
    """The one line that is told; nothing that is not the published file is left."""
    with pytest.raises(data.DataError) as error:
        data.image_dataset(name, split, nowhere)
    assert not list(own_cache.glob("*"))[1:]
    message = str(error.value)
    assert "\n" not in message
    return message


def test_offline(server, nowhere, own_cache, monkeypatch):
    publish("fashion_mnist", server, monkeypatch)
    server.shutdown()
    server.socket.close()
    message = refused(nowhere, own_cache, "fashion_mnist")
    name = "train-images-idx3-ubyte.gz"
    for part in (
        f"fashion_mnist: {name}: could not be downloaded from {server.url}gone/",
        f", nor from {server.url}fashion_mnist/{name} (",
        "refused",
        f"download {server.url}gone/{name} and put it at {own_cache}/fashion_mnist/",
        "TFDS_DATA_DIR",
        "--path",
    ):
        assert part in message
    assert not list((own_cache / "fashion_mnist").iterdir())


def test_downloaded_by_hand(server, nowhere, own_cache, monkeypatch, capsys):
    publish("mnist", server, monkeypatch)
    (own_cache / "mnist").mkdir(parents=True)
    for place in list(server.files):
        (own_cache / place).write_bytes(server.files.pop(place))
    assert data.image_dataset("mnist", "train", nowhere).size == 10
    assert server.asked == []
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda body: None, "HTTP 404 Not Found"),
        (lambda body: body[:-1], r"saw \d+ bytes, wanted \d+"),
        (lambda body: b"<html>" + body, r"saw \d+ bytes, wanted \d+"),
        (lambda body: body[:-1] + b"!", "saw contents with the SHA-256"),
    ],
)
def test_wrong_files(name, change, told, server, nowhere, own_cache, monkeypatch):
    publish(name, server, monkeypatch)
    place = f"{name}/{ORIGINALS[name].files[-1].name}"
    server.files[place] = change(server.files[place])
    if server.files[place] is None:
        del server.files[place]
    with pytest.raises(data.DataError, match=rf"^{name}: .*{place} \({told}"):
        data.image_dataset(name, "train", nowhere)
    assert not list(own_cache.glob("*.npy"))
    assert not (own_cache / place).exists()
    # The server is mended.
    publish(name, server, monkeypatch)
    assert data.image_dataset(name, "train", nowhere).size == 10


def test_a_broken_transfer_goes_on(server, nowhere, monkeypatch):
    publish("cifar10", server, monkeypatch)
    server.cut = 20_000
    told = []
    while len(told) < 9:
        try:
            source = data.image_dataset("cifar10", "train", nowhere)
            break
        except data.DataError as error:
            told.append(str(error))
    np.testing.assert_array_equal(source.values, examples("cifar10")["train"][0])
    assert "ended after 20000 of" in told[0]
    asked = [wanted for place, wanted in server.asked if place.startswith("cifar10")]
    assert asked == [None, "bytes=20000-", "bytes=40000-"]


def test_an_interrupted_download_takes_no_space(
    server, nowhere, own_cache, monkeypatch
):
    publish("mnist", server, monkeypatch)
    with monkeypatch.context() as patch:
        patch.setattr(original_images, "downloaded", interrupt)
        with pytest.raises(KeyboardInterrupt):
            data.image_dataset("mnist", "train", nowhere)
    assert not own_cache.exists()


def test_contents_of_another_shape(server, nowhere, own_cache, monkeypatch):
    """The files are right, but not what the table says of them."""
    publish("mnist", server, monkeypatch)
    monkeypatch.setitem(ORIGINALS["mnist"].counts, "train", 11)
    message = refused(nowhere, own_cache)
    assert "mnist train: saw images [10, 28, 28, 1] and labels [10]" in message
    assert "wanted [11, 28, 28, 1] and [11]" in message


def test_two_at_once(server, nowhere, monkeypatch):
    publish("mnist", server, monkeypatch)
    server.gate.clear()
    found = []
    threads = [
        threading.Thread(
            target=lambda: found.append(data.image_dataset("mnist", "train", nowhere))
        )
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    server.gate.set()
    for thread in threads:
        thread.join()
    wanted, _ = examples("mnist")["train"]
    for source in found:
        np.testing.assert_array_equal(source.values, wanted)
    assert len(found) == 2
    assert len(server.asked) == 2 * len(ORIGINALS["mnist"].files)


def test_on_a_terminal(server, nowhere, monkeypatch):
    publish("mnist", server, monkeypatch)
    shown = Terminal()
    monkeypatch.setenv("TERM", "xterm")
    with monkeypatch.context() as patch:
        patch.setattr("sys.stderr", shown)
        data.image_dataset("mnist", "train", nowhere)
    for file in ORIGINALS["mnist"].files:
        assert file.name in shown.getvalue()


def test_the_real_files(shared_data, tmp_path, monkeypatch):
    """MNIST as it was published has the examples that are prepared from it."""
    folder, prepared = shared_data / "mnist", shared_data / "tfds"
    if not folder.is_dir() or not (prepared / "mnist").is_dir():
        pytest.skip(f"no mnist in {shared_data}")
    paths = [folder / file.name for file in ORIGINALS["mnist"].files]
    packed = dataclasses.replace(
        ORIGINALS["mnist"],
        addresses=(f"{folder.resolve().as_uri()}/",),
        # They were packed by another gzip than the published ones.
        files=tuple(
            OriginalFile(path.name, path.stat().st_size, sha256(path)) for path in paths
        ),
    )
    monkeypatch.setitem(ORIGINALS, "mnist", packed)
    original = data.image_dataset("mnist", "test", tmp_path)
    some = data.image_dataset("mnist", "test[:1000]", prepared)
    assert original.classes == some.classes
    assert original.labels[:5].tolist() == [7, 2, 1, 0, 4]
    assert np.bincount(original.labels).tolist() == [
        *(980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009)
    ]
    known = {image.tobytes(): n for image, n in zip(original.values, original.labels)}
    assert len(known) == 10_000
    assert [known[image.tobytes()] for image in some.values] == some.labels.tolist()
