"""R3GAN: a modern backbone without normalisation, for any power-of-two size from 4.

Huang et al. 2024 (arXiv 2501.05441), section 3, configuration E: stages of residual
blocks between resamplings by a low-pass filter, [1, 3, 3, 1]. Trained as
`recipes.r3gan` says.
"""

import functools
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn

from jaxgan.core.context import Context
from jaxgan.core.types import Verdict
from jaxgan.models.attributes import check_attributes, check_depth
from jaxgan.models.labels import labels
from jaxgan.models.r3gan.resampling import FILTER, larger, smaller
from jaxgan.nn import Conv, Dense, Embedding, Network

BASE = 4
SLOPE = 0.2
leaky = functools.partial(nn.leaky_relu, negative_slope=SLOPE)


def kernel_init(gain: float = 1.0) -> nn.initializers.Initializer:
    """N(0, gain² / fan-in): He et al. 2015 (arXiv 1502.01852), section 2.2."""
    return nn.initializers.variance_scaling(gain**2, "fan_in", "normal")


plain = functools.partial(Conv, size=1, use_bias=False, kernel_init=kernel_init())


class Block(nn.Module):
    """x + conv1×1(leaky(grouped conv3×3(leaky(conv1×1(x))))): an inverted bottleneck.

    The last kernel starts at zero, so that every block starts as the identity. The
    gain of the others is √(2 / (1 + 0.2²)) · depth^(-¼) (Zhang et al. 2019, arXiv
    1901.09321).

    Attributes:
      groups: of the 3×3 convolution.
      depth: the number of blocks in the whole network.
      expansion: hidden features per channel.
      dtype: of the computation.
      size: of the square kernel of the grouped convolution, odd.
    """

    groups: int
    depth: int
    expansion: int = 2
    dtype: Any = jnp.float32
    size: int = 3

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """Maps [B, H, W, C] to the same shape."""
        gain = (2.0 / (1.0 + SLOPE**2)) ** 0.5 * self.depth**-0.25
        conv = functools.partial(Conv, kernel_init=kernel_init(gain), dtype=self.dtype)
        hidden = self.expansion * x.shape[-1]
        y = leaky(conv(hidden, size=1, name="conv1")(x))
        y = leaky(conv(hidden, size=self.size, groups=self.groups, name="conv2")(y))
        last = functools.partial(plain, kernel_init=nn.initializers.zeros_init())
        return x + last(x.shape[-1], dtype=self.dtype, name="conv3")(y)


class _Staged(Network):
    """What both players share.

    Attributes:
      widths: channels of every stage, in order of computation.
      groups: of the convolutions of every stage.
      blocks: of every stage; one number means the same for all.
      expansion: hidden features per channel within a block.
      classes: if positive, the network is conditioned on labels.
      embedding: length of the labels' vectors.
      dtype: of the computation.
      exact: so many of the stages with the smallest maps compute in float32 whatever
        `dtype` is. With bfloat16 the official code has 1, and 3 at 256×256.
      kernel_size: of the grouped convolutions, odd: its `KernelSize`.
      resampling_filter: its `ResamplingFilter`, an odd number of taps; sizes change by
        its convolution with [1, 1].
    """

    widths: Sequence[int] = (768,) * 4
    groups: Sequence[int] = (96,) * 4
    blocks: int | Sequence[int] = 2
    expansion: int = 2
    classes: int = 0
    embedding: int = 64
    dtype: Any = jnp.float32
    exact: int = 0
    kernel_size: int = 3
    resampling_filter: Sequence[float] = FILTER

    @property
    def size(self) -> int:
        """Of the images: 4 doubled between the widths."""
        return BASE * 2 ** (len(self.widths) - 1)

    def stages(self, size: int) -> list[tuple[int, int, int]]:
        """(width, groups, blocks) of every stage.

        Raises:
          ValueError: if there are not as many as `size` has halvings to 4, plus one.
        """
        count = len(self.widths)
        if size != self.size:
            raise ValueError(
                f"size: saw {size}, wanted {self.size}: {BASE} doubled between {count} "
                "widths"
            )
        blocks = self.blocks
        if isinstance(blocks, int):
            blocks = (blocks,) * count
        for name, seen in (("groups", self.groups), ("blocks", blocks)):
            if len(seen) != count:
                raise ValueError(f"{name}: saw {len(seen)}, wanted one of {count}")
        return list(zip(self.widths, self.groups, blocks))

    def through(self, x: jax.Array, place: int, size: int, dtype: Any) -> jax.Array:
        """The blocks of one stage."""
        stages = self.stages(size)
        _, groups, blocks = stages[place]
        depth = sum(stage[2] for stage in stages)
        for number in range(blocks):
            block = Block(
                groups,
                depth,
                self.expansion,
                dtype,
                self.kernel_size,
                name=f"block_{place}_{number}",
            )
            x = block(x)
        return x


class Generator(_Staged):
    """A learned 4×4 basis, scaled by the latent -> stages -> conv1×1.

    Attributes:
      shape: of one image, (size, size, channels).
    """

    shape: Sequence[int] = (32, 32, 3)

    @nn.compact
    def __call__(self, value: jax.Array, given: Any, context: Context) -> jax.Array:
        """Maps latents [B, Z], and labels [B] if conditional, to [B, H, W, C].

        Images are not squashed into [-1, 1].

        Raises:
          ValueError: if an attribute or `given` is not as wanted.
        """
        check_attributes(self)
        del context
        size, width, channels = self.shape
        if size != width:
            raise ValueError(f"shape: saw {tuple(self.shape)}, wanted a square")
        stages = self.stages(size)
        kinds = [
            jnp.float32 if place < self.exact else self.dtype
            for place in range(len(stages))
        ]
        if self.classes:
            init = nn.initializers.normal(self.classes**-0.5)
            table = Embedding(
                self.classes, self.embedding, kernel_init=init, name="embedding"
            )
            vectors = table(labels(given, value.shape[0]))
            value = jnp.concatenate([value, vectors.astype(value.dtype)], axis=-1)
        first = stages[0][0]
        scale = Dense(
            first,
            use_bias=False,
            kernel_init=kernel_init(),
            dtype=kinds[0],
            name="scale",
        )(value)
        basis = self.param(
            "basis", nn.initializers.normal(1.0), (BASE, BASE, first), jnp.float32
        )
        x = basis.astype(kinds[0])[None] * scale[:, None, None]
        for place, (width, _, _) in enumerate(stages):
            x = x.astype(kinds[place])
            if place:
                if width != x.shape[-1]:
                    x = plain(width, dtype=kinds[place], name=f"resize_{place}")(x)
                x = larger(x, self.resampling_filter)
            x = self.through(x, place, size, kinds[place])
        return plain(channels, dtype=kinds[-1], name="image")(x)


class Discriminator(_Staged):
    """conv1×1 -> stages -> a learned 4×4 basis per channel -> logit.

    The mirror of the generator. With labels, the logit is ⟨features, embedding⟩
    (Miyato and Koyama 2018, arXiv 1802.05637).
    """

    def parts_after(self, stages: int) -> tuple[str, ...]:
        """The entries of the parameters behind so many stages: `Turn.parts`.

        What is left rests: FreezeD, Mo et al. 2020 (arXiv 2002.10964). After 0 stages
        the first convolution, too, is among them.

        Raises:
          ValueError: if there are fewer stages.
        """
        check_depth("stages", stages, len(self.widths))
        names = [] if stages else ["image"]
        for place, (width, _, blocks) in enumerate(self.stages(self.size)):
            if place < stages:
                continue
            names += [f"block_{place}_{number}" for number in range(blocks)]
            if place + 1 < len(self.widths) and width != self.widths[place + 1]:
                names.append(f"resize_{place}")
        return (*names, "basis", "head", *(["embedding"] if self.classes else []))

    @nn.compact
    def __call__(self, value: jax.Array, given: Any, context: Context) -> Verdict:
        """Maps images [B, H, W, C], and labels [B] if conditional, to logits [B].

        Raises:
          ValueError: if an attribute or `given` is not as wanted.
        """
        check_attributes(self)
        del context
        stages = self.stages(value.shape[1])
        kinds = [
            jnp.float32 if len(stages) - place <= self.exact else self.dtype
            for place in range(len(stages))
        ]
        x = plain(stages[0][0], dtype=kinds[0], name="image")(value)
        for place in range(len(stages)):
            x = self.through(x, place, value.shape[1], kinds[place])
            if place + 1 < len(stages):
                x, width = smaller(x, self.resampling_filter), stages[place + 1][0]
                if width != x.shape[-1]:
                    x = plain(width, dtype=kinds[place], name=f"resize_{place}")(x)
                x = x.astype(kinds[place + 1])
        basis = self.param(
            "basis",
            nn.initializers.normal(1.0 / BASE),
            (BASE, BASE, x.shape[-1]),
            jnp.float32,
        )
        x = jnp.sum(x * basis.astype(x.dtype)[None], axis=(1, 2))
        head = functools.partial(
            Dense,
            use_bias=False,
            kernel_init=kernel_init(),
            dtype=kinds[-1],
            name="head",
        )
        if not self.classes:
            return Verdict(head(1)(x)[:, 0], x)
        init = nn.initializers.normal((self.classes * self.embedding) ** -0.5)
        table = Embedding(
            self.classes,
            self.embedding,
            kernel_init=init,
            dtype=kinds[-1],
            name="embedding",
        )
        vectors = table(labels(given, value.shape[0]))
        return Verdict(jnp.sum(head(self.embedding)(x) * vectors, axis=-1), x)
