"""Any prepared image dataset of TensorFlow Datasets, read without TensorFlow."""

import contextlib
import difflib
import importlib.util
import io
import logging
import os
import pathlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from jaxgan.data.cache import cached_array
from jaxgan.data.image_file import decode
from jaxgan.data.source import Arrays, DataError


def tfds_images(
    name: str,
    split: str = "train",
    data_dir: str | os.PathLike | None = None,
    *,
    size: int | None = None,
    cache: pathlib.Path | None = None,
) -> Arrays:
    """An image dataset by its name in the TFDS catalogue, such as 'mnist'.

    It must have been prepared as array_record. If it was not, and TensorFlow is
    installed, it is prepared now; else the error says which command does it. Images are
    decoded once and kept in the cache folder.

    Args:
      name: of the dataset, with a config if it has several: 'lsun/bedroom'.
      split: as TFDS writes them: 'train', 'test[:1000]', 'train+test'.
      data_dir: where datasets are prepared; TFDS's own default if None.
      size: cut and resize every image as `folder` does. Needed if sizes differ.
      cache: where to keep decoded images; see `cache.cache_folder`.

    Raises:
      DataError: if the dataset or split does not exist, is not prepared, has no images,
        or has images of several sizes.
    """
    with _quiet():
        builder = _builder(name, data_dir)
    features = builder.info.features
    if features is None or "image" not in features:
        raise DataError(f"{name}: has no feature 'image'; it is no image dataset")
    try:
        rows = _undecoded(builder, split)
    except (ValueError, KeyError, AssertionError) as error:
        known = ", ".join(sorted(builder.info.splits))
        raise DataError(
            f"split: saw {split!r}, wanted one of {known} ({_line(error)})"
        ) from None
    label = features["label"] if "label" in features else None  # noqa: SIM401
    version = (name, str(builder.version), str(builder.data_dir), split, size)
    values = cached_array(
        ("tfds image", *version), lambda: _images(name, rows, size), cache
    )
    if label is None or not hasattr(label, "num_classes"):
        return Arrays(values)
    labels = cached_array(("tfds label", *version), lambda: _labels(rows), cache)
    return Arrays(values, np.asarray(labels), tuple(label.names))


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Silences what TFDS logs about folders that an error of ours tells better."""
    logger = logging.getLogger("absl")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


def _builder(name: str, data_dir: str | os.PathLike | None) -> Any:
    import tensorflow_datasets as tfds

    folder = pathlib.Path(data_dir).expanduser() if data_dir else None
    known = tfds.list_builders(with_community_datasets=False)
    base = name.split("/")[0]
    # Asked for an unknown name, TFDS would import TensorFlow to look on the network.
    if base not in known and not (folder and (folder / base).is_dir()):
        near = difflib.get_close_matches(base, known, 1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise DataError(f"{name}: no dataset of that name is known{hint}")
    builder = tfds.builder(name, data_dir=folder, file_format="array_record")
    if builder.is_prepared():
        return builder
    where = "" if folder is None else f" --data_dir={folder}"
    command = f"tfds build {name} --file_format=array_record{where}"
    if importlib.util.find_spec("tensorflow") is None:
        raise DataError(
            f"{name}: not prepared in {builder.data_dir}; with TensorFlow installed in "
            f"some environment, this prepares it: {command}"
        )
    builder.download_and_prepare()
    return builder


def _undecoded(builder: Any, split: str) -> Any:
    import tensorflow_datasets as tfds

    skip = {"image": tfds.decode.SkipDecoding()}
    return builder.as_data_source(split=split, decoders=skip)


def _images(name: str, rows: Any, size: int | None) -> np.ndarray:
    first = _pixels(rows[0]["image"])
    shape = first.shape if size is None else (size, size, first.shape[-1])
    values = np.empty((len(rows), *shape), np.uint8)
    for place, row in enumerate(rows):
        if size is not None:
            values[place] = decode(row["image"], f"{name}[{place}]", size, shape[-1])
            continue
        image = _pixels(row["image"])
        if image.shape != shape:
            raise DataError(
                f"{name}: saw images of {shape} and {image.shape}, wanted one size; "
                "give a size to resize to"
            )
        values[place] = image
    return values


def _pixels(encoded: bytes) -> np.ndarray:
    from PIL import Image

    with Image.open(io.BytesIO(encoded)) as image:
        pixels = np.asarray(image if image.mode == "L" else image.convert("RGB"))
    return pixels[..., None] if pixels.ndim == 2 else pixels


def _labels(rows: Any) -> np.ndarray:
    return np.array([int(row["label"]) for row in rows], np.int32)


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
