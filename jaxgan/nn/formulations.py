"""Ways to compute a convolution and its two gradients, all equal but for rounding.

An image is [B, H, W, C], its maps are [B, H', W', features], a kernel is [height,
width, C, features]. A stride that divides the kernel's size is first folded into the
channels, so that all that is copied is contiguous.
"""

import math
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

LAYOUT = ("NHWC", "HWIO", "NHWC")


class Geometry(NamedTuple):
    """The sizes of a convolution.

    Attributes:
      image: (H, W).
      kernel: (height, width).
      stride: of both axes.
      pads: zeros around the image, ((above, below), (left, right)).
    """

    image: tuple[int, ...]
    kernel: tuple[int, ...]
    stride: int
    pads: tuple[tuple[int, ...], ...]

    groups = 1

    @property
    def maps(self) -> tuple[int, ...]:
        """(H', W')."""
        return tuple(
            (n + sum(pad) - k) // self.stride + 1
            for n, k, pad in zip(self.image, self.kernel, self.pads)
        )

    @property
    def folds(self) -> bool:
        """Whether the stride goes into the channels."""
        return self.stride > 1 and all(k % self.stride == 0 for k in self.kernel)

    @property
    def folded(self) -> tuple[tuple[int, ...], int]:
        """The kernel's size and the stride that are left after folding."""
        if not self.folds:
            return self.kernel, self.stride
        return tuple(k // self.stride for k in self.kernel), 1

    @property
    def turned(self) -> "Geometry":
        """Of the image gradient, which is such a convolution too if the stride is 1."""
        pads = zip(self.image, self.maps, self.kernel, self.pads)
        return Geometry(
            self.maps,
            self.kernel,
            1,
            tuple((k - 1 - pad[0], n - m + pad[0]) for n, m, k, pad in pads),
        )


def forward_by_xla(geometry: Geometry, image: jax.Array, kernel: jax.Array):
    """As XLA has it."""
    stride = (geometry.stride, geometry.stride)
    edges = [(before, after) for before, after in geometry.pads]
    return lax.conv_general_dilated(
        image, kernel, stride, edges, dimension_numbers=LAYOUT
    )


def image_gradient_by_xla(geometry: Geometry, maps: jax.Array, kernel: jax.Array):
    """A convolution of the maps spread out, by the kernel turned round."""
    return lax.conv_general_dilated(
        maps,
        lax.rev(kernel, (0, 1)),
        (1, 1),
        _edges_of_the_transpose(geometry),
        lhs_dilation=(geometry.stride, geometry.stride),
        dimension_numbers=("NHWC", "HWOI", "NHWC"),
    )


def kernel_gradient_by_xla(geometry: Geometry, image: jax.Array, maps: jax.Array):
    """A convolution of the image, channels as batch, by the maps spread out."""
    return lax.conv_general_dilated(
        image,
        maps,
        (1, 1),
        _edges_under_the_maps(geometry),
        rhs_dilation=(geometry.stride, geometry.stride),
        dimension_numbers=("CHWN", "IHWO", "HWNC"),
    )


def forward_by_patches(geometry: Geometry, image: jax.Array, kernel: jax.Array):
    """One product of [B · H' · W', height · width · C] with the kernel's matrix."""
    kernel = fold_kernel(geometry, kernel)
    return _patches(geometry, image) @ kernel.reshape(-1, kernel.shape[-1])


def forward_by_columns(geometry: Geometry, image: jax.Array, kernel: jax.Array):
    """The same product with the kernel as it lies, whose size is what takes time."""
    patches = _shifted(geometry, image, geometry.kernel, geometry.stride)
    return patches @ kernel.reshape(-1, kernel.shape[-1])


def image_gradient_by_phases(geometry: Geometry, maps: jax.Array, kernel: jax.Array):
    """A plain convolution to stride² · C channels, which are then laid out as pixels.

    For strides that divide the kernel's size, 1 among them. Unlike XLA's it is as quick
    in a branch or a loop, where XLA does not reorder operands.
    """
    kernel = fold_kernel(geometry, kernel)
    turned = lax.rev(kernel, (0, 1)).transpose(0, 1, 3, 2)
    if geometry.folds:
        edges = [(k - 1, k - 1) for k in kernel.shape[:2]]
    else:  # Nothing is left to crop.
        edges = _edges_of_the_transpose(geometry)
    phases = lax.conv_general_dilated(
        maps, turned, (1, 1), edges, dimension_numbers=LAYOUT
    )
    return _laid_out(geometry, phases) if geometry.folds else phases


def image_gradient_by_shifts(geometry: Geometry, maps: jax.Array, kernel: jax.Array):
    """A product per place of the kernel, shifted and added up."""
    kernel = fold_kernel(geometry, kernel)
    return _laid_out(
        geometry,
        _added_up(geometry.maps, *geometry.folded, lambda i, j: maps @ kernel[i, j].T),
    )


def image_gradient_by_columns(geometry: Geometry, maps: jax.Array, kernel: jax.Array):
    """One product with the kernel as it lies, whose places are shifted and added up."""
    columns = maps @ kernel.reshape(-1, kernel.shape[-1]).T
    columns = columns.reshape(*maps.shape[:3], *geometry.kernel, -1)
    whole = _added_up(
        *(geometry.maps, geometry.kernel, geometry.stride),
        lambda i, j: columns[:, :, :, i, j],
    )
    return _cut(geometry, whole)


def kernel_gradient_by_patches(geometry: Geometry, image: jax.Array, maps: jax.Array):
    """One product of patches and maps."""
    patches = _patches(geometry, image)
    patches = patches.reshape(-1, patches.shape[-1])
    product = maps.reshape(-1, maps.shape[-1]).T @ patches
    return unfold_kernel(geometry, product.T, image.shape[-1])


def kernel_gradient_by_columns(geometry: Geometry, image: jax.Array, maps: jax.Array):
    """One product that lies as the kernel does."""
    columns = _shifted(geometry, image, geometry.kernel, geometry.stride)
    columns = columns.reshape(-1, columns.shape[-1])
    product = columns.T @ maps.reshape(-1, maps.shape[-1])
    return product.reshape(*geometry.kernel, image.shape[-1], -1)


def kernel_gradient_by_turning(geometry: Geometry, image: jax.Array, maps: jax.Array):
    """XLA's, with operands brought into the order of a forward convolution.

    XLA does so itself, but not in a branch or a loop, where its own takes a hundred
    times as long; nor, some thirty times, of maps larger than the image: these change
    places here.
    """
    if geometry.stride == 1 and math.prod(geometry.maps) > math.prod(geometry.image):
        turned = kernel_gradient_by_turning(geometry.turned, maps, image)
        return lax.rev(turned, (0, 1)).swapaxes(2, 3)
    turned = lax.conv_general_dilated(
        image.transpose(3, 1, 2, 0),
        maps.transpose(1, 2, 0, 3),
        (1, 1),
        _edges_under_the_maps(geometry),
        rhs_dilation=(geometry.stride, geometry.stride),
        dimension_numbers=LAYOUT,
    )
    return turned.transpose(1, 2, 0, 3)


def _edges_under_the_maps(geometry):
    """Zeros around the image under which the maps have the kernel's places."""
    return [
        (pad[0], k + (m - 1) * geometry.stride - n - pad[0])
        for k, pad, n, m in zip(
            geometry.kernel, geometry.pads, geometry.image, geometry.maps
        )
    ]


def _edges_of_the_transpose(geometry):
    """Zeros around the maps that make their convolution as large as the image."""
    return [
        (k - 1 - pad[0], n - (m - 1) * geometry.stride - 1 + pad[0])
        for k, pad, n, m in zip(
            geometry.kernel, geometry.pads, geometry.image, geometry.maps
        )
    ]


def _added_up(maps, kernel, stride, place):
    """What each place of a kernel adds to the image, before cropping."""
    sizes = [(m - 1) * stride + k for m, k in zip(maps, kernel)]

    def shifted(at):
        edges = [
            (n, size - (m - 1) * stride - 1 - n, stride - 1)
            for n, size, m in zip(at, sizes, maps)
        ]
        return _pad(place(*at), edges)

    places = [(i, j) for i in range(kernel[0]) for j in range(kernel[1])]
    return sum(map(shifted, places[1:]), start=shifted(places[0]))


def _laid_out(geometry, whole):
    """The image out of what it is before cropping, with strides in the channels."""
    if geometry.folds:
        whole = _depth_to_space(whole, geometry.stride)
    return _cut(geometry, whole)


def _cut(geometry, whole):
    """The image without what is around it."""
    sides = zip(geometry.pads, geometry.image, whole.shape[1:3])
    return _pad(whole, [(-pad[0], n - size + pad[0], 0) for pad, n, size in sides])


def _patches(geometry, image):
    """The pixels under all places of the (folded) kernel, [B, H', W', places · C]."""
    size, stride = geometry.folded
    return _shifted(geometry, image, size, stride, geometry.folds)


def _shifted(geometry, image, kernel, stride, folds=False):
    spans = [
        (m - 1) * geometry.stride + k for m, k in zip(geometry.maps, geometry.kernel)
    ]
    image = _pad(
        image,
        [
            (pad[0], span - n - pad[0], 0)
            for n, span, pad in zip(geometry.image, spans, geometry.pads)
        ],
    )
    if folds:
        image = _space_to_depth(image, geometry.stride)
    height, width = kernel
    rows, columns = ((m - 1) * stride + 1 for m in geometry.maps)
    shifts = [
        image[:, i : i + rows : stride, j : j + columns : stride]
        for i in range(height)
        for j in range(width)
    ]
    return jnp.concatenate(shifts, axis=-1)


def _pad(x, edges):
    """Zeros (before, after, between) the pixels of both axes; or a crop."""
    none = (0, 0, 0)
    return lax.pad(x, jnp.zeros((), x.dtype), [none, *edges, none])


def _space_to_depth(x, step):
    b, h, w, c = x.shape
    x = x.reshape(b, h // step, step, w // step, step, c).transpose(0, 1, 3, 2, 4, 5)
    return x.reshape(b, h // step, w // step, step * step * c)


def _depth_to_space(x, step):
    b, h, w, c = x.shape
    x = x.reshape(b, h, w, step, step, -1).transpose(0, 1, 3, 2, 4, 5)
    return x.reshape(b, h * step, w * step, c // step**2)


def fold_kernel(geometry, kernel):
    """The stride-1 kernel of the same convolution after `_space_to_depth`."""
    if not geometry.folds:
        return kernel
    h, w, c, out = kernel.shape
    step = geometry.stride
    kernel = kernel.reshape(h // step, step, w // step, step, c, out)
    kernel = kernel.transpose(0, 2, 1, 3, 4, 5)
    return kernel.reshape(h // step, w // step, step * step * c, out)


def unfold_kernel(geometry, matrix, channels):
    """The kernel of a matrix [height · width · C, features] of the folded one."""
    if not geometry.folds:
        return matrix.reshape(*geometry.kernel, channels, -1)
    (h, w), _ = geometry.folded
    step = geometry.stride
    kernel = matrix.reshape(h, w, step, step, channels, -1).transpose(0, 2, 1, 3, 4, 5)
    return kernel.reshape(*geometry.kernel, channels, -1)
