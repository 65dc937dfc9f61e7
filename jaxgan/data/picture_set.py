"""Pictures of one folder, from which squares are cut: for restoration's targets."""

import dataclasses
import os
from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxgan.core.types import Sample
from jaxgan.data.blank import SIZE as BLANK
from jaxgan.data.blank import is_blank
from jaxgan.data.crop_batches import Draws
from jaxgan.data.image_folder import is_skipping
from jaxgan.data.opened_sides import Opened, opened_sides
from jaxgan.data.pairs import check_channels, check_sizes
from jaxgan.data.picture_form import Form
from jaxgan.data.picture_sides import side_of
from jaxgan.data.picture_store import Pictures, blank_pictures
from jaxgan.data.source import to_float
from jaxgan.data.views import MIDDLE, Views, cut


# Compared by identity: arrays have no truth value.
@dataclasses.dataclass(frozen=True, eq=False)
class PictureSet:
    """A source of `Sample(value)`; see `pictures`.

    Attributes:
      value: the pictures.
      side: pixels per side of what is shown of them.
      split: what the set that these are of calls them.
    """

    value: Pictures
    side: int
    split: str = ""

    classes = ()
    """No labels."""

    @property
    def size(self) -> int:
        """The number of pictures."""
        return self.value.size

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of what is shown of one."""
        return (self.side, self.side, self.value.channels)

    @property
    def shapes(self) -> Sample:
        """Shapes of one example."""
        return Sample(jax.ShapeDtypeStruct(self.shape, jnp.float32))

    @property
    def stored(self) -> tuple[np.ndarray, ...]:
        """All that examples are cut out of."""
        return (self.value.values,)

    def examples(self, indices: np.ndarray) -> Sample:
        """The middle of pictures, by index."""
        return self._seen(indices, MIDDLE)

    def batch(self, start: int, count: int, draws: Draws) -> Sample:
        """See `crop_batches.PictureSource`."""
        numbers = np.arange(start, start + count)
        return self._seen(draws.order(numbers, self.size), draws.views(start, count))

    def _seen(self, indices: np.ndarray, views: Views) -> Sample:
        return Sample(to_float(np.stack(cut(self.value, indices, self.side, views))))


def pictures(
    path: str | os.PathLike,
    size: int = 256,
    *,
    load_size: int | None = None,
    channels: int = 3,
    side: str = "",
    split: str | None = None,
    skip_bad: bool | None = None,
    cache_dir: str | os.PathLike | None = None,
) -> PictureSet:
    """Pictures alone, as `Sample(value)`, from which `crop_batches` cuts squares.

    They are the targets of games that make sources of them on the device. Files are
    read as by `pairs`, and lie in such folders.

    Args:
      path: a folder or .zip.
      size: pixels per side of what is shown.
      load_size: pixels per side that pictures are resized to first; by default they
        stay as large as they are.
      channels: 1 for gray, 3 for colour.
      side: the name of the folder that they are in; by default all below the path.
      split: 'train', 'test', ...; by default that of training where folders are splits,
        else all.
      skip_bad: leave out bad files, with a warning; by default not, but see
        `skipping_bad`.
      cache_dir: where to keep decoded pictures; see `cache.cache_folder`.

    Raises:
      DataError: naming files and the fix, if an argument is out of range, nothing is
        there, or files are damaged or too small.
    """
    check_sizes(size, load_size)
    check_channels((channels, channels))
    if is_blank():
        return PictureSet(blank_pictures(size, channels, BLANK), size)
    found = side_of(os.fspath(path), side, split)
    form = Form(channels, load_size, least=size if load_size is None else 1)
    options = Opened(is_skipping(skip_bad), cache_dir)
    (value,) = opened_sides([found], [form], options)
    return PictureSet(value, size, split or "")


def shapes_of(arguments: Mapping[str, Any]) -> Sample:
    """Finds the shapes of one example from the arguments of `pictures`."""
    shape = (arguments["size"], arguments["size"], arguments["channels"])
    return Sample(jax.ShapeDtypeStruct(shape, jnp.float32))
