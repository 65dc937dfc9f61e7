"""DCGAN, for any power-of-two size from 8, and 28; plain or conditional.

Radford et al. 2016 (arXiv 1511.06434). Images may have any number of channels.
"""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn

from jaxgan.core.context import Context
from jaxgan.core.types import Verdict
from jaxgan.models.attributes import check_attributes
from jaxgan.models.labels import labels
from jaxgan.nn import (
    BatchNorm,
    ConditionalBatchNorm,
    Conv,
    ConvTranspose,
    Dense,
    Embedding,
    Network,
    normal_init,
    repeat,
)

SLOPE = 0.2


def scale_init(key: jax.Array, shape: Sequence[int], dtype: Any = jnp.float32):
    """N(1, 0.02²): DCGAN's initializer of normalisation scales."""
    return 1.0 + normal_init(key, shape, dtype)


def sizes(size: int) -> list[int]:
    """Of an image and its maps down to the base: halves to 4; 28, 14, 7, 4; 8, 4, 2.

    Eight pixels are halved twice, because one convolution makes no discriminator.

    Raises:
      ValueError: for any other size than a power of two from 8, or 28.
    """
    if size != 28 and (size < 8 or size & (size - 1)):
        raise ValueError(f"size: saw {size}, wanted a power of two from 8, or 28")
    halves = [size]
    while halves[-1] > 4 or len(halves) < 3:
        halves.append(-(-halves[-1] // 2))
    return halves


def _widths(width: int, max_width: int, size: int) -> list[int]:
    """Channels of the maps, from the image's side to the base."""
    return [min(width * 2**place, max_width) for place in range(len(sizes(size)) - 1)]


def _check(shape: Sequence[int], classes: int, projection: bool) -> None:
    if len(shape) != 3 or shape[0] != shape[1]:
        raise ValueError(f"shape: saw {tuple(shape)}, wanted (size, size, channels)")
    if projection and not classes:
        raise ValueError("classes: saw 0, wanted the number of classes to condition on")


class Generator(Network):
    """Latent -> base map -> [ConvTranspose 4×4/2, norm, ReLU]* -> ConvTranspose, tanh.

    Attributes:
      shape: of one image, (size, size, channels).
      width: channels of the last hidden map; they double towards the base. The paper's
        64×64 network has 128.
      classes: if positive, images are conditioned on labels: an embedding is joined to
        the latent (Mirza and Osindero 2014, arXiv 1411.1784).
      modulated: condition every normalisation instead (Miyato and Koyama 2018, arXiv
        1802.05637).
      embedding: length of the joined embedding.
      hidden: features of dense layers before the base map. The paper has none; its
        authors' MNIST code has one of 1024, in both players.
      max_width: the most channels that a map gets.
      repeats: grow by repeated pixels and a 3×3 convolution instead, whose outputs on
        flat maps are flat (Odena et al. 2016, "Deconvolution and checkerboard
        artifacts"). Each of the four pixels that a transposed convolution makes of one
        has kernels of its own, which training drives apart, however alike they begin.
      dtype: of the computation.
    """

    shape: Sequence[int] = (64, 64, 3)
    width: int = 128
    classes: int = 0
    modulated: bool = False
    embedding: int = 50
    hidden: Sequence[int] = ()
    max_width: int = 1024
    repeats: bool = False
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, value: jax.Array, given: Any, context: Context) -> jax.Array:
        """Maps latents [B, Z], and labels [B] if conditional, to [B, H, W, C].

        Raises:
          ValueError: if an attribute or `given` is not as wanted.
        """
        check_attributes(self)
        _check(self.shape, self.classes, self.modulated)
        *growing, base = sizes(self.shape[0])
        x = value.astype(self.dtype)
        if self.classes:
            given = labels(given, value.shape[0])
            if not self.modulated:
                table = Embedding(self.classes, self.embedding, dtype=self.dtype)
                x = jnp.concatenate([x, table(given)], axis=-1)

        def rectified(x):
            if self.classes and self.modulated:
                norm = ConditionalBatchNorm(self.classes, dtype=self.dtype)
                return nn.relu(norm(x, given, context))
            norm = BatchNorm(scale_init=scale_init, dtype=self.dtype)
            return nn.relu(norm(x, context))

        def grow(x, features, size, **options):
            if self.repeats:
                x = repeat(x)[:, :size, :size]
                return Conv(features, dtype=self.dtype, **options)(x)
            # 4 grows to 7 as the transpose of the convolution from 7 to 4.
            padding = "SAME" if size % 2 == 0 else ((1, 2), (1, 2))
            return ConvTranspose(
                features, padding=padding, dtype=self.dtype, **options
            )(x)

        *inner, widest = _widths(self.width, self.max_width, self.shape[0])
        for features in self.hidden:
            x = rectified(Dense(features, use_bias=False, dtype=self.dtype)(x))
        x = Dense(base * base * widest, use_bias=False, dtype=self.dtype)(x)
        x = rectified(x.reshape(-1, base, base, widest))
        for width, size in zip(reversed(inner), reversed(growing)):
            x = rectified(grow(x, width, size, use_bias=False))
        return jnp.tanh(grow(x, self.shape[2], self.shape[0]))


class Discriminator(Network):
    """[Conv 4×4/2, norm, LeakyReLU 0.2]* -> logit; no norm on the first layer.

    Attributes:
      width: channels of the first map; they double towards the base.
      normalise: whether to use batch normalisation. Gradient penalties want it off.
      spectral: normalise every kernel's spectrum, instead of the batch (Miyato et al.
        2018, arXiv 1802.05957, whose own network has 3×3 convolutions in between).
      classes: if positive, images are judged together with their labels: an embedding
        is joined as a further channel (arXiv 1411.1784).
      projection: add ⟨embedding(label), h⟩ to the logit of h instead (arXiv 1802.05637,
        equation 3), where h is the last map summed over places, or the last dense
        layer's output.
      hidden: features of dense layers between the last map and the logit.
      max_width: the most channels that a map gets.
      dtype: of the computation.
    """

    width: int = 64
    normalise: bool = True
    spectral: bool = False
    classes: int = 0
    projection: bool = False
    hidden: Sequence[int] = ()
    max_width: int = 1024
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, value: jax.Array, given: Any, context: Context) -> Verdict:
        """Maps images [B, H, W, C], and labels [B] if conditional, to logits [B].

        Raises:
          ValueError: if an attribute, the size or `given` is not as wanted.
        """
        check_attributes(self)
        _check(value.shape[1:], self.classes, self.projection)
        size = value.shape[1]
        x = value.astype(self.dtype)
        if self.classes:
            given = labels(given, value.shape[0])
            if not self.projection:
                table = Embedding(self.classes, size * size, dtype=self.dtype)
                channel = table(given).reshape(-1, size, size, 1)
                x = jnp.concatenate([x, channel], axis=-1)
        shared = {"spectral": self.spectral, "dtype": self.dtype}
        normalise = self.normalise and not self.spectral

        def rectified(x, normalise=normalise):
            if normalise:
                x = BatchNorm(scale_init=scale_init, dtype=self.dtype)(x, context)
            return nn.leaky_relu(x, SLOPE)

        # No norm right after the image.
        norms = [False, *[normalise] * (len(sizes(size)) - 2)]
        for width, norm in zip(_widths(self.width, self.max_width, size), norms):
            layer = Conv(width, size=4, stride=2, use_bias=not norm, **shared)
            x = rectified(layer(x, context.train), norm)
        if self.projection and not self.hidden:
            x = jnp.sum(x, axis=(1, 2))
        x = x.reshape(x.shape[0], -1)
        for features in self.hidden:
            layer = Dense(features, use_bias=not normalise, **shared)
            x = rectified(layer(x, context.train))
        logits = Dense(1, **shared)(x, context.train)[:, 0]
        if self.projection:
            table = Embedding(
                self.classes, x.shape[-1], kernel_init=normal_init, **shared
            )
            logits += jnp.sum(table(given, context.train) * x, axis=-1)
        return Verdict(logits, x)
