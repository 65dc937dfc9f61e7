"""Pictures of two domains, x and y, that nobody has paired: CycleGAN's data."""

import dataclasses
import os
from collections.abc import Mapping
from typing import Any, Literal

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
from jaxgan.data.picture_sides import Side, side_of
from jaxgan.data.picture_store import Pictures, blank_pictures
from jaxgan.data.source import DataError, to_float
from jaxgan.data.views import MIDDLE, cut

Partners = Literal["ignored", "apart", "aligned"]
PARTNERS = ("ignored", "apart", "aligned")


# Compared by identity: arrays have no truth value.
@dataclasses.dataclass(frozen=True, eq=False)
class Unpaired:
    """A source of `Sample({"x": ..., "y": ...})`; see `unpaired`.

    Attributes:
      x: the pictures of one domain.
      y: those of the other.
      side: pixels per side of what is shown of them.
      split: what the set that these are of calls them.
      aligned: whether example i of x is the same thing as example i of y.
    """

    x: Pictures
    y: Pictures
    side: int
    split: str = ""
    aligned: bool = False

    classes = ()
    """No labels."""

    @property
    def size(self) -> int:
        """The number of pictures of the larger domain."""
        return max(self.x.size, self.y.size)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of a picture of y."""
        return (self.side, self.side, self.y.channels)

    @property
    def shapes(self) -> Sample:
        """Shapes of one example."""
        return _shapes(self.side, (self.x.channels, self.y.channels))

    @property
    def stored(self) -> tuple[np.ndarray, ...]:
        """All that examples are cut out of."""
        return self.x.values, self.y.values

    def examples(self, indices: np.ndarray) -> Sample:
        """The middle of pictures, by index, counted anew where a domain ends."""
        sides = {
            name: cut(one, np.asarray(indices) % one.size, self.side, MIDDLE)
            for name, one in (("x", self.x), ("y", self.y))
        }
        return Sample({name: to_float(np.stack(one)) for name, one in sides.items()})

    def batch(self, start: int, count: int, draws: Draws) -> Sample:
        """See `crop_batches.PictureSource`."""
        numbers, value = np.arange(start, start + count), {}
        for series, (name, one) in enumerate((("x", self.x), ("y", self.y))):
            places = draws.order(numbers, one.size, series)
            views = draws.views(start, count, series)
            value[name] = to_float(np.stack(cut(one, places, self.side, views)))
        return Sample(value)


def unpaired(
    path: str | os.PathLike,
    other: str | os.PathLike | None = None,
    size: int = 256,
    *,
    load_size: int | None = None,
    channels: tuple[int, int] = (3, 3),
    sides: tuple[str, str] = ("A", "B"),
    split: str | None = None,
    partners: Partners = "ignored",
    skip_bad: bool | None = None,
    cache_dir: str | os.PathLike | None = None,
) -> Unpaired:
    """Pictures of two domains, as `Sample({"x": ..., "y": ...})`.

    They lie in two folders or zips, `path` of x and `other` of y, of any sizes and
    names, or in one, in folders of two names, `sides`: `trainA` and `trainB`, as
    CycleGAN's sets do, or wherever `pairs` finds them. Files are read as by `pairs`;
    286 for a size of 256 is CycleGAN's `load_size`.

    Args:
      path: a folder or .zip.
      other: another, of y.
      size: pixels per side of what is shown.
      load_size: pixels per side that pictures are resized to first; by default they
        stay as large as they are.
      channels: of x and of y: 1 for gray, 3 for colour.
      sides: names of the folders of x and of y.
      split: 'train', 'test', ...; by default that of training where folders are splits,
        else all.
      partners: of files whose names are equal, as of `pairs`. 'apart': every second
        one is taken from x, and the others from y, so that no picture is there with its
        partner, though the set holds both. 'aligned': there are no others, and example
        i of x is the partner of example i of y, to measure what was made of it.
      skip_bad: leave out bad files, with a warning; by default not, but see
        `skipping_bad`.
      cache_dir: where to keep decoded pictures; see `cache.cache_folder`.

    Raises:
      DataError: naming files and the fix, if an argument is out of range, a side is not
        there, or empty, or files are damaged or too small.
    """
    check_sizes(size, load_size)
    check_channels(channels)
    if partners not in PARTNERS:
        wanted = " or ".join(map(repr, PARTNERS))
        raise DataError(f"partners: saw {partners!r}, wanted {wanted}")
    aligned = partners == "aligned"
    if is_blank():
        x, y = (blank_pictures(size, count, BLANK) for count in channels)
        return Unpaired(x, y, size, aligned=aligned)
    if other is None:
        found = [side_of(os.fspath(path), name, split) for name in sides]
    else:
        found = [side_of(os.fspath(one), "", split) for one in (path, other)]
    least = size if load_size is None else 1
    forms = [Form(count, load_size, least=least) for count in channels]
    options = Opened(is_skipping(skip_bad), cache_dir)
    if aligned:
        both = opened_sides(found, forms, options)
    else:
        found = _apart(found[0], found[1]) if partners == "apart" else found
        both = [opened_sides([x], [form], options)[0] for x, form in zip(found, forms)]
    return Unpaired(both[0], both[1], size, split or "", aligned)


def _apart(x: Side, y: Side) -> list[Side]:
    common = sorted(set(x.keys) & set(y.keys))
    lost = set(common[1::2]), set(common[::2])
    return [side.of(set(side.keys) - gone) for side, gone in zip((x, y), lost)]


def shapes_of(arguments: Mapping[str, Any]) -> Sample:
    """Finds the shapes of one example from the arguments of `unpaired`."""
    return _shapes(arguments["size"], arguments["channels"])


def _shapes(side: int, channels: tuple[int, int]) -> Sample:
    return Sample(
        {
            name: jax.ShapeDtypeStruct((side, side, count), jnp.float32)
            for name, count in zip(("x", "y"), channels)
        }
    )
