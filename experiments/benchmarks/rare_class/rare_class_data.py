"""Pictures of classes for `rare_class.py`: where they are, and few of one of them."""

from typing import NamedTuple

import numpy as np

from jaxgan import data

HELD_OUT = 4
"""Where no test set is given, one picture in so many of each class is for the test."""


class Sets(NamedTuple):
    """Pictures to train on, and others to test on, of the same classes."""

    training: data.Arrays
    test: data.Arrays


def sets(path: str, test: str, dataset: str, size: int, channels: int) -> Sets:
    """Opens what the options of `rare_class.py` name.

    Args:
      path: a folder or zip of folders of classes; or a file of MedMNIST, .npz, which
        has its own test set; '': `dataset` instead.
      test: another folder for the test; '': a quarter of each class is set aside.
      dataset: a name in TensorFlow Datasets, which has its own test set.
      size: pixels per side of a folder's pictures, and of the data set's.
      channels: of a folder's pictures: 1 or 3.

    Raises:
      DataError: naming what is not as wanted.
    """
    if path.endswith(".npz"):
        found = Sets(_of_file(path, "train"), _of_file(path, "test"))
    elif not path:
        found = Sets(
            *(data.image_dataset(dataset, of, size=size) for of in ("train", "test"))
        )
    elif test:
        found = Sets(*(data.folder(one, size, channels) for one in (path, test)))
    else:
        found = _apart(data.folder(path, size, channels))
    seen, wanted = found.test.classes, found.training.classes
    if len(wanted) < 2:
        raise data.DataError(
            f"path: saw {len(wanted)} classes in {path or dataset}, wanted at least 2: "
            "a folder for each"
        )
    if seen != wanted:
        raise data.DataError(
            f"test: saw the classes {', '.join(seen)}, wanted {', '.join(wanted)}"
        )
    return found


def _of_file(path: str, part: str) -> data.Arrays:
    """A split of a file of MedMNIST (Yang et al. 2023): images [n, H, W(, 3)]."""
    names = [f"{part}_images", f"{part}_labels"]
    try:
        with np.load(path) as file:
            images, numbers = (file[name] for name in names)
    except (OSError, ValueError, KeyError) as error:
        raise data.DataError(
            f"path: saw {path}, wanted a file with {' and '.join(names)} ({error})"
        ) from None
    images = images[..., None] if images.ndim == 3 else images
    return data.arrays(images, numbers.reshape(len(images)))


def _apart(whole: data.Arrays) -> Sets:
    """A quarter of each class for the test, the same for every seed."""
    classes = labels(whole)
    order = np.random.default_rng(0).permutation(whole.size)
    rank = np.empty(whole.size, int)
    for label in range(len(whole.classes)):
        rows = order[classes[order] == label]
        if len(rows) < HELD_OUT:
            raise data.DataError(
                f"path: saw {len(rows)} pictures of {whole.classes[label]}, wanted at "
                f"least {HELD_OUT}"
            )
        rank[rows] = np.arange(len(rows))
    held_out = rank % HELD_OUT == 0
    return Sets(taken(whole, ~held_out), taken(whole, held_out))


def taken(whole: data.Arrays, rows: np.ndarray) -> data.Arrays:
    """Some of the pictures, by index or mask."""
    return data.arrays(whole.values[rows], labels(whole)[rows], whole.classes)


def number(pictures: data.Arrays, name: str) -> int:
    """The number of a class.

    Raises:
      DataError: if there is none of this name.
    """
    if name not in pictures.classes:
        raise data.DataError(
            f"rare: saw {name!r}, wanted one of {', '.join(pictures.classes)}"
        )
    return pictures.classes.index(name)


def with_few(training: data.Arrays, rare: int, count: int, seed: int) -> data.Arrays:
    """All pictures of the other classes, and so many of the rare one, by the seed.

    Raises:
      DataError: if it has no more than these.
    """
    members = np.flatnonzero(labels(training) == rare)
    if not 0 < count < len(members):
        raise data.DataError(
            f"rare_count: saw {count}, wanted fewer than all, 1 to {len(members) - 1}"
        )
    kept = np.ones(training.size, bool)
    kept[np.random.default_rng(seed).permutation(members)[count:]] = False
    return taken(training, kept)


def labels(pictures: data.Arrays) -> np.ndarray:
    """Their labels [n], which pictures of classes have."""
    assert pictures.labels is not None
    return pictures.labels
