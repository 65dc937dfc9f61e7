"""Convolutions, transposed convolutions and dense layers, fast on CPUs too.

Images are [B, H, W, C], kernels [height, width, in, out].
"""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn
from jax import lax

from jaxgan.nn import convolution, grouped
from jaxgan.nn.formulations import Geometry
from jaxgan.nn.spectral import PowerIteration, spectral_norm
from jaxgan.nn.varying import vary_alike

Initializer = Callable[..., jax.Array]
Padding = str | tuple[tuple[int, int], tuple[int, int]]
"""'SAME' or 'VALID' as in `jax.lax`, or zeros ((above, below), (left, right))."""
normal_init = nn.initializers.normal(0.02)
"""N(0, 0.02²): DCGAN's (arXiv 1511.06434, section 3)."""
torch_init = nn.initializers.variance_scaling(1 / 3, "fan_in", "uniform")
"""U(±1 / √fan_in): PyTorch's own. Biases start at 0, where PyTorch draws them alike."""
xavier = nn.initializers.xavier_uniform()
"""U(±√(6 / (fan_in + fan_out))): Glorot and Bengio 2010, equation 16."""


def dense(x: jax.Array, kernel: jax.Array) -> jax.Array:
    """Maps [..., C] by a kernel [C, features], over the last axis.

    As a product of two matrices: of more axes, XLA's CPU backend transposes copies for
    the kernel's gradient, and both gradients took three times as long where measured.
    """
    if x.ndim < 3:
        return x @ kernel
    product = x.reshape(-1, x.shape[-1]) @ kernel
    return product.reshape(*x.shape[:-1], kernel.shape[-1])


def conv(
    x: jax.Array,
    kernel: jax.Array,
    stride: int = 1,
    padding: Padding = "SAME",
    groups: int = 1,
) -> jax.Array:
    """Convolution of images.

    Args:
      x: [B, H, W, C].
      kernel: [height, width, C / groups, features].
      stride: of both axes.
      padding: 'SAME' pads with zeros to an output of ceil(size / stride).
      groups: contiguous channels and features that only see each other.

    Raises:
      ValueError: if the groups do not divide channels and features.
    """
    size = kernel.shape[:2]
    if groups < 1 or x.shape[-1] % groups or kernel.shape[-1] % groups:
        raise ValueError(
            f"groups: saw {groups}, wanted a divisor of {x.shape[-1]} channels and "
            f"{kernel.shape[-1]} features"
        )
    if size == (1, 1) and stride == 1 and groups == 1 and isinstance(padding, str):
        return dense(x, kernel[0, 0])
    if isinstance(padding, str):
        pads = lax.padtype_to_pads(x.shape[1:3], size, (stride, stride), padding)
    else:
        pads = padding
    if size == x.shape[1:3] and groups == 1 and not any(map(any, pads)):
        # All places at once: a dense layer, for any stride.
        product = x.reshape(x.shape[0], -1) @ kernel.reshape(-1, kernel.shape[-1])
        return product[:, None, None]
    geometry = Geometry(x.shape[1:3], size, stride, tuple(map(tuple, pads)))
    x, kernel = vary_alike(x, kernel)
    if groups > 1:
        return grouped.forward(grouped.Grouping(geometry, groups), x, kernel)
    return convolution.forward(geometry, x, kernel)


def conv_transpose(
    x: jax.Array, kernel: jax.Array, stride: int = 1, padding: Padding = "SAME"
) -> jax.Array:
    """The gradient of `conv` with respect to its input, which multiplies sizes.

    With a 4×4 kernel and stride 2 it is PyTorch's ConvTranspose2d(4, 2, padding=1).

    Args:
      x: [B, H, W, C].
      kernel: [height, width, features, C]: that of the convolution it transposes.
      stride: of both axes.
      padding: that of the convolution it transposes. With 'SAME' the output is
        [B, stride · H, stride · W, features]; otherwise it has the smallest size that
        the convolution maps to that of `x`.

    Raises:
      ValueError: if there is as much padding as kernel.
    """
    size = kernel.shape[:2]
    if isinstance(padding, str) and padding == "SAME":
        outs = [n * stride for n in x.shape[1:3]]
        pads = lax.padtype_to_pads(outs, size, (stride, stride), padding)
    else:
        pads = ((0, 0), (0, 0)) if isinstance(padding, str) else padding
        if any(max(pad) >= k for pad, k in zip(pads, size)):
            raise ValueError(f"padding: saw {pads}, wanted less than the kernel {size}")
        outs = [
            (n - 1) * stride + k - sum(pad)
            for n, k, pad in zip(x.shape[1:3], size, pads)
        ]
    geometry = Geometry(tuple(outs), size, stride, tuple(map(tuple, pads)))
    return convolution.image_gradient(geometry, *vary_alike(x, kernel))


class Layer(nn.Module):
    """What all of these layers share: a kernel, perhaps normalised, and perhaps a bias.

    Attributes:
      features: of the output.
      use_bias: False before a batch normalisation, where a bias has no gradient.
      spectral: divide the kernel by its largest singular value, see `SpectralNorm`.
      kernel_init: initializer of the kernel.
      dtype: of the computation; parameters are float32.
    """

    features: int
    use_bias: bool = True
    spectral: bool | PowerIteration = False
    kernel_init: Initializer = normal_init
    dtype: Any = jnp.float32

    def kernel(self, shape: tuple[int, ...], out_axis: int, train: bool) -> jax.Array:
        """The kernel in the dtype of the computation."""
        kernel = self.param("kernel", self.kernel_init, shape, jnp.float32)
        if self.spectral:
            kernel = spectral_norm(self.spectral, out_axis, "spectral")(kernel, train)
        return kernel.astype(self.dtype)

    def biased(self, x: jax.Array) -> jax.Array:
        """Adds the bias, if there is one."""
        if not self.use_bias:
            return x
        zeros = nn.initializers.zeros_init()
        bias = self.param("bias", zeros, (self.features,), jnp.float32)
        return x + bias.astype(self.dtype).reshape((1,) * (x.ndim - 1) + (-1,))


class Dense(Layer):
    """x @ kernel + bias, over the last axis."""

    @nn.compact
    def __call__(self, x: jax.Array, train: bool = False) -> jax.Array:
        """Maps [..., C] to [..., features]; `train` matters to `spectral` only."""
        x = x.astype(self.dtype)
        kernel = self.kernel((x.shape[-1], self.features), -1, train)
        return self.biased(dense(x, kernel))


class Conv(Layer):
    """A convolution, see `conv`.

    Attributes:
      size: of the square kernel.
      stride: of both axes.
      padding: zeros around the image.
      groups: of channels and features that only see each other.
    """

    size: int = 3
    stride: int = 1
    padding: Padding = "SAME"
    groups: int = 1

    @nn.compact
    def __call__(self, x: jax.Array, train: bool = False) -> jax.Array:
        """Maps [B, H, W, C]; `train` matters to `spectral` only."""
        x = x.astype(self.dtype)
        channels = max(1, x.shape[-1] // self.groups) if self.groups > 0 else 1
        shape = (self.size, self.size, channels, self.features)
        kernel = self.kernel(shape, -1, train)
        return self.biased(conv(x, kernel, self.stride, self.padding, self.groups))


class ConvTranspose(Layer):
    """A transposed convolution, see `conv_transpose`.

    Attributes:
      size: of the square kernel.
      stride: by which both sizes grow.
      padding: of the convolution it transposes.
    """

    size: int = 4
    stride: int = 2
    padding: Padding = "SAME"

    @nn.compact
    def __call__(self, x: jax.Array, train: bool = False) -> jax.Array:
        """Maps [B, H, W, C]; `train` matters to `spectral` only."""
        x = x.astype(self.dtype)
        shape = (self.size, self.size, self.features, x.shape[-1])
        kernel = self.kernel(shape, -2, train)
        return self.biased(conv_transpose(x, kernel, self.stride, self.padding))
