"""Images out of the original files of a dataset, downloaded when they are needed."""

import concurrent.futures
import dataclasses
import functools
import os
import pathlib
import sys
from collections.abc import Callable

import numpy as np

from jaxgan.data.blank import blank_images
from jaxgan.data.cache import cache_folder, cached_array
from jaxgan.data.download import downloaded, is_published
from jaxgan.data.image_file import RULE, resize
from jaxgan.data.original_files import ORIGINALS, OriginalDataset
from jaxgan.data.source import Arrays, DataError, arrays
from jaxgan.data.split import Piece, pieces

Reader = Callable[[str], tuple[np.ndarray, np.ndarray]]


def original_images(
    name: str, split: str, *, size: int | None, cache_dir: str | os.PathLike | None
) -> Arrays:
    """Reads a dataset of `ORIGINALS`; arguments are those of `image_dataset`.

    Raises:
      DataError: if there is no such split, a file can be had from none of its addresses
        or is not the published one, or the cache folder cannot be written.
    """
    original = ORIGINALS[name]
    parts = pieces(split, original.counts)
    cache = cache_folder() if cache_dir is None else pathlib.Path(cache_dir)
    folder = cache.expanduser() / name
    # Images and labels may lie in one file, which is then checked and read once.
    fetch = functools.cache(functools.partial(_download, name, original, folder))
    read = functools.cache(functools.partial(_read, name, original, folder))
    count = sum(part.stop - part.start for part in parts)
    shape = _shape(original, size)
    rule = () if size is None else (RULE,)
    identity = ("original", name, *original.files, *parts, *rule)
    values = cached_array(
        identity,
        (count, *shape),
        lambda out: _fill(out, read, parts, size),
        cache_dir,
        fetch=fetch,
    )
    labels = cached_array(
        (*identity, "labels"),
        (count,),
        lambda out: _collect_labels(out, read, parts),
        cache_dir,
        np.int32,
        fetch,
    )
    return dataclasses.replace(arrays(values, labels, original.classes), split=split)


def blank_original_images(name: str, size: int | None) -> Arrays:
    """Blank images of the shape and with the classes of a dataset of `ORIGINALS`."""
    original = ORIGINALS[name]
    return blank_images(_shape(original, size), original.classes)


def _shape(original: OriginalDataset, size: int | None) -> tuple[int, int, int]:
    return original.shape if size is None else (size, size, original.shape[-1])


def _read(
    name: str, original: OriginalDataset, folder: pathlib.Path, split: str
) -> tuple[np.ndarray, np.ndarray]:
    """Images and labels of a whole split."""
    images, labels = original.read(folder, split)
    count = original.counts[split]
    if images.shape != (count, *original.shape) or labels.shape != (count,):
        raise DataError(
            f"{name} {split}: saw images {list(images.shape)} and labels "
            f"{list(labels.shape)} in {folder}, wanted {[count, *original.shape]} and "
            f"{[count]}"
        )
    return images, labels


def _download(name: str, original: OriginalDataset, folder: pathlib.Path) -> None:
    """All files of the dataset, so that later runs need no network."""
    files = [
        file
        for file in original.files
        if not is_published(folder / file.name, file.digest)
    ]
    if not files:
        return
    print(
        f"{name}: not prepared by TensorFlow Datasets; the original files are used: "
        f"downloading {sum(file.size for file in files) / 1e6:.1f} MB to {folder}",
        file=sys.stderr,
        flush=True,
    )
    for file in files:
        urls = [address + file.name for address in original.addresses]
        try:
            downloaded(urls, file.digest, folder, size=file.size)
        except DataError as error:
            raise DataError(
                f"{name}: {error}; or name a folder where TensorFlow Datasets has "
                "prepared it in TFDS_DATA_DIR; or train on images of your own, where "
                "the experiment has --path"
            ) from None


def _fill(out: np.ndarray, read: Reader, parts: list[Piece], size: int | None) -> None:
    end = 0
    for split, start, stop in parts:
        images, _ = read(split)
        place = out[end : (end := end + stop - start)]
        if size is None:
            place[...] = images[start:stop]
        else:
            _resize(images[start:stop], size, place)


def _resize(images: np.ndarray, size: int, out: np.ndarray) -> None:
    def resize_one(number: int) -> None:
        out[number] = resize(np.ascontiguousarray(images[number]), size)

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for _ in pool.map(resize_one, range(len(images))):
            pass


def _collect_labels(out: np.ndarray, read: Reader, parts: list[Piece]) -> None:
    out[...] = np.concatenate(
        [read(split)[1][start:stop] for split, start, stop in parts]
    )
