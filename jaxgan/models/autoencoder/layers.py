"""What the encoder and the decoder of latent diffusion have in common."""

import dataclasses
from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn

from jaxgan.core.explicit_mesh import along_batch
from jaxgan.nn import Conv, GroupNorm, MultiHeadAttention
from jaxgan.nn.conv import torch_init, xavier

EPSILON = 1e-6
"""Of every group norm."""
AFTER = ((0, 1), (0, 1))
"""A pixel of zeros below and to the right."""


@dataclasses.dataclass(frozen=True)
class Layers:
    """Makes layers that share some attributes, within a module's `nn.compact` method.

    Attributes:
      groups: of every norm.
      dtype: of the computation; norms and the softmax are float32.
    """

    groups: int = 32
    dtype: Any = jnp.float32

    def conv(self, features: int, name: str, **attributes: Any) -> Conv:
        """A convolution, 3×3 unless told otherwise."""
        shared: dict[str, Any] = {"kernel_init": torch_init, "dtype": self.dtype}
        return Conv(features, **shared, **attributes, name=name)

    def norm(self, name: str) -> GroupNorm:
        """A group norm."""
        return GroupNorm(self.groups, EPSILON, dtype=self.dtype, name=name)

    def activated(self, x: jax.Array, name: str) -> jax.Array:
        """SiLU(norm(x))."""
        return nn.silu(self.norm(name)(x))

    def halved(self, x: jax.Array, name: str) -> jax.Array:
        """Half the sides, by a convolution with stride 2 that begins at the edge."""
        # The zeros are on two sides only, as the published weights were trained.
        return self.conv(x.shape[-1], name, stride=2, padding=AFTER)(x)


class ResidualBlock(nn.Module):
    """x + conv(SiLU(norm(conv(SiLU(norm(x)))))), x by a 1×1 layer where widths differ.

    Attributes:
      width: of the result.
      layers: of which it is made.
    """

    width: int
    layers: Layers

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """Maps [B, H, W, C] to [B, H, W, width]."""
        layers = self.layers
        y = layers.conv(self.width, "conv1")(layers.activated(x, "norm1"))
        y = layers.conv(self.width, "conv2")(layers.activated(y, "norm2"))
        if x.shape[-1] != self.width:
            x = layers.conv(self.width, "shortcut", size=1)(x)
        return x + y


class Middle(nn.Module):
    """A block, x + attention(norm(x)) of one head over all places, and a block.

    Attributes:
      layers: of which it is made.
    """

    layers: Layers

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """Maps [B, H, W, C] to the same shape."""
        shape = x.shape[1:]
        x = ResidualBlock(shape[-1], self.layers, name="block_0")(x)
        tokens = along_batch(
            lambda y: y.reshape(-1, shape[0] * shape[1], shape[2]),
            self.layers.norm("attention_norm")(x),
        )
        attention = MultiHeadAttention(
            1, kernel_init=xavier, dtype=self.layers.dtype, name="attention"
        )
        x = x + along_batch(lambda y: y.reshape(-1, *shape), attention(tokens))
        return ResidualBlock(shape[-1], self.layers, name="block_1")(x)
