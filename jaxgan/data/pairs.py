"""Pairs of pictures, a source and its target: pix2pix's and super-resolution's data."""

import dataclasses
import functools
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
from jaxgan.data.picture_form import Form, Reader, readers_of
from jaxgan.data.picture_functions import Made, check_made, made_shape
from jaxgan.data.picture_sides import Side, has_sides, side_of
from jaxgan.data.picture_store import Pictures, blank_pictures
from jaxgan.data.source import DataError, check_count, to_float
from jaxgan.data.views import MIDDLE, Views, square

Direction = Literal["AtoB", "BtoA"]
DIRECTIONS = ("AtoB", "BtoA")
SIDES = ("A", "B")
"""Names of the folders of sets that are published."""


# Compared by identity: arrays have no truth value.
@dataclasses.dataclass(frozen=True, eq=False)
class Pairs:
    """A source of `Sample(value=target, given=source)`; see `pairs`.

    Attributes:
      value: the targets.
      given: their sources, in the same order, or what makes them.
      side: pixels per side of a target as it is shown.
      scale: how much larger than its source it is.
      split: what the set that these are of calls them.
    """

    value: Pictures
    given: Pictures | Made
    side: int
    scale: int = 1
    split: str = ""

    classes = ()
    """No labels."""

    @property
    def size(self) -> int:
        """The number of pairs."""
        return self.value.size

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of a target."""
        return (self.side, self.side, self.value.channels)

    @property
    def shapes(self) -> Sample:
        """Shapes of one pair."""
        given = self.given
        if isinstance(given, Pictures):
            small = self.side // self.scale
            return _shapes(self.shape, (small, small, given.channels))
        return _shapes(self.shape, made_shape(given, self.shape))

    @functools.cached_property
    def stored(self) -> tuple[np.ndarray, ...]:
        """All that examples are cut out of, and the first source that is made."""
        if isinstance(self.given, Pictures):
            return self.value.values, self.given.values
        return self.value.values, self.examples(np.zeros(1, np.int32)).given

    def examples(self, indices: np.ndarray) -> Sample:
        """The middle of pairs, by index."""
        return self.seen(indices, MIDDLE)

    def batch(self, start: int, count: int, draws: Draws) -> Sample:
        """See `crop_batches.PictureSource`."""
        numbers = np.arange(start, start + count)
        return self.seen(draws.order(numbers, self.size), draws.views(start, count))

    def seen(self, indices: np.ndarray, views: Views) -> Sample:
        """Pairs by index, both sides of each as its view says."""
        each = [self._pair(*one, views) for one in enumerate(map(int, indices))]
        value, given = (to_float(np.stack(part)) for part in zip(*each))
        return Sample(value, given)

    def _pair(
        self, number: int, index: int, views: Views
    ) -> tuple[np.ndarray, np.ndarray]:
        scale, small = self.scale, self.side // self.scale
        height, width = (x // scale for x in self.value.shape(index))
        top, left = views.corner(number, height, width, small)
        place = (top * scale, left * scale)
        value = square(self.value, index, place, self.side)
        if isinstance(self.given, Pictures):
            given = square(self.given, index, (top, left), small)
        else:
            given = self.given(value)
        return views.laid(number, value), views.laid(number, given)


def pairs(
    path: str | os.PathLike,
    targets: str | os.PathLike | None = None,
    size: int = 256,
    *,
    load_size: int | None = None,
    channels: tuple[int, int] = (3, 3),
    sides: tuple[str, str] = SIDES,
    split: str | None = None,
    direction: Direction = "AtoB",
    made: Made | None = None,
    scale: int = 1,
    read: Mapping[str, Reader] | None = None,
    skip_bad: bool | None = None,
    cache_dir: str | os.PathLike | None = None,
) -> Pairs:
    """Pairs of a source and its target, as `Sample(value=target, given=source)`.

    They may lie in four ways:

    - in two folders or zips, `path` of sources and `targets`, in files whose names
      are equal but for the suffix, sub-folders included;
    - in one, in folders of two names, `sides`: in `train/A` and `train/B`, `A/train`
      and `B/train`, or `trainA` and `trainB`, or without a split in `A` and `B`;
    - in one, side by side in each picture, as pix2pix's sets do: the left half is A,
      where there are no folders of two names;
    - in one, targets alone, from which `made` makes the sources, see
      `picture_functions`: anywhere below it, or in the folder of the second name, if
      `sides` are named.

    Files are read as `folder` reads them, but for their shape: with `load_size` they
    are resized to such a square, whatever shape they had, by Pillow's bicubic filter;
    286 for a size of 256 is pix2pix's. Without, they stay as they are. Either way
    `crop_batches` cuts squares out of them.

    Args:
      path: a folder or .zip.
      targets: another, of the targets.
      size: pixels per side of a target as it is shown.
      load_size: pixels per side that targets are resized to first.
      channels: of sources and of targets: 1 for gray, 3 for colour.
      sides: names of the folders of A and of B.
      split: the folder that the pairs are in, 'train', 'test', 'val'; by default that
        of training where folders are splits, else all.
      direction: 'BtoA' makes B the source.
      made: f(target, bytes [H, W, C]) -> source. It sees what is cut out.
      scale: sources are so many times smaller than their targets, in super-resolution.
      read: functions that read files that are no pictures, by suffix; see
        `boundary_file.boundaries`.
      skip_bad: leave out bad files and those without a partner, with a warning; by
        default not, but see `skipping_bad`.
      cache_dir: where to keep decoded pictures; see `cache.cache_folder`.

    Raises:
      DataError: naming files and the fix, if an argument is out of range, a side is not
        there, or empty; a file has no partner, is damaged, too small, or not as large
        as its partner.
    """
    _check(size, load_size, channels, direction, scale)
    if made is not None and targets is not None:
        raise DataError("targets: saw them with `made`, wanted one of them")
    if is_blank():
        blanks = [
            blank_pictures(x, c, BLANK) for x, c in zip((size // scale, size), channels)
        ]
        return Pairs(blanks[1], made or blanks[0], size, scale)
    least = size if load_size is None else 1
    readers = readers_of(read)
    given_form = Form(
        channels[0],
        load_size and load_size // scale,
        least=-(-least // scale),
        readers=readers,
    )
    forms = given_form, Form(channels[1], load_size, least=least, readers=readers)
    options = Opened(is_skipping(skip_bad), cache_dir)
    name = split or ""
    if made is not None:
        target = "" if sides == SIDES else sides[1]
        side = side_of(os.fspath(path), target, split)
        (value,) = opened_sides([side], forms[1:], options)
        check_made(made, (size, size, channels[1]))
        return Pairs(value, made, size, scale, name)
    found, parts = _sides(os.fspath(path), targets, sides, split)
    if direction == "BtoA":
        found, parts = found[::-1], parts[::-1]
    forms = [form._replace(part=part) for form, part in zip(forms, parts)]
    given, value = opened_sides(found, forms, options, scale)
    return Pairs(value, given, size, scale, name)


def shapes_of(arguments: Mapping[str, Any]) -> Sample:
    """Finds the shapes of one pair from the arguments of `pairs`; nothing is read."""
    size, made = arguments["size"], arguments["made"]
    given, value = arguments["channels"]
    if made is not None:
        return _shapes((size, size, value), made_shape(made, (size, size, value)))
    small = size // arguments["scale"]
    return _shapes((size, size, value), (small, small, given))


def _shapes(value: tuple[int, ...], given: tuple[int, ...]) -> Sample:
    return Sample(
        jax.ShapeDtypeStruct(value, jnp.float32),
        jax.ShapeDtypeStruct(given, jnp.float32),
    )


def _sides(
    path: str, targets: Any, names: tuple[str, str], split: str | None
) -> tuple[list[Side], tuple[str, str]]:
    """Finds A and B, and which part of their files counts."""
    if targets is not None:
        folders = (path, os.fspath(targets))
        return [side_of(one, "", split) for one in folders], ("", "")
    if has_sides(path, names, split) or names != SIDES:
        return [side_of(path, name, split) for name in names], ("", "")
    return [side_of(path, "", split)] * 2, ("left", "right")


def _check(
    size: int, load_size: int | None, channels: Any, direction: str, scale: int
) -> None:
    check_count("size", size, 1)
    check_count("scale", scale, 1)
    check_sizes(size, load_size)
    check_channels(channels)
    for name, value in (("size", size), ("load_size", load_size or 0)):
        if value % scale:
            raise DataError(f"{name}: saw {value}, wanted a multiple of scale, {scale}")
    if direction not in DIRECTIONS:
        wanted = " or ".join(map(repr, DIRECTIONS))
        raise DataError(f"direction: saw {direction!r}, wanted {wanted}")


def check_sizes(size: int, load_size: int | None) -> None:
    """Checks that what is shown can be cut out of what is loaded.

    Raises:
      DataError: if not.
    """
    check_count("size", size, 1)
    if load_size is not None:
        check_count("load_size", load_size, size)


def check_channels(channels: Any) -> None:
    """Checks the numbers of channels of two sides.

    Raises:
      DataError: if they are none.
    """
    if len(tuple(channels)) != 2 or not set(channels) <= {1, 3}:
        raise DataError(
            f"channels: saw {channels!r}, wanted two numbers, of the two sides, 1 "
            "(gray) or 3 (colour)"
        )
