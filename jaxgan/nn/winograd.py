"""Convolution and its two gradients by Winograd's minimal filtering, in plain JAX.

An m × m tile of maps under an r × r kernel takes (m + r - 1)² products per channel
instead of (m · r)²: with the transforms of Lavin & Gray (arXiv 1509.09308, equation 8)

    maps = Aᵀ [(G kernel Gᵀ) ∘ (Bᵀ image B)] A,

where ∘ becomes one matrix product over the channels for each of the (m + r - 1)²
places. A stride that divides the kernel's size is folded into the channels first, so
that a 4 × 4 kernel with stride 2 is filtered as 2 × 2. Both gradients are transposes of
the same formula, and share its transforms. Rounding grows with the tile: relative to
the largest value about 1e-6 for tiles of 2, as without Winograd, and 1e-5 for 4.
Transforms are written as sums of slices, which XLA fuses.
"""

import functools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from jaxgan.nn import tiling
from jaxgan.nn.formulations import Geometry, fold_kernel, unfold_kernel
from jaxgan.nn.tiling import Grid
from jaxgan.nn.varying import vary_alike

POINTS = (0.0, 1.0, -1.0, 2.0, -0.5)
"""Where polynomials are multiplied; of all choices about the most exact."""


class Transforms(NamedTuple):
    """The matrices of one size.

    Attributes:
      maps: Aᵀ, [m, m + r - 1].
      kernel: G, [m + r - 1, r].
      image: Bᵀ, [m + r - 1, m + r - 1].
    """

    maps: np.ndarray
    kernel: np.ndarray
    image: np.ndarray


@functools.cache
def transforms(tile: int, kernel: int) -> Transforms:
    """Toom and Cook's: values at `POINTS` and at infinity, and back."""
    points = np.asarray(POINTS[: tile + kernel - 2])
    size = len(points) + 1
    others = [np.delete(points, at) for at in range(len(points))]
    scale = np.asarray([np.prod(point - rest) for point, rest in zip(points, others)])

    def powers(count):
        finite = points[:, None] ** np.arange(count)
        return np.concatenate([finite, np.eye(count)[-1:]])

    image = np.zeros((size, size))
    for row, roots in zip(image, (*others, points)):
        row[: len(roots) + 1] = np.poly(roots)[::-1]
    signs = np.append(np.sign(scale), 1)
    lengths = np.append(np.abs(scale), 1)
    return Transforms(
        powers(tile).T, powers(kernel) / lengths[:, None], image * signs[:, None]
    )


def serves(geometry: Geometry, tile: int) -> bool:
    """Whether there are transforms for a geometry."""
    (height, width), stride = geometry.folded
    return stride == 1 and height == width and 2 <= height <= len(POINTS) + 2 - tile


def forward_by_winograd(
    tile: int, geometry: Geometry, image: jax.Array, kernel: jax.Array
):
    """Maps [B, H', W', features]."""
    matrices, (rows, columns) = _prepare(tile, geometry)
    seen = _image_places(matrices, (rows, columns), image)
    weights = _kernel_places(matrices, geometry, kernel)
    shape = (image.shape[0], rows.tiles, columns.tiles, kernel.shape[-1])

    def strip(products):
        # [column of places][row of maps], each [B, tiles, tiles, features]
        return [_mix(matrices.maps, strip) for strip in zip(*products)]

    def assemble(strips):
        lines = [_mix(matrices.maps, line) for line in zip(*strips)]
        return tiling.interleave(lines)[:, : rows.maps, : columns.maps]

    return _apart(assemble, _apart(strip, _products(seen, weights, shape)))


def image_gradient_by_winograd(
    tile: int, geometry: Geometry, maps: jax.Array, kernel: jax.Array
):
    """Of the image, [B, H, W, C]."""
    matrices, (rows, columns) = _prepare(tile, geometry)
    seen = _maps_places(matrices, (rows, columns), maps)
    weights = _kernel_places(matrices, geometry, kernel)
    turned = [[place.T for place in row] for row in weights]
    phases = (rows.stride, columns.stride, kernel.shape[2])
    shape = (maps.shape[0], rows.tiles, columns.tiles, *phases)

    def strip(products):
        # [column of places][row of pixels], each [B, tiles, tiles, phases, C]
        return [_spread(matrices, rows, 1, strip) for strip in zip(*products)]

    def assemble(strips):
        if geometry.stride == 1:  # measured: quicker if the rows are joined first
            joined = [tiling.join(strip, 1) for strip in strips]
            whole = tiling.join(_spread(matrices, columns, 2, joined), 2)
        else:
            lines = [_spread(matrices, columns, 2, line) for line in zip(*strips)]
            whole = tiling.interleave(lines)
        return whole[:, : rows.image, : columns.image]

    return _apart(assemble, _apart(strip, _products(seen, turned, shape)))


def kernel_gradient_by_winograd(
    tile: int, geometry: Geometry, image: jax.Array, maps: jax.Array
):
    """Of the kernel, [height, width, C, features]."""
    matrices, axes = _prepare(tile, geometry)
    left = _image_places(matrices, axes, image)
    right = _maps_places(matrices, axes, maps)
    turned = [[place.T for place in row] for row in left]
    products = _products(turned, right, (-1, maps.shape[-1]))
    places = _sandwich(matrices.kernel.T, products)
    matrix = jnp.concatenate([place for row in places for place in row])
    return unfold_kernel(geometry, matrix, image.shape[-1])


def _apart(function: Callable, operand: Any) -> Any:
    """The function's arrays, never fused with what takes them.

    XLA's CPU backend would compute them anew, number by number, where they are taken:
    slow to run if they are made of many pieces, and slow to compile. It fuses nothing
    across a branch, and finds out too late that this one is always taken. A barrier
    alone is no help: it is gone before things are fused.
    """
    leaf, *_ = jax.tree.leaves(operand)
    zeros = jax.tree.map(
        lambda x: vary_alike(jnp.zeros(x.shape, x.dtype), leaf)[0],
        jax.eval_shape(function, operand),
    )
    return lax.cond(lax.optimization_barrier(True), function, lambda _: zeros, operand)


def _products(left: Grid, right: Grid, shape: tuple[int, ...]) -> Grid:
    """The matrix product at each place, reshaped."""
    return [
        [(a @ b).reshape(shape) for a, b in zip(*rows)] for rows in zip(left, right)
    ]


def _prepare(tile, geometry):
    """The matrices, and the two axes."""
    (size, _), _ = geometry.folded
    axes = tuple(
        tiling.Axis(tile, geometry.stride, before, maps, image)
        for (before, _), maps, image in zip(
            geometry.pads, geometry.maps, geometry.image
        )
    )
    return transforms(tile, size), axes


def _image_places(matrices, axes, image) -> Grid:
    """Bᵀ image B: matrices [B · tiles, stride² · C]."""
    rows, columns = axes
    image = tiling.extended(
        image, (rows.tiles * rows.pixels, columns.tiles * columns.pixels)
    )
    grids = [  # [phase of rows][row][phase of columns][column]
        [_gather(matrices, columns, 2, line) for line in phase]
        for phase in _apart(functools.partial(_gather, matrices, rows, 1), image)
    ]
    size = len(matrices.image)

    def place(row, column):
        phases = [
            [grid[row][phase][column] for phase in range(columns.stride)]
            for grid in grids
        ]
        found = jnp.stack([jnp.stack(phase, 3) for phase in phases], 3)
        return found.reshape(-1, rows.stride * columns.stride * image.shape[-1])

    return [[place(row, column) for column in range(size)] for row in range(size)]


def _maps_places(matrices, axes, maps) -> Grid:
    """A maps Aᵀ: matrices [B · tiles, features]."""
    rows, columns = axes
    maps = tiling.extended(maps, (rows.tiles * rows.tile, columns.tiles * columns.tile))
    grid = [
        tiling.split(row, 2, columns.tile) for row in tiling.split(maps, 1, rows.tile)
    ]
    return [
        [place.reshape(-1, maps.shape[-1]) for place in row]
        for row in _sandwich(matrices.maps.T, grid)
    ]


def _kernel_places(matrices, geometry, kernel) -> Grid:
    """G kernel Gᵀ: matrices [stride² · C, features]."""
    return _sandwich(
        matrices.kernel, [list(row) for row in fold_kernel(geometry, kernel)]
    )


def _gather(matrices, axis, at, x):
    """Bᵀ x along the array axis `at`, as [phase][place]."""
    parts = tiling.split(x, at, axis.pixels)

    def taps(phase):
        found = (axis.place(place, phase) for place in range(len(matrices.image)))
        return [tiling.shifted(parts[pixel], at, tiles) for tiles, pixel in found]

    return [_mix(matrices.image, taps(phase)) for phase in range(axis.stride)]


def _spread(matrices, axis, at, places):
    """B places along the array axis `at`: the transpose of `_gather`, as [pixel].

    The phases are the array axis 3 of what comes in, and gone from what goes out.
    """
    pixels: list = [0] * axis.pixels
    for place, x in enumerate(_mix(matrices.image.T, places)):
        for phase in range(axis.stride):
            tiles, pixel = axis.place(place, phase)
            one = lax.index_in_dim(x, phase, 3, keepdims=False)
            pixels[pixel] = pixels[pixel] + tiling.shifted(one, at, -tiles)
    return pixels


def _mix(matrix: np.ndarray, arrays: Sequence[jax.Array]) -> list[jax.Array]:
    """A matrix times a column of arrays."""
    return [
        functools.reduce(
            jnp.add,
            (_scaled(x, factor) for x, factor in zip(arrays, row) if factor),
        )
        for row in matrix
    ]


def _scaled(x, factor):
    return x if factor == 1 else -x if factor == -1 else float(factor) * x


def _sandwich(matrix: np.ndarray, grid: Grid) -> Grid:
    """The matrix, times a grid, times the matrix's transpose."""
    columns = [_mix(matrix, column) for column in zip(*grid)]
    return [_mix(matrix, row) for row in zip(*columns)]
