"""BigGAN-deep: bottleneck blocks, two per size, with shortcuts that keep channels.

Brock et al. 2019 (arXiv 1809.11096), appendix B, tables 7 to 9, with the details of the
authors' PyTorch code. Where channels get fewer the generator's shortcut drops the last,
and where they get more the discriminator's appends those of a 1×1 convolution.
"""

import functools
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn

from jaxgan.core.context import Context
from jaxgan.core.types import Verdict
from jaxgan.models.attributes import check_attributes, check_widths
from jaxgan.models.biggan.layers import (
    ConditionalNorm,
    Normalisation,
    attention,
    base_size,
    image,
    orthogonal,
    projected,
)
from jaxgan.models.labels import labels
from jaxgan.nn import (
    Conv,
    Dense,
    Embedding,
    Network,
    PowerIteration,
    average_pool,
    repeat,
)
from jaxgan.nn.norm import EPSILON

RATIO = 4
"""Channels per feature of a bottleneck."""


class GeneratorBlock(nn.Module):
    """x[:features] + conv1×1(conv3×3(conv3×3(conv1×1(x)))), each after norm and ReLU.

    Attributes:
      features: of the output, at most as many as of the input.
      double: repeat every pixel, before the first 3×3 convolution.
      how: it normalises.
    """

    features: int
    double: bool = False
    how: Normalisation = Normalisation()

    @nn.compact
    def __call__(self, x: jax.Array, given: jax.Array, context: Context) -> jax.Array:
        """Maps [B, H, W, C] to [B, H, W, features], or twice the size."""
        hidden = max(1, x.shape[-1] // RATIO)
        conv = functools.partial(Conv, **self.how.kernels)

        def rectified(y, number):
            norm = ConditionalNorm(how=self.how, name=f"norm{number}")
            return nn.relu(norm(y, given, context))

        grow = repeat if self.double else lambda x: x
        y = conv(hidden, size=1, name="conv1")(rectified(x, 1), context.train)
        y = conv(hidden, name="conv2")(grow(rectified(y, 2)), context.train)
        y = conv(hidden, name="conv3")(rectified(y, 3), context.train)
        y = conv(self.features, size=1, name="conv4")(rectified(y, 4), context.train)
        return y + grow(x[..., : self.features])


class DiscriminatorBlock(nn.Module):
    """x, with channels appended, + conv1×1(conv3×3(conv3×3(conv1×1(x)))) after ReLUs.

    Attributes:
      features: of the output, at least as many as of the input.
      halve: pool both, before the last convolution and before channels are appended.
      how: it normalises.
    """

    features: int
    halve: bool = False
    how: Normalisation = Normalisation()

    @nn.compact
    def __call__(self, x: jax.Array, train: bool) -> jax.Array:
        """Maps [B, H, W, C] to [B, H, W, features], or half the size."""
        hidden, more = max(1, self.features // RATIO), self.features - x.shape[-1]
        conv = functools.partial(Conv, **self.how.kernels)
        pool = average_pool if self.halve else lambda x: x
        y = conv(hidden, size=1, name="conv1")(nn.relu(x), train)
        y = conv(hidden, name="conv2")(nn.relu(y), train)
        y = conv(hidden, name="conv3")(nn.relu(y), train)
        y = conv(self.features, size=1, name="conv4")(pool(nn.relu(y)), train)
        x = pool(x)
        if more:
            extra = conv(more, size=1, name="shortcut")(x, train)
            x = jnp.concatenate([x, extra], axis=-1)
        return y + x


class Generator(Network):
    """Dense -> blocks, with attention between -> BatchNorm, ReLU, Conv 3×3, tanh.

    Class embedding and latent, joined, make the base map and modulate every block.

    Attributes:
      shape: of one image, (size, size, channels).
      widths: channels of the base map and after every doubling.
      depth: blocks per doubling: the last doubles, and drops channels.
      classes: of the labels.
      attention: the doublings, counted from 0, that `SelfAttention` follows.
      shared: length of the class embedding.
      dtype: of the computation.
      spectral: as in BigGAN.
      norm_epsilon: as in BigGAN.
    """

    shape: Sequence[int] = (128, 128, 3)
    widths: Sequence[int] = (2048, 2048, 1024, 512, 256, 128)
    depth: int = 2
    classes: int = 1000
    attention: Sequence[int] = (3,)
    shared: int = 128
    dtype: Any = jnp.float32
    spectral: PowerIteration = PowerIteration()
    norm_epsilon: float = EPSILON

    @nn.compact
    def __call__(self, value: jax.Array, given: Any, context: Context) -> jax.Array:
        """Maps latents [B, Z] and labels [B] to images [B, H, W, C].

        Raises:
          ValueError: if the widths do not double some base to the size, or grow, or
            `given` is not as wanted.
        """
        check_attributes(self)
        check_widths(self.widths)
        given = labels(given, value.shape[0])
        base = base_size(self.shape, len(self.widths) - 1)
        if any(a < b for a, b in zip(self.widths, self.widths[1:])):
            raise ValueError(f"widths: saw {tuple(self.widths)}, wanted none to grow")
        embed = functools.partial(Embedding, kernel_init=orthogonal, dtype=self.dtype)
        vectors = embed(self.classes, self.shared, name="shared")(given)
        condition = jnp.concatenate([vectors, value.astype(self.dtype)], axis=1)
        first, *others = self.widths
        how = Normalisation(self.spectral, self.norm_epsilon, self.dtype)
        dense = Dense(base**2 * first, name="linear", **how.kernels)
        x = dense(condition, context.train).reshape(-1, base, base, first)
        for place, width in enumerate(others):
            for number in range(self.depth):
                last = number == self.depth - 1
                block = GeneratorBlock(
                    width if last else x.shape[-1],
                    last,
                    how,
                    name=f"block_{place * self.depth + number}",
                )
                x = block(x, condition, context)
            if place in self.attention:
                x = attention(place, how)(x, context.train)
        return image(x, self.shape[2], context, how)


class Discriminator(Network):
    """Conv 3×3 -> blocks, with attention between -> ReLU -> sum -> projection.

    Attributes:
      widths: channels after the first convolution and after every halving.
      depth: blocks per halving: the first halves, and appends channels.
      classes: of the labels.
      attention: the halvings, counted from 0, that `SelfAttention` follows.
      dtype: of the computation.
      spectral: as in BigGAN.
    """

    widths: Sequence[int] = (128, 256, 512, 1024, 2048, 2048)
    depth: int = 2
    classes: int = 1000
    attention: Sequence[int] = (0,)
    dtype: Any = jnp.float32
    spectral: PowerIteration = PowerIteration()

    @nn.compact
    def __call__(self, value: jax.Array, given: Any, context: Context) -> Verdict:
        """Maps images [B, H, W, C] and labels [B] to logits [B].

        Raises:
          ValueError: if the widths shrink, or `given` is not as wanted.
        """
        check_attributes(self)
        check_widths(self.widths)
        given = labels(given, value.shape[0])
        if any(a > b for a, b in zip(self.widths, self.widths[1:])):
            raise ValueError(f"widths: saw {tuple(self.widths)}, wanted none to shrink")
        first, *others = self.widths
        how = Normalisation(self.spectral, dtype=self.dtype)
        conv = Conv(first, name="input", **how.kernels)
        x = conv(value, context.train)
        for place, width in enumerate(others):
            for number in range(self.depth):
                name = f"block_{place * self.depth + number}"
                block = DiscriminatorBlock(width, not number, how, name=name)
                x = block(x, context.train)
            if place in self.attention:
                x = attention(place, how)(x, context.train)
        return projected(x, given, self.classes, context.train, how)
