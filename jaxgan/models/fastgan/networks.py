"""FastGAN's light generator, which learns from few images.

Liu et al. 2021 (arXiv 2101.04775), section 3.1, as the code of projected GANs has it
(Sauer et al. 2021, arXiv 2111.01007): latents on a sphere, no tanh at the end. Trained
as `recipes.projected` says, against `models.projected`.
"""

import functools
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn

from jaxgan.core.context import Context
from jaxgan.models.attributes import check_attributes
from jaxgan.models.labels import labels
from jaxgan.nn import (
    BatchNorm,
    ConditionalBatchNorm,
    Conv,
    ConvTranspose,
    Embedding,
    Network,
    PowerIteration,
    average_pool,
    normal,
    repeat,
)
from jaxgan.nn.conv import torch_init

POWER = PowerIteration(both=True)
"""As PyTorch keeps spectral vectors, so that evaluation divides by the same σ."""
BASE = 4
SHARES = {4: 16.0, 8: 8.0, 16: 4.0, 32: 2.0, 64: 2.0, 128: 1.0}
SHARES |= {256: 0.5, 512: 0.25, 1024: 0.125}
"""By the side of a map: its channels, as a multiple of the width."""
EXCITED_BY = {64: 4, 128: 8, 256: 16, 512: 32}
"""By the side of a map: that of the smaller one that scales its channels."""


def width_at(side: int, width: int) -> int:
    """The channels of a map, rounded down as the official code does.

    Raises:
      ValueError: if there would be none.
    """
    features = int(SHARES[side] * width)
    if not features:
        wanted = int(1 / SHARES[side])
        raise ValueError(
            f"width: saw {width}, wanted at least {wanted} for maps of {side}×{side}"
        )
    return features


def gated(x: jax.Array) -> jax.Array:
    """Half of the channels, times the sigmoids of the others."""
    half = x.shape[-1] // 2
    return x[..., :half] * nn.sigmoid(x[..., half:])


class Noise(nn.Module):
    """x + s · n, one draw n ~ N(0, 1) per example and place, in use too; s starts at 0.

    Attributes:
      dtype: of the result.
    """

    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, x: jax.Array, context: Context) -> jax.Array:
        """Adds to [B, H, W, C]."""
        scale = self.param("scale", nn.initializers.zeros_init(), (1,), jnp.float32)
        keys = context.draw("/".join(map(str, self.path)))
        noise = normal(keys, (*x.shape[1:3], 1))
        return x + (scale.reshape(1, 1, 1, 1) * noise).astype(self.dtype)


class UpBlock(nn.Module):
    """Pixels repeated, then once (lite) or twice: convolution, norm, gate.

    Attributes:
      features: of the output.
      lite: one convolution without noise, rather than two with noise behind each.
      dtype: of the computation.
    """

    features: int
    lite: bool = False
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(
        self, x: jax.Array, given: jax.Array | None, context: Context
    ) -> jax.Array:
        """Maps [B, H, W, C] to [B, 2H, 2W, features]; `given` are vectors or None."""
        x = repeat(x)
        for place in (1,) if self.lite else (1, 2):
            conv = Conv(
                *(2 * self.features, False, POWER, torch_init),
                dtype=self.dtype,
                name=f"conv{place}",
            )
            x = conv(x, context.train)
            if not self.lite:
                x = Noise(self.dtype, name=f"noise{place}")(x, context)
            if given is None:
                x = BatchNorm(dtype=self.dtype, name=f"norm{place}")(x, context)
            else:
                norm = ConditionalBatchNorm(dtype=self.dtype, name=f"norm{place}")
                x = norm(x, given, context)
            x = gated(x)
        return x


class Excitation(nn.Module):
    """Scales the channels of a large map by what a small one says.

    sigmoid(conv1×1(swish(conv4×4(small averaged to 4×4)))): the skip-layer excitation
    of section 3.1, equation 2.

    Attributes:
      dtype: of the computation.
    """

    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, small: jax.Array, large: jax.Array, train: bool) -> jax.Array:
        """Scales `large` [B, H, W, C] by `small` [B, h, w, c]."""
        conv = functools.partial(
            Conv, large.shape[-1], False, POWER, torch_init, dtype=self.dtype
        )
        while small.shape[1] > BASE:
            small = average_pool(small)
        x = conv(size=BASE, padding="VALID", name="squeeze")(small, train)
        x = conv(size=1, name="excite")(nn.swish(x), train)
        return large * nn.sigmoid(x)


class Generator(Network):
    """Latent -> 4×4 -> blocks that double, large maps excited by small ones -> image.

    All kernels are normalised by their spectrum. Images are not squashed: nothing but
    the discriminator keeps them in [-1, 1]. The official code makes images of 128
    pixels and more; smaller ones end here with an earlier block.

    Attributes:
      shape: of one image, (size, size, channels): 8, 16, ..., 1024 pixels.
      width: channels at 128 pixels; see `SHARES`.
      lite: blocks of one convolution, without noise: fewer images, faster.
      classes: of the labels, or 0. Vectors of classes scale and shift in all norms.
      embedding: length of these vectors; the official code takes that of latents.
      dtype: of the computation.
    """

    shape: Sequence[int] = (256, 256, 3)
    width: int = 128
    lite: bool = False
    classes: int = 0
    embedding: int = 256
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, value: jax.Array, given: Any, context: Context) -> jax.Array:
        """Maps latents [B, Z] and labels [B], if any, to images [B, H, W, C].

        Raises:
          ValueError: if the size, the width, or `given` is not as wanted.
        """
        check_attributes(self)
        vectors = None
        if self.classes:
            embed = Embedding(self.classes, self.embedding, dtype=self.dtype)
            vectors = embed(labels(given, value.shape[0]))
        x = self._base(value, context)
        maps = {BASE: x}
        for side in self._sides():
            features = width_at(side, self.width)
            block = UpBlock(features, self.lite, self.dtype, name=f"block_{side}")
            x = block(x, vectors, context)
            if side in EXCITED_BY:
                excite = Excitation(self.dtype, name=f"excitation_{side}")
                x = excite(maps[EXCITED_BY[side]], x, context.train)
            maps[side] = x
        conv = Conv(
            *(self.shape[2], True, POWER, torch_init), dtype=self.dtype, name="image"
        )
        return conv(x, context.train)

    def _sides(self) -> list[int]:
        """The sides of maps after each block."""
        size = self.shape[0]
        sides = [side for side in SHARES if BASE < side <= size]
        if self.shape[1] != size or size not in sides:
            raise ValueError(
                f"shape: saw {tuple(self.shape)}, wanted squares of a side among "
                f"{', '.join(map(str, SHARES))} but {BASE}"
            )
        return sides

    def _base(self, value: jax.Array, context: Context) -> jax.Array:
        """The map of 4×4, of latents of second moment 1."""
        value = value.astype(jnp.float32)
        moment = jnp.mean(jnp.square(value), axis=1, keepdims=True)
        value = (value * jax.lax.rsqrt(moment + 1e-8)).astype(self.dtype)
        base = ConvTranspose(
            *(2 * width_at(BASE, self.width), False, POWER, torch_init),
            dtype=self.dtype,
            size=BASE,
            stride=1,
            padding="VALID",
            name="base",
        )
        x = base(value[:, None, None, :], context.train)
        return gated(BatchNorm(dtype=self.dtype, name="norm")(x, context))
