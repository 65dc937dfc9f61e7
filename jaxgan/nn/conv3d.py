"""Convolutions of clips, over time too, made of those of images.

A kernel that is K frames long sees as many frames at once: they lie beside each other
as channels, and what is left is a convolution of images, quick wherever those are, with
derivatives of every order. Clips are [B, T, H, W, C], kernels [frames, height, width,
in, out].
"""

import functools
from collections.abc import Callable

import jax
import jax.numpy as jnp
from flax import linen as nn
from jax import lax

from jaxgan.core.explicit_mesh import along_batch
from jaxgan.nn.apart import apart_on_cpus
from jaxgan.nn.clips import frame_by_frame
from jaxgan.nn.conv import Layer, conv, conv_transpose

Pads = tuple[tuple[int, int], tuple[int, int], tuple[int, int]]
Padding3d = str | Pads
"""'SAME' or 'VALID' as in `jax.lax`, or zeros ((before, after), (above, below), (left,
right))."""
Stride3d = tuple[int, int]
"""Of time, and of both axes of a frame."""


def conv3d(
    x: jax.Array,
    kernel: jax.Array,
    stride: Stride3d = (1, 1),
    padding: Padding3d = "SAME",
) -> jax.Array:
    """Convolution of clips.

    Args:
      x: [B, T, H, W, C].
      kernel: [frames, height, width, C, features].
      stride: of time, and of both axes of a frame.
      padding: 'SAME' pads with zeros to outputs of ceil(size / stride).

    Raises:
      ValueError: if a kernel is longer than a clip with its padding.
    """
    length, height, width, channels, features = kernel.shape
    pads = _pads(x.shape[1:4], kernel.shape[:3], stride, padding)
    frames = (x.shape[1] + sum(pads[0]) - length) // stride[0] + 1
    if frames < 1:
        raise ValueError(
            f"frames: saw {x.shape[1]}, wanted at least {length - sum(pads[0])}: a "
            f"kernel sees {length}"
        )
    x = jnp.pad(x, ((0, 0), pads[0], *[(0, 0)] * 3))
    beside = _beside(length, frames, stride[0])(x)
    flat = jnp.moveaxis(kernel, 0, 2)
    flat = flat.reshape(height, width, length * channels, features)
    return frame_by_frame(lambda y: conv(y, flat, stride[1], pads[1:]), beside)


def conv3d_transpose(
    x: jax.Array,
    kernel: jax.Array,
    stride: Stride3d = (1, 1),
    padding: Padding3d = "VALID",
) -> jax.Array:
    """The gradient of `conv3d` with respect to its input, which multiplies sizes.

    With a 4×4×4 kernel, strides of 2 and zeros on every side it is PyTorch's
    ConvTranspose3d(4, 2, padding=1).

    Args:
      x: [B, T, H, W, C].
      kernel: [frames, height, width, features, C]: that of the convolution it
        transposes.
      stride: of time, and of both axes of a frame.
      padding: of the convolution it transposes: 'VALID', or zeros. The output has the
        smallest size that the convolution maps to that of `x`.

    Raises:
      ValueError: if the padding is 'SAME', or as much as kernel.
    """
    if padding == "SAME":
        raise ValueError("padding: saw 'SAME', wanted 'VALID' or zeros")
    length, height, width, features, channels = kernel.shape
    pads = _pads(x.shape[1:4], kernel.shape[:3], stride, padding)
    flat = jnp.moveaxis(kernel, 0, 2)
    flat = flat.reshape(height, width, length * features, channels)
    parts = frame_by_frame(lambda y: conv_transpose(y, flat, stride[1], pads[1:]), x)
    parts = along_batch(lambda y: y.reshape(*y.shape[:-1], length, features), parts)
    before, after = pads[0]

    def shifted(at):
        edges = (at - before, length - 1 - at - after, stride[0] - 1)
        none = (0, 0, 0)
        zero = jnp.zeros((), parts.dtype)
        return lax.pad(parts[..., at, :], zero, [none, edges, *[none] * 3])

    return sum(map(shifted, range(1, length)), start=shifted(0))


@functools.cache
def _beside(length: int, frames: int, stride: int) -> Callable[[jax.Array], jax.Array]:
    """f(clips): of so many frames those that a kernel sees at once, as channels.

    Apart, for else each would be computed as often as it is seen.
    """
    span = (frames - 1) * stride + 1

    def beside(x):
        each = [x[:, at : at + span : stride] for at in range(length)]
        return jnp.concatenate(each, axis=-1)

    return apart_on_cpus(beside) if length > 1 else beside


def _pads(sizes, kernel, stride, padding) -> Pads:
    if isinstance(padding, str):
        steps = (stride[0], stride[1], stride[1])
        padding = lax.padtype_to_pads(sizes, kernel, steps, padding)
    time, height, width = ((before, after) for before, after in padding)
    return time, height, width


class Conv3d(Layer):
    """A convolution of clips, see `conv3d`.

    Attributes:
      size: of the kernel: frames, height and width.
      stride: of time, and of both axes of a frame.
      padding: zeros around the clip.
    """

    size: tuple[int, int, int] = (3, 3, 3)
    stride: Stride3d = (1, 1)
    padding: Padding3d = "SAME"

    @nn.compact
    def __call__(self, x: jax.Array, train: bool = False) -> jax.Array:
        """Maps [B, T, H, W, C]; `train` matters to `spectral` only."""
        x = x.astype(self.dtype)
        kernel = self.kernel((*self.size, x.shape[-1], self.features), -1, train)
        return self.biased(conv3d(x, kernel, self.stride, self.padding))


class ConvTranspose3d(Layer):
    """A transposed convolution of clips, see `conv3d_transpose`.

    Attributes:
      size: of the kernel: frames, height and width.
      stride: by which time, and both sides of a frame, grow.
      padding: of the convolution it transposes.
    """

    size: tuple[int, int, int] = (4, 4, 4)
    stride: Stride3d = (2, 2)
    padding: Padding3d = ((1, 1), (1, 1), (1, 1))

    @nn.compact
    def __call__(self, x: jax.Array, train: bool = False) -> jax.Array:
        """Maps [B, T, H, W, C]; `train` matters to `spectral` only."""
        x = x.astype(self.dtype)
        kernel = self.kernel((*self.size, self.features, x.shape[-1]), -2, train)
        return self.biased(conv3d_transpose(x, kernel, self.stride, self.padding))
