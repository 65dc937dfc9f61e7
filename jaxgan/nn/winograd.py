"""Convolution and its two gradients by Winograd's minimal filtering, in plain JAX.

An m × m tile of maps under an r × r kernel takes (m + r - 1)² products per channel
instead of (m · r)²: with the transforms of Lavin & Gray (arXiv 1509.09308, equation 8)

    maps = Aᵀ [(G kernel Gᵀ) ∘ (Bᵀ image B)] A,

where ∘ becomes one matrix product over the channels for each of the (m + r - 1)²
places. A stride that divides the kernel's size is folded into the channels first, so
that a 4 × 4 kernel with stride 2 is filtered as 2 × 2. Both gradients are transposes of
the same formula, and share its transforms. Rounding grows with the tile: relative to
the largest value about 1e-6 for tiles of 2, as without Winograd, and 1e-5 for 4.

XLA compiles every kernel for some 20 ms, but equal kernels once. So a transform treats
all places of a row as one array, and all rows by the same kernel, or is a product of
matrices, which is not compiled at all.
"""

import functools
from collections.abc import Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from jaxgan.nn.apart import apart
from jaxgan.nn.formulations import Geometry, unfold_kernel
from jaxgan.nn.tiling import Axis, mixed, overlapped, resized, stacked, taps, times

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

    products = _products(seen, weights, (2, 1))
    strips = [times(matrices.maps, places) for places in products]

    @apart
    def assemble(*strips):
        shape = tile, image.shape[0], rows.tiles, columns.tiles, kernel.shape[-1]
        strips = [jnp.moveaxis(x.reshape(shape), 0, 3) for x in strips]
        shape = image.shape[0], rows.tiles * tile, columns.tiles * tile, -1
        whole = stacked(matrices.maps, strips, 2).reshape(shape)
        return whole[:, : rows.maps, : columns.maps]

    return assemble(*strips)


def image_gradient_by_winograd(
    tile: int, geometry: Geometry, maps: jax.Array, kernel: jax.Array
):
    """Of the image, [B, H, W, C]."""
    if geometry.stride == 1:
        turned = lax.rev(kernel, (0, 1)).swapaxes(2, 3)
        return forward_by_winograd(tile, geometry.turned, maps, turned)
    matrices, (rows, columns) = _prepare(tile, geometry)
    seen = _maps_places(matrices, (rows, columns), maps)
    weights = _kernel_places(matrices, geometry, kernel)
    batch, stride, channels = maps.shape[0], geometry.stride, kernel.shape[2]

    @apart
    def strip(places):
        shape = batch, rows.tiles, columns.tiles, stride, stride, channels
        # [B, tiles, phases of rows, tiles, phases of columns, C]
        places = [x.reshape(shape).swapaxes(2, 3) for x in places]
        lines = overlapped(matrices.image.T, places, 3, tile)
        lines = lines.reshape(batch, rows.tiles, stride, -1, channels)
        return resized(lines, 3, -columns.before, columns.image)

    @apart
    def assemble(*strips):
        whole = overlapped(matrices.image.T, strips, 1, tile)
        whole = whole.reshape(batch, -1, columns.image, channels)
        return resized(whole, 1, -rows.before, rows.image)

    return assemble(*map(strip, _products(seen, weights, (2, 2))))


def kernel_gradient_by_winograd(
    tile: int, geometry: Geometry, image: jax.Array, maps: jax.Array
):
    """Of the kernel, [height, width, C, features]."""
    matrices, axes = _prepare(tile, geometry)
    left = _image_places(matrices, axes, image)
    right = _maps_places(matrices, axes, maps)

    products = _products(left, right, (1, 1))
    strips = [times(matrices.kernel.T, places) for places in products]

    @apart
    def assemble(*strips):
        matrix = stacked(matrices.kernel.T, strips, 0).reshape(-1, maps.shape[-1])
        return unfold_kernel(geometry, matrix, image.shape[-1])

    return assemble(*strips)


def _products(
    left: Sequence[jax.Array], right: Sequence[jax.Array], over: tuple[int, int]
) -> list[jax.Array]:
    """The matrix products over an axis of each, at all places of each row.

    Of a row at a time: XLA brings the right operand into another order first, and that
    of all rows together leaves the cache.
    """
    numbers = (((over[0],), (over[1],)), ((0,), (0,)))
    return [lax.dot_general(a, b, numbers) for a, b in zip(left, right, strict=True)]


def _prepare(tile: int, geometry: Geometry) -> tuple[Transforms, tuple[Axis, Axis]]:
    """The matrices, and the two axes."""
    (size, _), _ = geometry.folded
    rows, columns = (
        Axis(tile, geometry.stride, before, maps, image)
        for (before, _), maps, image in zip(
            geometry.pads, geometry.maps, geometry.image
        )
    )
    return transforms(tile, size), (rows, columns)


def _image_places(
    matrices: Transforms, axes: tuple[Axis, Axis], image: jax.Array
) -> list[jax.Array]:
    """Bᵀ image B: of each row [places, B · tiles, stride² · C]."""
    (rows, columns), places = axes, len(matrices.image)
    batch, *_, channels = image.shape
    for at, axis in enumerate(axes, 1):
        image = resized(image, at, axis.before, axis.span(places))

    @apart
    def row(image, factors):
        image = image.reshape(batch, -1, rows.stride, *image.shape[2:])
        return mixed(factors, taps(image, 1, places, rows))

    @apart
    def whole(row):
        row = row.reshape(*row.shape[:3], -1, columns.stride, channels)
        seen = [x.swapaxes(2, 3) for x in taps(row, 3, places, columns)]
        depth = rows.stride * columns.stride * channels
        return stacked(matrices.image, seen, 0).reshape(places, -1, depth)

    return [whole(row(image, factors)) for factors in _rows(matrices.image, image)]


def _maps_places(
    matrices: Transforms, axes: tuple[Axis, Axis], maps: jax.Array
) -> list[jax.Array]:
    """A maps Aᵀ: of each row [places, B · tiles, features]."""
    (rows, columns), matrix = axes, matrices.maps.T
    batch, *_, features = maps.shape
    for at, axis in enumerate(axes, 1):
        maps = resized(maps, at, 0, axis.tiles * axis.tile)

    @apart
    def row(maps, factors):
        maps = maps.reshape(batch, rows.tiles, rows.tile, -1, features)
        return mixed(factors, [maps[:, :, at] for at in range(rows.tile)])

    @apart
    def whole(row):
        row = row.reshape(batch, rows.tiles, columns.tiles, columns.tile, features)
        seen = [row[:, :, :, at] for at in range(columns.tile)]
        return stacked(matrix, seen, 0).reshape(len(matrix), -1, features)

    return [whole(row(maps, factors)) for factors in _rows(matrix, maps)]


def _kernel_places(
    matrices: Transforms, geometry: Geometry, kernel: jax.Array
) -> list[jax.Array]:
    """G kernel Gᵀ: of each row [places, stride² · C, features]."""
    phases, matrix = np.eye(geometry.stride), matrices.kernel
    depth = geometry.stride**2 * kernel.shape[2]
    flat = kernel.reshape(-1, *kernel.shape[2:])

    def weights(row):
        # [places, phase of rows, of columns, row, its phase, column, its phase]
        taken = np.einsum("i,qj,ab,cd->qacibjd", row, matrix, phases, phases)
        places = times(taken.reshape(-1, len(flat)), flat)
        return places.reshape(len(matrix), depth, -1)

    return [weights(row) for row in matrix]


def _rows(matrix: np.ndarray, like: jax.Array) -> list[jax.Array]:
    """Its rows, whose values XLA does not see, lest each be a kernel of its own."""
    return [lax.optimization_barrier(jnp.asarray(row, like.dtype)) for row in matrix]
