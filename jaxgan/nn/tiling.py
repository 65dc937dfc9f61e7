"""Images cut into overlapping tiles of pixels, and put together again.

Along an axis, tile t of an image is looked at from `places`: place k sees the pixels
stride · (tile · t + k) + phase, for the phases 0 to stride - 1.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


class Axis(NamedTuple):
    """One spatial axis of a convolution, cut into tiles.

    Attributes:
      tile: maps of a tile.
      stride: pixels of the image per map.
      before: zeros before the image.
      maps: how many there are.
      image: its pixels.
    """

    tile: int
    stride: int
    before: int
    maps: int
    image: int

    @property
    def tiles(self) -> int:
        """How many cover the maps."""
        return math.ceil(self.maps / self.tile)

    def span(self, places: int) -> int:
        """Pixels that all places of all tiles see."""
        return self.stride * ((self.tiles - 1) * self.tile + places)


def resized(x: jax.Array, at: int, before: int, size: int) -> jax.Array:
    """With zeros before an axis, or without its first if negative, and of a size."""
    edges = [(0, 0, 0)] * x.ndim
    edges[at] = (before, size - before - x.shape[at], 0)
    return lax.pad(x, jnp.zeros((), x.dtype), edges)


def taps(x: jax.Array, at: int, places: int, axis: Axis) -> list[jax.Array]:
    """What each place sees in all tiles, of an image with its phases apart."""
    last = (axis.tiles - 1) * axis.tile + 1
    return [
        lax.slice_in_dim(x, place, place + last, axis.tile, at)
        for place in range(places)
    ]


def mixed(factors: jax.Array, arrays: Sequence[jax.Array]) -> jax.Array:
    """A sum of arrays, each by a factor."""
    return sum(
        (factors[n] * x for n, x in enumerate(arrays[1:], 1)), factors[0] * arrays[0]
    )


def stacked(matrix: np.ndarray, arrays: Sequence[jax.Array], at: int) -> jax.Array:
    """A matrix times a column of arrays, along a new axis."""
    shape = [1] * (arrays[0].ndim + 1)
    shape[at] = len(matrix)

    def term(column, x):
        return jnp.asarray(column, x.dtype).reshape(shape) * jnp.expand_dims(x, at)

    first, *others = (term(column, x) for column, x in zip(matrix.T, arrays))
    return sum(others, first)


def times(matrix: np.ndarray, x: jax.Array) -> jax.Array:
    """A matrix times the first axis of an array, as a product of matrices."""
    found = jnp.asarray(matrix, x.dtype) @ x.reshape(len(x), -1)
    return found.reshape(-1, *x.shape[1:])


def overlapped(
    matrix: np.ndarray, arrays: Sequence[jax.Array], at: int, tile: int
) -> jax.Array:
    """The transpose of `taps` after a matrix: tiles at `at`, then pixels of a tile.

    What reaches beyond a tile is added to the next ones, of which there are more.
    """
    more = math.ceil(len(arrays) / tile) - 1
    rows = np.zeros(((more + 1) * tile, len(arrays)))
    rows[: len(matrix)] = matrix

    def later(tiles):
        moved = [resized(x, at, tiles, x.shape[at] + more) for x in arrays]
        return stacked(rows[tiles * tile :][:tile], moved, at + 1)

    return sum((later(tiles) for tiles in range(1, more + 1)), later(0))
