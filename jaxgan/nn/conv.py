"""Convolutions, transposed convolutions and dense layers, fast on CPUs too.

Images are [B, H, W, C], kernels [height, width, in, out]. XLA's CPU backend is slow at
the gradients of strided and transposed convolutions: measured on two cores, up to 13
times slower than one matrix product over patches, and 60 times inside a loop or a
branch. There both directions are written over patches; elsewhere XLA's own are used.
"""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn
from jax import lax

from jaxgan.nn.spectral import SpectralNorm

LAYOUT = ("NHWC", "HWIO", "NHWC")
Initializer = Callable[..., jax.Array]
normal_init = nn.initializers.normal(0.02)
"""N(0, 0.02²): DCGAN's (arXiv 1511.06434, section 3)."""


def conv(x: jax.Array, kernel: jax.Array, stride: int = 1) -> jax.Array:
    """Convolution with zero padding to ceil(size / stride): TensorFlow's SAME.

    Args:
      x: [B, H, W, C].
      kernel: [height, width, C, features].
      stride: of both axes.
    """
    if kernel.shape[:2] == (1, 1) and stride == 1:
        return x @ kernel[0, 0]
    return lax.platform_dependent(
        x,
        kernel,
        cpu=lambda x, kernel: _conv_by_patches(x, kernel, stride),
        default=lambda x, kernel: lax.conv_general_dilated(
            x, kernel, (stride, stride), "SAME", dimension_numbers=LAYOUT
        ),
    )


def conv_transpose(x: jax.Array, kernel: jax.Array, stride: int = 1) -> jax.Array:
    """The gradient of `conv` with respect to its input, which multiplies sizes.

    With a 4×4 kernel and stride 2 it is PyTorch's ConvTranspose2d(4, 2, padding=1).

    Args:
      x: [B, H, W, C].
      kernel: [height, width, features, C]: that of the convolution it transposes.
      stride: of both axes; the output is [B, stride · H, stride · W, features].
    """
    return lax.platform_dependent(
        x,
        kernel,
        cpu=lambda x, kernel: _transpose_by_patches(x, kernel, stride),
        default=lambda x, kernel: lax.conv_transpose(
            x,
            kernel,
            (stride, stride),
            "SAME",
            dimension_numbers=LAYOUT,
            transpose_kernel=True,
        ),
    )


def _patches(x: jax.Array, size: tuple[int, int], stride: int) -> jax.Array:
    """[B, H, W, C] to [B, H', W', height · width · C], zero-padded as SAME."""
    outs = [-(-n // stride) for n in x.shape[1:3]]
    pads = [
        max((out - 1) * stride + k - n, 0)
        for out, k, n in zip(outs, size, x.shape[1:3])
    ]
    x = jnp.pad(x, [(0, 0), *((pad // 2, pad - pad // 2) for pad in pads), (0, 0)])
    spans = [(out - 1) * stride + 1 for out in outs]
    shifts = [
        lax.slice(
            x,
            (0, i, j, 0),
            (x.shape[0], i + spans[0], j + spans[1], x.shape[3]),
            (1, stride, stride, 1),
        )
        for i in range(size[0])
        for j in range(size[1])
    ]
    return jnp.concatenate(shifts, axis=-1)


def _conv_by_patches(x: jax.Array, kernel: jax.Array, stride: int) -> jax.Array:
    matrix = kernel.reshape(-1, kernel.shape[-1])
    return _patches(x, kernel.shape[:2], stride) @ matrix


def _transpose_by_patches(x: jax.Array, kernel: jax.Array, stride: int) -> jax.Array:
    height, width, features, channels = kernel.shape
    b, h, w, _ = x.shape
    image = jax.ShapeDtypeStruct((b, h * stride, w * stride, features), x.dtype)
    overlap_add = jax.linear_transpose(
        lambda image: _patches(image, (height, width), stride), image
    )
    return overlap_add(x @ kernel.reshape(-1, channels).T)[0]


class _Layer(nn.Module):
    """What all three layers share: a kernel, perhaps normalised, and perhaps a bias.

    Attributes:
      features: of the output.
      use_bias: False before a batch normalisation, where a bias has no gradient.
      spectral: divide the kernel by its largest singular value, see `SpectralNorm`.
      kernel_init: initializer of the kernel.
      dtype: of the computation; parameters are float32.
    """

    features: int
    use_bias: bool = True
    spectral: bool = False
    kernel_init: Initializer = normal_init
    dtype: Any = jnp.float32

    def kernel(self, shape: tuple[int, ...], out_axis: int, train: bool) -> jax.Array:
        """The kernel in the dtype of the computation."""
        kernel = self.param("kernel", self.kernel_init, shape, jnp.float32)
        if self.spectral:
            kernel = SpectralNorm(out_axis=out_axis, name="spectral")(kernel, train)
        return kernel.astype(self.dtype)

    def biased(self, x: jax.Array) -> jax.Array:
        """Adds the bias, if there is one."""
        if not self.use_bias:
            return x
        zeros = nn.initializers.zeros_init()
        bias = self.param("bias", zeros, (self.features,), jnp.float32)
        return x + bias.astype(self.dtype).reshape((1,) * (x.ndim - 1) + (-1,))


class Dense(_Layer):
    """x @ kernel + bias, over the last axis."""

    @nn.compact
    def __call__(self, x: jax.Array, train: bool = False) -> jax.Array:
        """Maps [..., C] to [..., features]; `train` matters to `spectral` only."""
        x = x.astype(self.dtype)
        kernel = self.kernel((x.shape[-1], self.features), -1, train)
        return self.biased(x @ kernel)


class Conv(_Layer):
    """A convolution, see `conv`.

    Attributes:
      size: of the square kernel.
      stride: of both axes.
    """

    size: int = 3
    stride: int = 1

    @nn.compact
    def __call__(self, x: jax.Array, train: bool = False) -> jax.Array:
        """Maps [B, H, W, C]; `train` matters to `spectral` only."""
        x = x.astype(self.dtype)
        shape = (self.size, self.size, x.shape[-1], self.features)
        return self.biased(conv(x, self.kernel(shape, -1, train), self.stride))


class ConvTranspose(_Layer):
    """A transposed convolution, see `conv_transpose`.

    Attributes:
      size: of the square kernel.
      stride: by which both sizes grow.
    """

    size: int = 4
    stride: int = 2

    @nn.compact
    def __call__(self, x: jax.Array, train: bool = False) -> jax.Array:
        """Maps [B, H, W, C]; `train` matters to `spectral` only."""
        x = x.astype(self.dtype)
        shape = (self.size, self.size, self.features, x.shape[-1])
        kernel = self.kernel(shape, -2, train)
        return self.biased(conv_transpose(x, kernel, self.stride))
