"""Large pictures, gone through in tiles that overlap and are blended."""

from collections.abc import Callable, Iterator

import numpy as np


def starts(length: int, tile: int, overlap: int) -> list[int]:
    """Places tiles along a side: every tile whole, the last one at the end.

    Args:
      length: of the side, at least that of a tile.
      tile: its length.
      overlap: of neighbours, at least; less than half a tile.
    """
    last = length - tile
    return [*range(0, last, tile - overlap), last]


def ramp(tile: int, overlap: int) -> np.ndarray:
    """Weighs the pixels of a tile along a side, [tile]: less towards both ends."""
    distance = np.arange(tile) + 0.5
    weights = np.minimum(distance, tile - distance) / max(overlap, 1)
    return np.minimum(weights, 1.0).astype(np.float32)


def blended(
    image: np.ndarray,
    tile: tuple[int, int],
    overlap: int,
    scale: int,
    apply: Callable[[np.ndarray], np.ndarray],
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> Iterator[np.ndarray]:
    """Applies a function to an image tile by tile.

    Where tiles overlap, their outputs are averaged, with weights that fall off linearly
    towards the tile's edge. Of the outputs no more than a row of tiles is held.

    Args:
      image: [H, W, C], at least as large as a tile.
      tile: its (height, width).
      overlap: of neighbouring tiles, in pixels of the image; less than half a tile.
      scale: how many times larger outputs are than inputs.
      apply: f(tile [h, w, C]) -> [h · scale, w · scale, C'].
      tell: f(done, total) after every tile.

    Yields:
      float32 [h, W · scale, C'], from top to bottom, H · scale rows in all.
    """
    (height, width, _), (tall, wide) = image.shape, tile
    rows, columns = starts(height, tall, overlap), starts(width, wide, overlap)
    down, across = (ramp(size * scale, overlap * scale) for size in tile)
    sums = [
        _summed(length * scale, [place * scale for place in places], weights)
        for length, places, weights in (
            (height, rows, down),
            (width, columns, across),
        )
    ]
    done, strip = 0, None
    for number, top in enumerate(rows):
        for left in columns:
            made = apply(image[top : top + tall, left : left + wide])
            if strip is None:
                strip = np.zeros((tall * scale, width * scale, made.shape[-1]), "f4")
            place = slice(left * scale, (left + wide) * scale)
            strip[:, place] += made * (down[:, None, None] * across[None, :, None])
            done += 1
            tell(done, len(rows) * len(columns))
        assert strip is not None
        following = (*rows, height)[number + 1] if number + 1 < len(rows) else height
        count = (following - top) * scale
        total = sums[0][top * scale : following * scale, None, None]
        yield strip[:count] / (total * sums[1][None, :, None])
        strip = np.concatenate([strip[count:], np.zeros_like(strip[:count])])


def _summed(length: int, places: list[int], weights: np.ndarray) -> np.ndarray:
    """Adds up the weights that every pixel of a side gets, [length]."""
    total = np.zeros(length, np.float32)
    for place in places:
        total[place : place + len(weights)] += weights
    return total
