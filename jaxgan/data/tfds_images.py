"""Image datasets that TensorFlow Datasets has prepared, read without TensorFlow."""

import concurrent.futures
import contextlib
import dataclasses
import difflib
import importlib.util
import logging
import os
import pathlib
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np

from jaxgan.data.blank import blank_images
from jaxgan.data.cache import cached_array
from jaxgan.data.image_file import RULE, decode, decode_whole
from jaxgan.data.source import Arrays, DataError, arrays
from jaxgan.data.split import empty_split, unknown_split

BLOCK = 1000
"""Rows read together: five times faster than one by one."""


def tfds_images(
    name: str,
    split: str,
    data_dir: str | os.PathLike | None,
    *,
    size: int | None,
    cache_dir: str | os.PathLike | None,
) -> Arrays:
    """Reads a dataset that TFDS has prepared; arguments are those of `image_dataset`.

    It must have been prepared as array_record. If it was not, and TensorFlow is
    installed, it is prepared now; else the error says which command does it.

    Raises:
      DataError: if the dataset or split does not exist, is not prepared, has no images,
        or has images of several sizes.
    """
    with _quiet():
        builder = _prepared(name, data_dir)
        features = _features(name, builder)
        rows = _rows(name, builder, split)
    channels = 1 if features["image"].shape[-1] == 1 else 3
    if size is not None:
        shape = (size, size, channels)
    else:
        shape = decode_whole(rows[0]["image"], f"{name} {split}[0]", channels).shape
    identity = ("tfds", RULE, split, size is None, *_files(builder))
    values = cached_array(
        identity,
        (len(rows), *shape),
        lambda out: _decode_all(f"{name} {split}", rows, out, size),
        cache_dir,
    )
    if not _classes(features):
        return dataclasses.replace(arrays(values), split=split)
    labels = cached_array(
        (*identity, "labels"),
        (len(rows),),
        lambda out: _collect_labels(rows, out),
        cache_dir,
        np.int32,
    )
    named = arrays(values, labels, _classes(features))
    return dataclasses.replace(named, split=split)


def _features(name: str, builder: Any) -> Any:
    features = builder.info.features
    if features is None or "image" not in features:
        raise DataError(f"{name}: has no feature 'image'; it is no image dataset")
    return features


def _classes(features: Any) -> tuple[str, ...]:
    if "label" not in features:
        return ()
    return tuple(getattr(features["label"], "names", None) or ())


def blank_tfds_images(
    name: str, data_dir: str | os.PathLike | None, size: int | None
) -> Arrays:
    """Blank images of the shape and with the classes that the catalogue tells.

    Raises:
      DataError: if it tells no size, and none is given.
    """
    with _quiet():
        features = _features(name, _builder(name, data_dir))
    height, width, channels = features["image"].shape
    if size is not None:
        height = width = size
    if height is None or width is None:
        raise DataError(f"{name}: the catalogue tells no size of images; give one")
    shape = height, width, 1 if channels == 1 else 3
    return blank_images(shape, _classes(features))


def is_prepared(name: str, data_dir: str | os.PathLike | None) -> bool:
    """Whether `tfds_images` would find the dataset prepared, in a format it reads."""
    with _quiet():
        builder = _builder(name, data_dir)
        # Asked whether it is prepared, TFDS looks for a folder, of any format or none.
        return builder.is_prepared() and any(
            map(_is_array_record, _record_files(builder))
        )


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Silences what TFDS says about folders that an error of ours tells better."""
    logger = logging.getLogger("absl")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)


def _builder(name: str, data_dir: str | os.PathLike | None) -> Any:
    """Of a dataset that need not be prepared."""
    import tensorflow_datasets as tfds

    folder = pathlib.Path(data_dir).expanduser() if data_dir else None
    known = tfds.list_builders(with_community_datasets=False)
    base = name.split("/")[0].split(":")[0]
    # Asked for an unknown name, TFDS would import TensorFlow to look on the network.
    if base not in known and not (folder and (folder / base).is_dir()):
        near = " or ".join(map(repr, difflib.get_close_matches(base, known, 3)))
        hint = f"did you mean {near}?" if near else "see tensorflow.org/datasets"
        raise DataError(f"{name}: no dataset of that name is known; {hint}")
    try:
        # Given a file_format, this would refuse what was prepared in another.
        return tfds.builder(name, data_dir=folder)
    except (ValueError, RuntimeError) as error:
        raise DataError(f"{name}: {_line(error)}") from None


def _prepared(name: str, data_dir: str | os.PathLike | None) -> Any:
    import tensorflow_datasets as tfds

    builder = _builder(name, data_dir)
    folder = builder._data_dir_root  # the default, if none was given
    command = f"tfds build {name} --file_format=array_record --data_dir={folder}"
    if builder.is_prepared():
        if any(map(_is_array_record, _record_files(builder))):
            return builder
        raise DataError(
            f"{name}: {builder.data_path} holds no array_record files, so it was "
            f"prepared in another format or not to the end; remove it, then: {command}"
        )
    if importlib.util.find_spec("tensorflow") is None:
        raise DataError(
            f"{name}: not prepared in {builder.data_path}; once, in any environment: "
            f"python -m pip install tensorflow && {command}"
        )
    tfds.builder(
        name, data_dir=folder, file_format="array_record"
    ).download_and_prepare()
    return tfds.builder(name, data_dir=folder)


def _record_files(builder: Any) -> list[pathlib.Path]:
    return sorted(pathlib.Path(builder.data_path).iterdir())


def _is_array_record(path: pathlib.Path) -> bool:
    return ".array_record-" in path.name


def _files(builder: Any) -> Iterator[tuple[str, int, int]]:
    """What changes when the dataset is prepared anew."""
    for path in filter(_is_array_record, _record_files(builder)):
        status = path.stat()
        yield str(path), status.st_size, status.st_mtime_ns


def _rows(name: str, builder: Any, split: str) -> Any:
    """The rows, images undecoded."""
    import tensorflow_datasets as tfds

    skip = {"image": tfds.decode.SkipDecoding()}
    known = builder.info.splits
    try:
        rows = builder.as_data_source(split=split, decoders=skip)
    except NotImplementedError as error:
        raise DataError(f"{name}: {_line(error)}") from None
    except (ValueError, KeyError, AssertionError, TypeError) as error:
        raise unknown_split(split, known, error) from None
    if not len(rows):
        raise empty_split(split, known)
    return rows


def _in_blocks(rows: Any) -> Iterator[tuple[int, list[Any]]]:
    for start in range(0, len(rows), BLOCK):
        stop = min(start + BLOCK, len(rows))
        yield start, rows.__getitems__(list(range(start, stop)))


def _decode_all(name: str, rows: Any, out: np.ndarray, size: int | None) -> None:
    shape = out.shape[1:]

    def decode_one(number: int, data: bytes) -> None:
        place = f"{name}[{number}]"
        if size is not None:
            out[number] = decode(data, place, size, shape[-1])
            return
        image = decode_whole(data, place, shape[-1])
        if image.shape != shape:
            raise DataError(
                f"{place}: saw an image of {image.shape} after one of {shape}, wanted "
                "one shape; give a size= to resize to"
            )
        out[number] = image

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for start, block in _in_blocks(rows):
            numbers = range(start, start + len(block))
            for _ in pool.map(decode_one, numbers, (row["image"] for row in block)):
                pass


def _collect_labels(rows: Any, out: np.ndarray) -> None:
    for start, block in _in_blocks(rows):
        out[start : start + len(block)] = [int(row["label"]) for row in block]


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
