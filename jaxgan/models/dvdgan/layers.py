"""Blocks of DVD-GAN's networks: of frames that are conditioned, and of clips."""

import functools
from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn

from jaxgan.core.context import Context
from jaxgan.core.explicit_mesh import along_batch
from jaxgan.models.biggan.layers import Normalisation
from jaxgan.nn import (
    ConditionalBatchNorm,
    Conv,
    Conv3d,
    average_pool,
    average_pool3d,
    frame_by_frame,
    repeat,
)


class GeneratorBlock(nn.Module):
    """x -> conv(relu(norm(conv(up(relu(norm(x))))))) + conv1×1(up(x)).

    As BigGAN's, of which the first of a level does not double the size.

    Attributes:
      features: of the output.
      double: whether `up` repeats pixels; otherwise it is nothing.
      how: it normalises.
    """

    features: int
    double: bool = False
    how: Normalisation = Normalisation()

    @nn.compact
    def __call__(self, x: jax.Array, given: jax.Array, context: Context) -> jax.Array:
        """Maps frames [N, H, W, C], and what each is given [N, F]."""
        conv = functools.partial(Conv, self.features, **self.how.kernels)
        norm = functools.partial(ConditionalBatchNorm, dtype=self.how.dtype)
        up = repeat if self.double else lambda x: x
        y = up(nn.relu(norm(name="norm1")(x, given, context)))
        y = conv(use_bias=False, name="conv1")(y, context.train)
        y = nn.relu(norm(name="norm2")(y, given, context))
        y = conv(name="conv2")(y, context.train)
        # Convolved before it is repeated, with which it commutes: cheaper.
        return y + up(conv(size=1, name="shortcut")(x, context.train))


class DiscriminatorBlock(nn.Module):
    """pool(conv(relu(conv(relu(x))))) + conv1×1(pool(x)), of frames or over time too.

    Attributes:
      features: of the output.
      halve: whether to pool; without, and with as many features as channels, the
        shortcut is the identity.
      first: the block that sees the clip: without the first ReLU.
      moving: convolve and pool over time too.
      how: it normalises.
    """

    features: int
    halve: bool = True
    first: bool = False
    moving: bool = False
    how: Normalisation = Normalisation()

    @nn.compact
    def __call__(self, x: jax.Array, train: bool) -> jax.Array:
        """Maps clips [B, T, H, W, C]."""

        def conv(size: int, name: str, x: jax.Array) -> jax.Array:
            options: dict[str, Any] = {"name": name, **self.how.kernels}
            if self.moving:
                layer = Conv3d(self.features, size=(size, size, size), **options)
                return layer(x, train)
            layer = Conv(self.features, size=size, **options)
            return frame_by_frame(lambda x: layer(x, train), x)

        def pool(x: jax.Array) -> jax.Array:
            if not self.halve:
                return x
            if self.moving:
                return average_pool3d(x)
            return frame_by_frame(average_pool, x)

        y = conv(3, "conv1", x if self.first else nn.relu(x))
        y = conv(3, "conv2", nn.relu(y))
        if self.halve or x.shape[-1] != self.features:
            x = conv(1, "shortcut", pool(x))
        return pool(y) + x


class FrameAttention(nn.Module):
    """x + γ · Σⱼ βᵢⱼ g(xⱼ), β = softmaxⱼ(θ(xᵢ) · φ(xⱼ)), with γ = 0 at first.

    Zhang et al. 2018 (arXiv 1805.08318), equations 1 to 3 as they are written, over all
    places of every frame, with biases (but of φ, where one has no effect): what an
    unofficial DVD-GAN has after a block. `nn.SelfAttention` is that of SAGAN's code.

    Attributes:
      dtype: of the computation; the softmax is float32.
    """

    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """Maps frames [N, H, W, C].

        Raises:
          ValueError: if there are fewer than 8 channels.
        """
        _, h, w, channels = x.shape
        if channels < 8:
            raise ValueError(f"channels: saw {channels}, wanted at least 8")

        def conv(features: int, name: str) -> jax.Array:
            layer = Conv(
                features, size=1, use_bias=name != "phi", dtype=self.dtype, name=name
            )
            y = layer(x)
            return along_batch(lambda y: y.reshape(y.shape[0], -1, y.shape[-1]), y)

        query, key = conv(channels // 8, "theta"), conv(channels // 8, "phi")
        match = jnp.einsum("bic,bjc->bij", query, key).astype(jnp.float32)
        found = nn.softmax(match, axis=-1).astype(self.dtype) @ conv(channels, "g")
        found = along_batch(lambda y: y.reshape(y.shape[0], h, w, channels), found)
        gain = self.param("gamma", nn.initializers.zeros_init(), (), jnp.float32)
        return x + gain.astype(self.dtype) * found
