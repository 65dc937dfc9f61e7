"""Image datasets by their names in the catalogue of TensorFlow Datasets.

Sets that TensorFlow Datasets has prepared are read without TensorFlow. They are looked
for in the folder that the environment variable TFDS_DATA_DIR names, else in
~/tensorflow_datasets, unless `data_dir` is given. To prepare one, once, in any
environment:

    python -m pip install tensorflow
    tfds build kmnist --file_format=array_record --data_dir=FOLDER

MNIST, Fashion-MNIST and CIFAR-10 need no preparation and no TensorFlow: where they are
not prepared, the files that their authors published are downloaded, once, and checked.
They lie in the cache folder: $JAXGAN_CACHE, else ~/.cache/jaxgan.

The images of a split are the same either way, but not their order: the original files
have the authors' order, TensorFlow Datasets shuffles what it prepares. Runs that are
compared bit for bit, or continued on another machine, must read the same kind.
"""

import os

from jaxgan.data.blank import is_blank
from jaxgan.data.original_files import ORIGINALS
from jaxgan.data.original_images import blank_original_images, original_images
from jaxgan.data.source import Arrays, check_count
from jaxgan.data.tfds_images import blank_tfds_images, is_prepared, tfds_images


def image_dataset(
    name: str,
    split: str = "train",
    data_dir: str | os.PathLike | None = None,
    *,
    size: int | None = None,
    cache_dir: str | os.PathLike | None = None,
) -> Arrays:
    """An image dataset by its name in the TFDS catalogue, such as 'mnist'.

    It is read from where TFDS has prepared it as array_record, if it has. Else 'mnist',
    'fashion_mnist' and 'cifar10' are downloaded as their authors published them, which
    a line on standard error says; their order is not TFDS's. Any other is prepared now
    if TensorFlow is installed; if not, the error says which command does it. Images are
    decoded once and kept in the cache folder, so that they need not fit in memory.

    Args:
      name: of the dataset, with a config if it has several: 'lsun/bedroom'.
      split: as TFDS writes them: 'train', 'test[:1000]', 'train[10%:]', 'train+test'.
      data_dir: where datasets are prepared; by default $TFDS_DATA_DIR, or
        ~/tensorflow_datasets if that is not set.
      size: cut and resize every image as `folder` does. Needed if sizes differ.
      cache_dir: where to keep downloads and decoded images; see `cache.cache_folder`.

    Raises:
      DataError: if the dataset or split does not exist, cannot be downloaded, is not
        prepared, has no images, or has images of several sizes.
    """
    if size is not None:
        check_count("size", size, 1)
    if is_blank() and name in ORIGINALS:
        return blank_original_images(name, size)
    if is_blank():
        return blank_tfds_images(name, data_dir, size)
    if name in ORIGINALS and not is_prepared(name, data_dir):
        return original_images(name, split, size=size, cache_dir=cache_dir)
    return tfds_images(name, split, data_dir, size=size, cache_dir=cache_dir)
