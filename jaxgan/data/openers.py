"""The functions of `jaxgan.data` that open data, which runs remember."""

import os
from collections.abc import Callable
from typing import TypeVar

from jaxgan.data import graphs, handwritten, source, toy
from jaxgan.data.image_dataset import image_dataset as named_images
from jaxgan.data.image_folder import folder as folder_of_images
from jaxgan.data.molecules import molecules as molecules_of_a_file
from jaxgan.data.molecules import shapes_of as shapes_of_molecule
from jaxgan.data.opening import opener
from jaxgan.data.pairs import pairs as pairs_of_pictures
from jaxgan.data.pairs import shapes_of as shapes_of_pair
from jaxgan.data.picture_set import pictures as pictures_of_a_folder
from jaxgan.data.picture_set import shapes_of as shapes_of_picture
from jaxgan.data.source import Source
from jaxgan.data.unpaired import shapes_of as shapes_of_both
from jaxgan.data.unpaired import unpaired as pictures_of_two_domains

S = TypeVar("S", bound=Source)

folder = opener(folder_of_images, "path")
pairs = opener(pairs_of_pictures, "path", "targets", shapes=shapes_of_pair)
pictures = opener(pictures_of_a_folder, "path", shapes=shapes_of_picture)
unpaired = opener(pictures_of_two_domains, "path", "other", shapes=shapes_of_both)
# The name tells what they are; only their order depends on who has prepared them.
image_dataset = opener(named_images, "data_dir", strict=False)
molecules = opener(molecules_of_a_file, "path", shapes=shapes_of_molecule)
walks = opener(graphs.walks, "path")
digits = opener(handwritten.digits, computed=True)
ring = opener(toy.ring, computed=True)
grid = opener(toy.grid, computed=True)
# Computed by the experiment, maybe, and rounded otherwise on another machine.
arrays = opener(source.arrays, strict=False)


def of_file(path: str | os.PathLike, read: Callable[[str], S]) -> S:
    """A source that a function of yours makes of a file or a folder.

        source = data.of_file(config.path, lambda path: data.arrays(np.load(path)))

    Data that are read in this way, a run knows without them: it can be sampled and
    reported where they are not, is resumed where they have moved, and says so if they
    have changed.

    Args:
      path: of the file or folder.
      read: f(path) -> the source.
    """
    return _of_file(os.fspath(path), read)


def _read(path: str, read: Callable[[str], S]) -> S:
    return read(path)


_read.__name__ = "of_file"
_of_file = opener(_read, "path")
