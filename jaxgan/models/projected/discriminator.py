"""Discriminators of several scales, which see projected features only."""

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
    Conv,
    Dense,
    Embedding,
    Network,
    PowerIteration,
    average_pool,
)
from jaxgan.nn.conv import torch_init

SLOPE = 0.2
AROUND = ((1, 1), (1, 1))
END = 8
"""The side at which halving ends; a last convolution looks at 4×4 places."""
POWER = PowerIteration(both=True)
"""As PyTorch keeps spectral vectors, so that evaluation divides by the same σ."""


class DownBlock(nn.Module):
    """Halves: convolution 4×4, norm, leaky ReLU.

    Attributes:
      features: of the output.
      separable: one 3×3 convolution per channel and a 1×1 one of all instead, and means
        of 2×2 places at the end.
      mix: a 1×1 convolution, norm and leaky ReLU more.
      dtype: of the computation.
    """

    features: int
    separable: bool = False
    mix: bool = False
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, x: jax.Array, context: Context) -> jax.Array:
        """Maps [B, H, W, C] to [B, H / 2, W / 2, features]."""
        conv = functools.partial(
            Conv, spectral=POWER, kernel_init=torch_init, dtype=self.dtype
        )
        bare = functools.partial(conv, use_bias=False)

        def rectified(x, name):
            norm = BatchNorm(dtype=self.dtype, name=name)
            return nn.leaky_relu(norm(x, context), SLOPE)

        if self.separable:
            channels = x.shape[-1]
            x = bare(channels, groups=channels, name="depthwise")(x, context.train)
            x = bare(self.features, size=1, name="pointwise")(x, context.train)
            x = rectified(x, "norm")
            x = average_pool(x[:, : x.shape[1] // 2 * 2, : x.shape[2] // 2 * 2])
        else:
            halve = conv(self.features, size=4, stride=2, padding=AROUND, name="conv")
            x = rectified(halve(x, context.train), "norm")
        if self.mix:
            mix = bare(self.features, size=1, name="mix")
            x = rectified(mix(x, context.train), "norm_mix")
        return x


class ScaleDiscriminator(nn.Module):
    """Blocks that halve, then one logit for each 4×4 places of one map.

    Given labels, the last convolution makes vectors h, and the logit is
    ⟨h, leaky ReLU(A e(label) + a)⟩ / √C, with e a table (Miyato and Koyama 2018, arXiv
    1802.05637).

    Attributes:
      widths: channels after each block.
      separable, mix: see `DownBlock`.
      classes, embedding, condition_size: see `Discriminator`.
      dtype: of the computation.
    """

    widths: Sequence[int]
    separable: bool = False
    mix: bool = False
    classes: int = 0
    embedding: int = 128
    condition_size: int = 64
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, x: jax.Array, given: Any, context: Context) -> jax.Array:
        """Maps [B, H, W, C] to logits [B, P].

        Raises:
          ValueError: if less than 4×4 places are left.
        """
        for place, width in enumerate(self.widths):
            options = {"dtype": self.dtype, "name": f"block_{place}"}
            x = DownBlock(width, self.separable, self.mix, **options)(x, context)
        if min(x.shape[1:3]) < 4:
            raise ValueError(
                f"sizes: saw {x.shape[1]}×{x.shape[2]} places after "
                f"{len(self.widths)} blocks, wanted at least 4×4: smaller sizes halve "
                "less often"
            )
        last = Conv(
            *(self.condition_size if self.classes else 1, False, POWER, torch_init),
            size=4,
            padding="VALID",
            dtype=self.dtype,
            name="logits",
        )
        x = last(x, context.train)
        if self.classes:
            table = Embedding(self.classes, self.embedding, dtype=self.dtype)
            dense = Dense(self.condition_size, kernel_init=torch_init, dtype=self.dtype)
            vectors = nn.leaky_relu(dense(table(given)), SLOPE)
            x = x * vectors[:, None, None, :] * self.condition_size**-0.5
            x = jnp.sum(x, axis=-1)
        return x.reshape(x.shape[0], -1)


class Discriminator(Network):
    """A discriminator for every scale of a frozen projection, each for itself.

    Sauer et al. 2021 (arXiv 2111.01007), section 3.1 and appendix. Spectral norm in
    all convolutions, no penalty. The projection's variables are read from
    `context.frozen`: they are no part of this network's.

    Attributes:
      projection: such as `Projection(efficientnet.EfficientNet())`: f(images) -> maps,
        finest first.
      frozen: the name of its variables in `Context.frozen`.
      sizes: by scale, from which side to 8 there are blocks that halve. The published
        ones are those of features of 256 pixels, whatever the images have.
      widths: channels at 8, 16, ... places, and those of all further sizes.
      separable: see `DownBlock`: what the code trains StyleGAN2 with.
      mix: see `DownBlock`. The official code's `patch`, which sets all sizes to 16.
      classes: of the labels, or 0.
      embedding: length of a class's vector.
      condition_size: length of what is compared with it, C.
      dtype: of the computation.
    """

    projection: nn.Module
    frozen: str = "projection"
    sizes: Sequence[int] = (128, 64, 32, 16)
    widths: Sequence[int] = (512, 256, 128, 64, 64, 32, 16)
    separable: bool = False
    mix: bool = False
    classes: int = 0
    embedding: int = 128
    condition_size: int = 64
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, value: Any, given: Any, context: Context) -> Verdict:
        """Maps images [B, H, W, C] to logits [B, P], those of the finest scale first.

        Of all scales in one row, so that a loss's mean weighs large maps more.

        Raises:
          ValueError: if there are other scales than sizes, a size is not a power of two
            from 8 on, `given` is not as wanted, or there is no such frozen network.
        """
        check_attributes(self)
        check_widths(self.widths)
        given = labels(given, len(context.keys)) if self.classes else ()
        maps = self._maps(value, context)
        if len(maps) != len(self.sizes):
            raise ValueError(
                f"sizes: saw {len(self.sizes)}, wanted one for each of {len(maps)} maps"
            )
        logits = []
        for scale, (x, size) in enumerate(zip(maps, self.sizes)):
            judge = ScaleDiscriminator(
                *(self._widths(size), self.separable, self.mix, self.classes),
                *(self.embedding, self.condition_size, self.dtype),
                name=f"scale_{scale}",
            )
            logits.append(judge(x.astype(self.dtype), given, context))
        return Verdict(jnp.concatenate(logits, axis=1))

    def _maps(self, value: Any, context: Context) -> Sequence[jax.Array]:
        """What the projection sees; on initialisation, zeros of the same shapes."""
        projection = self.projection.clone(parent=None, name=None)
        if not self.is_initializing():
            maps: Any = projection.apply(context.frozen[self.frozen], value)
            return maps
        shapes, _ = jax.eval_shape(
            projection.init_with_output, jax.random.key(0), value
        )
        return [jnp.zeros(shape.shape, shape.dtype) for shape in shapes]

    def _widths(self, size: int) -> tuple[int, ...]:
        """Channels after each block from a side down to 8."""
        blocks = size.bit_length() - END.bit_length()
        if blocks < 0 or size != END * 2**blocks:
            raise ValueError(f"sizes: saw {size}, wanted 8, 16, 32, ...")
        table = [*self.widths, *[self.widths[-1]] * blocks]
        return tuple(table[:blocks][::-1])
