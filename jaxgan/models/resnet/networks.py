"""Residual networks of WGAN-GP, SNGAN, cGAN-PD and SAGAN, at 32×32 by default.

Gulrajani et al. 2017 (arXiv 1704.00028), appendix F; Miyato et al. 2018 (arXiv
1802.05957), table 4. Other sizes are other widths: every generator block doubles the
size, and the first `halvings` blocks of a discriminator halve it. Discriminators of
mimicry's code for 48, 64 and 128 pixels are not `wide`:

    pixels  generator                     discriminator
    48      widths=(512, 256, 128, 64)    widths=(64, 128, 256, 512, 1024), halvings=4
    64      (1024, 512, 256, 128, 64)     the same, halvings=5
    128     (1024, 1024, 512, ..., 64)    (64, ..., 1024, 1024), halvings=5

With `classes` they are the networks of Miyato and Koyama 2018 (arXiv 1802.05637): the
generator's normalisations have scales and shifts per class, and the discriminator adds
⟨features, embedding of the class⟩ to its logit. With `attention=(1,)` and `spectral` in
both they are SAGAN's (Zhang et al. 2018, arXiv 1805.08318).
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
from jaxgan.models.labels import labels
from jaxgan.nn import (
    BatchNorm,
    ConditionalBatchNorm,
    Conv,
    Dense,
    Embedding,
    Network,
    PowerIteration,
    SelfAttention,
    average_pool,
    double,
)

glorot = nn.initializers.glorot_uniform()
he_glorot = nn.initializers.variance_scaling(2.0, "fan_avg", "uniform")
"""Glorot's with gain √2: of the convolutions between two ReLUs."""


class GeneratorBlock(nn.Module):
    """x -> conv(relu(norm(conv(double(relu(norm(x))))))) + conv1×1(double(x)).

    Attributes:
      features: of the output.
      classes: if positive, normalisation is conditioned on labels.
      spectral: normalise every kernel's spectrum.
      dtype: of the computation.
    """

    features: int
    classes: int = 0
    spectral: bool | PowerIteration = False
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, x: jax.Array, given: Any, context: Context) -> jax.Array:
        """Maps [B, H, W, C] to [B, 2H, 2W, features]."""
        conv = functools.partial(
            Conv, self.features, spectral=self.spectral, dtype=self.dtype
        )

        def rectified(x, name):
            if self.classes:
                norm = ConditionalBatchNorm(self.classes, dtype=self.dtype, name=name)
                return nn.relu(norm(x, given, context))
            return nn.relu(BatchNorm(dtype=self.dtype, name=name)(x, context))

        y = double(rectified(x, "norm1"))
        y = conv(kernel_init=he_glorot, name="conv1")(y, context.train)
        y = rectified(y, "norm2")
        y = conv(kernel_init=he_glorot, name="conv2")(y, context.train)
        x = conv(size=1, kernel_init=glorot, name="shortcut")(x, context.train)
        return y + double(x)


class DiscriminatorBlock(nn.Module):
    """With r = relu(x): r -> pool(conv(relu(conv(r)))) + pool(conv1×1(r)).

    The shortcut starts from r as in mimicry's code, whose ReLU works in place and whose
    results are the ones that are cited; in the papers it starts from x.

    Attributes:
      features: of the output.
      halve: whether to pool; without, and with as many features as channels, the
        shortcut is the identity.
      first: the block that sees the image: without the first ReLU.
      spectral: normalise every kernel's spectrum.
      dtype: of the computation.
      wide: whether there are as many features between the convolutions as in the
        output, or else as in the input. The first block is always wide.
    """

    features: int
    halve: bool = False
    first: bool = False
    spectral: bool | PowerIteration = False
    dtype: Any = jnp.float32
    wide: bool = True

    @nn.compact
    def __call__(self, x: jax.Array, train: bool) -> jax.Array:
        """Maps [B, H, W, C]."""
        conv = functools.partial(Conv, spectral=self.spectral, dtype=self.dtype)
        pool = average_pool if self.halve else lambda x: x
        x = x if self.first else nn.relu(x)
        out = self.features
        hidden = out if self.wide or self.first else x.shape[-1]
        y = nn.relu(conv(hidden, kernel_init=he_glorot, name="conv1")(x, train))
        y = conv(out, kernel_init=he_glorot, name="conv2")(y, train)
        if self.halve or x.shape[-1] != out:
            # Pooled before the 1×1 convolution, with which it commutes: cheaper.
            x = conv(out, size=1, kernel_init=glorot, name="shortcut")(pool(x), train)
        return pool(y) + x


class Generator(Network):
    """Dense -> blocks -> BatchNorm, ReLU, Conv 3×3, tanh.

    Attributes:
      shape: of one image, (size, size, channels).
      widths: channels of the base map and after every block, each of which doubles it.
      classes: if positive, images are conditioned on labels.
      spectral: normalise every kernel's spectrum, as SAGAN does.
      attention: the blocks, counted from 0, that `SelfAttention` follows.
      dtype: of the computation.
    """

    shape: Sequence[int] = (32, 32, 3)
    widths: Sequence[int] = (256, 256, 256, 256)
    classes: int = 0
    spectral: bool | PowerIteration = False
    attention: Sequence[int] = ()
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, value: jax.Array, given: Any, context: Context) -> jax.Array:
        """Maps latents [B, Z], and labels [B] if conditional, to images [B, H, W, C].

        Raises:
          ValueError: if the blocks do not double some base to the size, or `given` is
            not as wanted.
        """
        check_attributes(self)
        check_widths(self.widths)
        if self.classes:
            given = labels(given, value.shape[0])
        base, rest = divmod(self.shape[0], 2 ** (len(self.widths) - 1))
        if rest or not base or self.shape[0] != self.shape[1]:
            raise ValueError(
                f"shape: saw {tuple(self.shape)}, wanted a square that "
                f"{len(self.widths) - 1} blocks can double to"
            )
        shared = {"spectral": self.spectral, "dtype": self.dtype}
        first = self.widths[0]
        dense = Dense(base * base * first, kernel_init=glorot, **shared)
        x = dense(value, context.train).reshape(-1, base, base, first)
        for place, width in enumerate(self.widths[1:]):
            x = GeneratorBlock(width, self.classes, **shared)(x, given, context)
            if place in self.attention:
                x = SelfAttention(kernel_init=glorot, **shared)(x, context.train)
        x = nn.relu(BatchNorm(dtype=self.dtype)(x, context))
        x = Conv(self.shape[2], kernel_init=glorot, **shared)(x, context.train)
        return jnp.tanh(x)


class Discriminator(Network):
    """Blocks -> ReLU -> sum or mean over places -> logit. It has no normalisation.

    Attributes:
      widths: channels after every block.
      halvings: so many of the first blocks halve the size.
      spectral: normalise every kernel's spectrum, as SNGAN does.
      mean: average over places, as WGAN-GP does, instead of summing.
      classes: if positive, logits are conditioned on labels.
      attention: the blocks, counted from 0, that `SelfAttention` follows.
      dtype: of the computation.
      wide: as in `DiscriminatorBlock`; mimicry's are not.
    """

    widths: Sequence[int] = (128, 128, 128, 128)
    halvings: int = 2
    spectral: bool | PowerIteration = False
    mean: bool = False
    classes: int = 0
    attention: Sequence[int] = ()
    dtype: Any = jnp.float32
    wide: bool = True

    @nn.compact
    def __call__(self, value: jax.Array, given: Any, context: Context) -> Verdict:
        """Maps images [B, H, W, C], and labels [B] if conditional, to logits [B].

        Raises:
          ValueError: if `given` is not as wanted.
        """
        check_attributes(self)
        check_widths(self.widths)
        shared = {"spectral": self.spectral, "dtype": self.dtype}
        x = value.astype(self.dtype)
        for place, width in enumerate(self.widths):
            halve = place < self.halvings
            block = DiscriminatorBlock(
                width, halve, not place, wide=self.wide, **shared
            )
            x = block(x, context.train)
            if place in self.attention:
                x = SelfAttention(kernel_init=glorot, **shared)(x, context.train)
        pool = jnp.mean if self.mean else jnp.sum
        x = pool(nn.relu(x), axis=(1, 2))
        logits = Dense(1, kernel_init=glorot, **shared)(x, context.train)[:, 0]
        if self.classes:
            table = Embedding(self.classes, x.shape[-1], kernel_init=glorot, **shared)
            vectors = table(labels(given, x.shape[0]), context.train)
            logits = logits + jnp.sum(x * vectors, axis=-1)
        return Verdict(logits, x)
