"""The pictures of one side, or of two that match, decoded, checked and in one order."""

import os
import warnings
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from jaxgan.data import bad_files
from jaxgan.data.picture_form import Form
from jaxgan.data.picture_sides import NAMED, Side, partners
from jaxgan.data.picture_store import Pictures, stored_pictures
from jaxgan.data.source import DataError

STRETCH = 0.02
"""Relative difference of shapes, width by height, that partners may have."""


class Opened(NamedTuple):
    """How sides are opened.

    Attributes:
      skip_bad: leave out bad files, with a warning.
      cache_dir: of decoded pictures.
    """

    skip_bad: bool = False
    cache_dir: str | os.PathLike | None = None


def opened_sides(
    sides: Sequence[Side], forms: Sequence[Form], options: Opened, scale: int = 1
) -> list[Pictures]:
    """Decodes the pictures of all sides, those of two in the order of their keys.

    What is left out of one side, its partner is left out too.

    Args:
      sides: one, or two of partners: sources and targets.
      forms: of their pictures.
      options: how they are opened.
      scale: sources are so many times smaller.

    Raises:
      DataError: naming files, if any is bad, has no partner, or is not as large as it
        should be beside that, and none shall be left out; or if none is left.
    """
    keys = set(sides[0].keys)
    if len(sides) > 1:
        keys, told = partners(sides[0], sides[1], options.skip_bad)
        if told:
            warnings.warn(told, stacklevel=4)
    while True:
        kept = [side.of(keys) for side in sides]
        stored, bad = [], set()
        for side, form in zip(kept, forms):
            pictures, faults = stored_pictures(side.listing, form, options.cache_dir)
            if pictures is None:
                bad_files.check(side.listing, faults, options.skip_bad)
                what = "are left out, for they cannot be used"
                warnings.warn(bad_files.told(side.listing, faults, what), stacklevel=4)
                bad = {side.keys[place] for place in faults}
                break
            stored.append(pictures)
        else:
            bad = _unequal(kept, stored, forms, scale, options.skip_bad)
        if not bad:
            break
        keys -= bad
        if not keys:
            raise DataError(f"{sides[0].where}: no file is left that can be used")
    for side, pictures, form in zip(kept, stored, forms):
        if form.channels == 3 and pictures.gray:
            warnings.warn(
                f"{side.where}: all pictures are gray; they are read as three equal "
                "channels: one would do, of `channels`",
                stacklevel=4,
            )
    return stored


def _unequal(
    sides: Sequence[Side],
    stored: Sequence[Pictures],
    forms: Sequence[Form],
    scale: int,
    skip_bad: bool,
) -> set[str]:
    """Finds the keys of partners whose sizes do not fit."""
    if len(sides) < 2:
        return set()
    given, value = stored
    if forms[0].size is None:
        wrong = (value.table[:, 1:3] // scale != given.table[:, 1:3]).any(axis=1)
        wanted = "equal ones" if scale == 1 else f"the second {scale} times as large"
        wanted += ", or give load_size to resize both"
    else:
        ratios = [np.divide(*one.table[:, 3:5].T) for one in stored]
        wrong = np.abs(np.log(ratios[0] / ratios[1])) > STRETCH
        wanted = "the same shape"
    places = np.flatnonzero(wrong)
    lines = []
    for place in places[:NAMED]:
        titles = [side.title(side.keys[place]) for side in sides]
        shapes = [one.file_shape(place)[::-1] for one in stored]
        seen = ["{} × {}".format(*shape) for shape in shapes]
        lines.append(
            f"{titles[0]}: saw {seen[0]} pixels, and {seen[1]} of its partner "
            f"{titles[1]}, wanted {wanted}"
        )
    if len(places) > NAMED:
        lines.append(f"and {len(places) - NAMED:,} more")
    if lines and not skip_bad:
        lines[-1] += "; or leave such files out: --skip-bad"
        raise DataError("\n  ".join(lines))
    if lines:
        warnings.warn("\n  ".join(lines) + "; left out", stacklevel=5)
    return {sides[0].keys[place] for place in places}
