import io
import tarfile

import numpy as np
import pytest

from jaxgan import data
from jaxgan.data.cifar_file import RECORD, read_cifar10


def packed(files):
    """A .tar.gz of files, by name."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for name, contents in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(contents)
            archive.addfile(member, io.BytesIO(contents))
    return file.getvalue()


def records(images, labels):
    """Examples as the authors write them."""
    planes = images.transpose(0, 3, 1, 2).reshape(len(images), -1)
    return np.concatenate([np.asarray(labels, np.uint8)[:, None], planes], 1).tobytes()


def test_reads_in_the_order_of_members(tmp_path):
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (5, 32, 32, 3), dtype=np.uint8)
    labels = [9, 0, 3, 4, 1]
    path = tmp_path / "a.tar.gz"
    files = {
        "c/2": records(images[2:], labels[2:]),
        "c/readme": b"no records",
        "c/1": records(images[:2], labels[:2]),
    }
    path.write_bytes(packed(files))
    read, numbers = read_cifar10(path, ["c/1", "c/2"])
    np.testing.assert_array_equal(read, images)
    assert numbers.tolist() == labels
    assert read_cifar10(path, ["c/2"])[1].tolist() == labels[2:]


def test_a_record_by_hand(tmp_path):
    """Red first, then green, then blue; rows within each."""
    record = bytearray(3073)
    record[0] = 7
    record[1] = 11  # red of row 0, column 0
    record[1 + 1] = 12  # red of row 0, column 1
    record[1 + 32] = 13  # red of row 1, column 0
    record[1 + 1024] = 14  # green of row 0, column 0
    record[3072] = 15  # blue of row 31, column 31
    (tmp_path / "a").write_bytes(packed({"x": bytes(record)}))
    ((image,), (label,)) = read_cifar10(tmp_path / "a", ["x"])
    assert label == 7
    assert image[0, 0].tolist() == [11, 14, 0]
    assert image[0, 1].tolist() == [12, 0, 0]
    assert image[1, 0].tolist() == [13, 0, 0]
    assert image[31, 31].tolist() == [0, 0, 15]
    assert image.sum() == 65


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"y": bytes(RECORD)}, "saw no file x in it"),
        ({"x": b""}, "saw 0 bytes in x, wanted records of 3073"),
        ({"x": bytes(RECORD - 1)}, "saw 3072 bytes in x, wanted records of 3073"),
        ({"x": b"\x0a" + bytes(RECORD - 1)}, "saw a label 10, wanted 0 to 9"),
    ],
)
def test_refuses(tmp_path, files, message):
    path = tmp_path / "a.tar.gz"
    path.write_bytes(packed(files))
    with pytest.raises(data.DataError, match=f"^{path}: {message}"):
        read_cifar10(path, ["x"])


@pytest.mark.parametrize("keep", [0, 5, 100])
def test_refuses_a_damaged_archive(tmp_path, keep):
    rng = np.random.default_rng(0)
    path = tmp_path / "a.tar.gz"
    path.write_bytes(packed({"x": bytes(1) + rng.bytes(RECORD - 1)})[:keep])
    with pytest.raises(data.DataError, match=f"^{path}: a damaged archive"):
        read_cifar10(path, ["x"])


def test_refuses_a_folder_of_that_name(tmp_path):
    path = tmp_path / "a.tar.gz"
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        member = tarfile.TarInfo("x")
        member.type = tarfile.DIRTYPE
        archive.addfile(member)
    path.write_bytes(file.getvalue())
    with pytest.raises(data.DataError, match="saw no file x in it"):
        read_cifar10(path, ["x"])
