"""A filter and then a convolution with a stride, as one map and its two gradients.

It is linear in the image and in the kernel, so that, as in `jaxgan.nn.convolution`, the
derivatives of each of the three maps are the other two. The filter can be applied to
the image, or to the kernel, which grows by it. On CPUs it is the kernel's where
Winograd's filtering takes the larger kernel at once: for StyleGAN2's 3 × 3 kernels and
filter of four taps that is 6 × 6 with stride 2, folded to 3 × 3, and about as many
products as the stride leaves of the small kernel. Nothing is then read or written
between the two. Of two taps, as ProGAN enlarges by, the image gradient is the larger
kernel's too, which the stride then divides.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxgan.nn import bilinear, convolution
from jaxgan.nn.bilinear import Maps
from jaxgan.nn.formulations import Geometry
from jaxgan.nn.upfirdn import Pads, upfirdn2d


class Plan(NamedTuple):
    """The sizes of both, and the filter.

    Attributes:
      image: (H, W).
      size: of the square kernel.
      stride: of both axes.
      taps: of both axes, correlated.
      pads: zeros around the image.
    """

    image: tuple[int, ...]
    size: int
    stride: int
    taps: tuple[float, ...]
    pads: Pads

    groups = 1

    @property
    def kernel(self) -> tuple[int, int]:
        """(size, size)."""
        return self.size, self.size

    @property
    def maps(self) -> tuple[int, ...]:
        """(H', W')."""
        return self.apart.maps

    @property
    def apart(self) -> Geometry:
        """Of the convolution of the filtered image."""
        margin = len(self.taps) - 1
        sides = (n + sum(pad) - margin for n, pad in zip(self.image, self.pads))
        return Geometry(tuple(sides), (self.size,) * 2, self.stride, ((0, 0), (0, 0)))

    @property
    def whole(self) -> Geometry:
        """Of the convolution by the filtered kernel."""
        size = self.size + len(self.taps) - 1
        return Geometry(self.image, (size, size), self.stride, self.pads)


def _by_filtered_kernel(name: str):
    """On CPUs the kernel is filtered if Winograd's filtering takes it then."""
    whole, apart = getattr(_WHOLE, name), getattr(_APART, name)

    def compute(plan, left, right):
        channels, features = (
            (left.shape[-1], right.shape[-1])
            if name == "kernel_gradient"
            else right.shape[2:]
        )
        batch = left.shape[0]
        if not isinstance(batch, int):  # an exported program is for any
            batch = convolution.USUAL_BATCH
        sizes = channels, features, left.dtype, batch
        choice = convolution.choose(plan.whole, *sizes)
        cropped = any(pad < 0 for pads in plan.pads for pad in pads)
        few = name == "image_gradient" and len(plan.taps) == 2 and plan.whole.folds
        if cropped or not (few or choice == convolution.by_winograd(4)):
            return apart(plan, left, right)
        return whole(plan, left, right)

    return compute


_WHOLE = Maps(
    lambda plan, image, kernel: convolution.forward(
        plan.whole, image, _larger(plan, kernel)
    ),
    lambda plan, maps, kernel: convolution.image_gradient(
        plan.whole, maps, _larger(plan, kernel)
    ),
    lambda plan, image, maps: _smaller(
        plan, convolution.kernel_gradient(plan.whole, image, maps)
    ),
)
_APART = Maps(
    lambda plan, image, kernel: convolution.forward(
        plan.apart, _filtered(plan, image), kernel
    ),
    lambda plan, maps, kernel: _filtered_back(
        plan, convolution.image_gradient(plan.apart, maps, kernel)
    ),
    lambda plan, image, maps: convolution.kernel_gradient(
        plan.apart, _filtered(plan, image), maps
    ),
)
forward, image_gradient, kernel_gradient = bilinear.define(
    "filtered_convolution", [*map(_by_filtered_kernel, Maps._fields)], _APART
)
"""Maps [B, H', W', features] of an image [B, H, W, C] and a kernel [size, size, C,
features], as f(plan, image, kernel); and its two transposes, see `bilinear.Maps`.
"""


def _filtered(plan, image):
    return upfirdn2d(image, np.asarray(plan.taps), pads=plan.pads, flip=True)


def _filtered_back(plan, image):
    """The transpose of `_filtered`."""
    margin = len(plan.taps) - 1
    (above, below), (left, right) = plan.pads
    pads = (margin - above, margin - below), (margin - left, margin - right)
    return upfirdn2d(image, np.asarray(plan.taps), pads=pads)


def _larger(plan: Plan, kernel: jax.Array) -> jax.Array:
    """The kernel with the filter in it."""
    matrix = jnp.asarray(_matrix(plan), kernel.dtype)
    product = matrix @ kernel.reshape(plan.size**2, -1)
    return product.reshape(*plan.whole.kernel, *kernel.shape[2:])


def _smaller(plan: Plan, kernel: jax.Array) -> jax.Array:
    """The transpose of `_larger`."""
    matrix = jnp.asarray(_matrix(plan), kernel.dtype)
    product = matrix.T @ kernel.reshape(matrix.shape[0], -1)
    return product.reshape(plan.size, plan.size, *kernel.shape[2:])


def _matrix(plan):
    """What `_larger` multiplies kernels by, both axes at once."""
    rows = plan.whole.kernel[0]
    axis = np.zeros((rows, plan.size))
    for place in range(plan.size):
        axis[place : place + len(plan.taps), place] = plan.taps
    return np.kron(axis, axis)
