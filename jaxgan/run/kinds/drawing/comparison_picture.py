"""Pictures of sources, outputs and targets, one below the other or side by side."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from jaxgan.core.types import Sample
from jaxgan.run import pictures
from jaxgan.run.errors import RunError
from jaxgan.run.kinds.images import to_uint8
from jaxgan.run.kinds.route import Translation, translations_of

LEAST = 64
"""Pixels per side, about, that examples are enlarged to, so that rows can be named."""
MARGIN = 64
"""Pixels left of the rows, for their names."""
SIZE = 12
"""Of letters, in pixels."""
COLUMNS = 8
"""Examples beside each other; further ones come below."""


class Row(NamedTuple):
    """Pictures of a kind, of all examples.

    Attributes:
      name: of the row.
      images: uint8 [N, H, W, 3].
    """

    name: str
    images: np.ndarray


def rows_of(sample: Sample) -> list[Row]:
    """Orders what there is of examples: source, output, what it leads back to, target.

    Of real examples of two domains there are those of x and of y.

    Raises:
      RunError: if something is no picture.
    """
    if _is_real(sample):
        if isinstance(sample.value, dict):
            return [Row(name, _pictures(x)) for name, x in sample.value.items()]
        return [
            Row("source", _pictures(sample.given)),
            Row("target", _pictures(sample.value)),
        ]
    found = []
    for key, translation in sorted(translations_of(sample).items(), reverse=True):
        found += _rows(key, translation)
    return found


def _is_real(sample: Sample) -> bool:
    features = sample.features
    made = isinstance(features, dict) and bool(features)
    several = isinstance(sample.value, dict)
    return not made and not (several and isinstance(sample.given, dict))


def _rows(key: str, translation: Translation) -> list[Row]:
    other = {"x": "y", "y": "x"}.get(key, "")
    names = {"source": "source", "output": "output", "target": "target"}
    if key:
        names = {"source": other, "output": f"fake {key}", "target": f"partner {key}"}
    names["back"] = "back"
    order = ("source", "output", "back", "target")
    each = ((names[part], getattr(translation, part)) for part in order)
    return [Row(name, _pictures(x)) for name, x in each if x is not None]


def _pictures(images: Any) -> np.ndarray:
    if isinstance(images, tuple | dict):
        raise RunError(
            f"pairs: saw {type(images).__name__} of {len(images)}, wanted pictures "
            "[N, H, W, C] that others are made of, as data.pairs gives them"
        )
    return to_uint8(images)


def rows(sample: Sample) -> np.ndarray:
    """Draws named rows, whose columns are examples: uint8 [H, W, 3]."""
    found = rows_of(sample)
    side = max(max(row.images.shape[1:3]) for row in found)
    side *= max(1, LEAST // side)
    named = [Row(row.name, _fitted(row.images, side)) for row in found]
    count = len(named[0].images)
    strips = [
        _named(row.name, _strip(row.images[start : start + COLUMNS], count))
        for start in range(0, count, COLUMNS)
        for row in named
    ]
    gap = np.full((pictures.GAP, strips[0].shape[1], 3), pictures.WHITE, np.uint8)
    parts = [part for strip in strips for part in (strip, gap)]
    return np.concatenate(parts[:-1])


def strip(sample: Sample) -> np.ndarray:
    """Draws what there is of one example, or of several, side by side."""
    found = rows_of(sample)
    side = max(max(row.images.shape[1:3]) for row in found)
    each = [_fitted(row.images, side) for row in found]
    return pictures.mosaic(np.concatenate(np.stack(each, axis=1)), len(each))


def _strip(images: np.ndarray, count: int) -> np.ndarray:
    """Draws some of so many pictures side by side, as wide as any others of them."""
    room = ((0, min(count, COLUMNS) - len(images)), (0, 0), (0, 0), (0, 0))
    filled = np.pad(images, room, constant_values=pictures.WHITE)
    return pictures.mosaic(filled, columns=len(filled))


def _fitted(images: np.ndarray, side: int) -> np.ndarray:
    """Enlarges pictures a whole number of times, on white, to squares of a side."""
    times = max(1, side // max(images.shape[1:3]))
    large = images.repeat(times, axis=1).repeat(times, axis=2)
    down, right = (side - extent for extent in large.shape[1:3])
    room = ((0, 0), (down // 2, down - down // 2), (right // 2, right - right // 2))
    return np.pad(large, (*room, (0, 0)), constant_values=pictures.WHITE)


def _named(name: str, strip: np.ndarray) -> np.ndarray:
    from PIL import Image, ImageDraw, ImageFont

    label = Image.new("RGB", (MARGIN, strip.shape[0]), "white")
    font = ImageFont.load_default(SIZE)
    draw = ImageDraw.Draw(label)
    where = (MARGIN - 6, strip.shape[0] // 2)
    draw.text(where, name, fill=(60, 60, 60), font=font, anchor="rm")
    return np.concatenate([np.asarray(label), strip], axis=1)


def sequence(sample: Sample) -> Sequence[tuple[str, Translation]]:
    """Lists the ways that samples of examples went, by name: 'x to y', or ''."""
    names = {"y": "x to y", "x": "y to x"}
    found = sorted(translations_of(sample).items(), reverse=True)
    return [(names.get(key, key), translation) for key, translation in found]
