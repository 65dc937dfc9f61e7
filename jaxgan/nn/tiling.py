"""Images cut into tiles of pixels, and put together again.

A grid is a list of rows of arrays, one array per place.
"""

import math
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

Grid = list[list[jax.Array]]


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
        """How many cover the maps and the image."""
        return max(
            math.ceil(self.maps / self.tile), math.ceil(self.image / self.pixels)
        )

    @property
    def pixels(self) -> int:
        """Of the image in a tile."""
        return self.stride * self.tile

    def place(self, at: int, phase: int) -> tuple[int, int]:
        """The tile, relative to its own, and the pixel there that a place looks at."""
        return divmod(self.stride * at + phase - self.before, self.pixels)


def extended(x, size):
    """With zeros below and on the right."""
    edges = [(0, n - m, 0) for n, m in zip(size, x.shape[1:3])]
    none = (0, 0, 0)
    return lax.pad(x, jnp.zeros((), x.dtype), [none, *edges, none])


def split(x, axis, parts):
    """Every `parts`-th slice along an axis, from each start."""
    shape = x.shape
    x = x.reshape(*shape[:axis], -1, parts, *shape[axis + 1 :])
    return [lax.index_in_dim(x, at, axis + 1, keepdims=False) for at in range(parts)]


def join(parts, axis):
    """What `split` took apart."""
    x = jnp.stack(parts, axis + 1)
    return x.reshape(*x.shape[:axis], -1, *x.shape[axis + 2 :])


def interleave(grid: Grid):
    """An image of the pixels of its tiles."""
    return join([join(row, 2) for row in grid], 1)


def shifted(x, axis, tiles):
    """What lies some tiles further along an axis, zero beyond the end."""
    edges = [(0, 0, 0)] * x.ndim
    edges[axis] = (-tiles, tiles, 0)
    return lax.pad(x, jnp.zeros((), x.dtype), edges) if tiles else x
