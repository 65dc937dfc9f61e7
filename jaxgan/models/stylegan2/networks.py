"""StyleGAN2, for any power of two.

Karras et al. 2020 (arXiv 1912.04958) and, for conditions and configurations, Karras et
al. 2020 (arXiv 2006.06676). The base of the channels is 32768 in the large networks
(configuration F, CIFAR-10) and 16384 in those for 256×256; a map of side n has
min(base // n, 512) of them. Published weights: `jaxgan.models.stylegan2.weights`.
"""

import math
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn

from jaxgan.core.context import Context
from jaxgan.core.types import Verdict
from jaxgan.models.attributes import (
    check_attributes,
    check_depth,
    check_square,
)
from jaxgan.models.stylegan2.blocks import (
    Architecture,
    DiscriminatorBlock,
    SynthesisBlock,
    features,
    sides,
)
from jaxgan.nn import Network
from jaxgan.nn.activation import leaky_relu
from jaxgan.nn.equalized import EqualizedConv, EqualizedDense
from jaxgan.nn.minibatch import minibatch_deviation
from jaxgan.nn.style import (
    TAPS,
    MappingNetwork,
    Noise,
    for_layers,
    training_noise,
)


class SynthesisNetwork(nn.Module):
    """w -> image. Attributes are those of `Generator`."""

    shape: Sequence[int]
    channel_base: int = 32768
    channel_max: int = 512
    architecture: Architecture = Architecture.SKIP
    noise: Noise = training_noise
    clamp: float | None = None
    dtype: Any = jnp.float32
    taps: Sequence[float] = TAPS

    @nn.compact
    def __call__(self, w: jax.Array, context: Context) -> jax.Array:
        """Maps w [B, L, W] to images [B, H, W, C], in float32.

        A block's colours take the w of the next block's first layer: L is twice the
        number of blocks.
        """
        x = image = None
        every = sides(self.shape[0])
        for place, side in enumerate(every):
            block = SynthesisBlock(
                features(side, self.channel_base, self.channel_max),
                self.shape[2],
                self.architecture is Architecture.SKIP or side == every[-1],
                self.architecture is Architecture.RESIDUAL and side > 4,
                self.noise,
                self.clamp,
                self.dtype,
                self.taps,
                name=f"block{side}",
            )
            layers = w[:, max(2 * place - 1, 0) : 2 * place + 2]
            x, image = block(x, image, layers, context)
        assert image is not None
        return image


class Generator(Network):
    """Mapping, truncation, synthesis.

    Attributes:
      shape: of one image, (size, size, channels).
      classes: of the condition; 0 ignores it.
      style_size: of w.
      mapping_layers: of the mapping: 8, or 2 in the configuration for CIFAR-10.
      channel_base: a map of side n has channel_base // n features,
      channel_max: or so many, if that is less.
      architecture: of the synthesis.
      noise: `training_noise`, `random_noise`, `constant_noise`, `no_noise`.
      clamp: bound of every activation, or None; official trainings use 256.
      truncation: ψ, see `nn.style.for_layers`; 1 changes nothing. For sampling:
        `generator.clone(truncation=0.7)`.
      truncation_cutoff: the number of layers truncated; None is all.
      dtype: of the synthesis; images stay float32, as its sum of colours does.
      layer_features: of the mapping's layers but the last; None is as many as of w.
      embed_features: of the condition's embedding; None is as many as of w.
      learning_rate_multiplier: of the mapping: `lr_multiplier` of the official code.
      taps: the filter for changes of size: its `resample_filter`.
    """

    shape: Sequence[int] = (32, 32, 3)
    classes: int = 0
    style_size: int = 512
    mapping_layers: int = 8
    channel_base: int = 32768
    channel_max: int = 512
    architecture: Architecture = Architecture.SKIP
    noise: Noise = training_noise
    clamp: float | None = None
    truncation: float = 1.0
    truncation_cutoff: int | None = None
    dtype: Any = jnp.float32
    layer_features: int | None = None
    embed_features: int | None = None
    learning_rate_multiplier: float = 0.01
    taps: Sequence[float] = TAPS

    @property
    def layers(self) -> int:
        """The number of layers that take a w of their own."""
        return 2 * len(sides(self.shape[0]))

    def setup(self):
        """Names the two networks."""
        check_attributes(self)
        check_square(self.shape)
        self.mapping = MappingNetwork(
            self.mapping_layers,
            self.style_size,
            self.classes,
            multiplier=self.learning_rate_multiplier,
            layer_features=self.layer_features,
            embed_features=self.embed_features,
        )
        self.synthesis = SynthesisNetwork(
            self.shape,
            self.channel_base,
            self.channel_max,
            self.architecture,
            self.noise,
            self.clamp,
            self.dtype,
            self.taps,
        )

    def styles(self, value: jax.Array, given: Any, context: Context) -> jax.Array:
        """Maps latents [B, Z] to styles w [B, L, W]: one, repeated for every layer."""
        w, average = self.mapping(value, given, context)
        cut = self.truncation, self.truncation_cutoff
        return for_layers(w, average, self.layers, *cut)

    def synthesize(self, styles: jax.Array, context: Context) -> jax.Array:
        """Maps styles w [B, L, W] to images [B, H, W, C], in float32."""
        return self.synthesis(styles, context)

    def __call__(self, value: jax.Array, given: Any, context: Context) -> jax.Array:
        """Maps latents [B, Z] to images [B, H, W, C], in float32."""
        return self.synthesize(self.styles(value, given, context), context)


class Discriminator(Network):
    """Blocks down to 4×4, the deviation of groups, two dense layers, a logit.

    With classes the logit is ⟨output, mapped condition⟩ / √n (arXiv 2006.06676,
    appendix B), n the length of both.

    Attributes:
      classes: of the condition; 0 ignores it.
      mapping_layers: of the condition's mapping.
      channel_base: as for `Generator`.
      channel_max: likewise.
      architecture: of the blocks.
      group: examples whose deviation is taken together, contiguous; at most the batch
        (of the device and microbatch); 0 is all of it.
      deviations: maps of deviation.
      clamp: bound of every activation, or None; official trainings use 256.
      dtype: of the blocks; what follows them is float32.
      condition_size: of the mapped condition: `cmap_dim` of the official code; None is
        as many as features at 4×4.
      layer_features: as for `Generator`; None is as many as of the mapped condition.
      embed_features: likewise.
      learning_rate_multiplier: as for `Generator`.
      taps: likewise.
    """

    classes: int = 0
    mapping_layers: int = 8
    channel_base: int = 32768
    channel_max: int = 512
    architecture: Architecture = Architecture.RESIDUAL
    group: int = 4
    deviations: int = 1
    clamp: float | None = None
    dtype: Any = jnp.float32
    condition_size: int | None = None
    layer_features: int | None = None
    embed_features: int | None = None
    learning_rate_multiplier: float = 0.01
    taps: Sequence[float] = TAPS

    def parts_after(self, blocks: int, size: int) -> tuple[str, ...]:
        """The entries of the parameters behind so many blocks: `Turn.parts`.

        What is left rests: FreezeD, Mo et al. 2020 (arXiv 2002.10964). The official
        code's `--freezed` counts convolutions; of a residual network's first block
        there are 4.

        Args:
          blocks: from that with the largest maps on.
          size: of the images.

        Raises:
          ValueError: if there are fewer blocks.
        """
        names = [f"block{side}" for side in reversed(sides(size)[1:])]
        check_depth("blocks", blocks, len(names))
        last = self.architecture is Architecture.SKIP or not names
        return (
            *names[blocks:],
            *(["from_rgb"] if last else []),
            *("conv", "dense", "out"),
            *(["mapping"] if self.classes else []),
        )

    @nn.compact
    def __call__(self, value: jax.Array, given: Any, context: Context) -> Verdict:
        """Maps images [B, H, W, C] to logits [B], in float32.

        Raises:
          ValueError: if images are not squares of a power of two, or the batch not a
            multiple of the group.
        """
        check_attributes(self)
        if value.shape[1] != value.shape[2]:
            raise ValueError(f"value: saw images {value.shape[1:3]}, wanted squares")

        def width(side):
            return features(side, self.channel_base, self.channel_max)

        x, image = None, value.astype(self.dtype)
        for side in reversed(sides(value.shape[1])[1:]):
            block = DiscriminatorBlock(
                width(side),
                width(side // 2),
                self.architecture,
                self.clamp,
                self.dtype,
                self.taps,
                name=f"block{side}",
            )
            x, image = block(x, image)
        x = self._epilogue(x, image.astype(jnp.float32), width(4))
        if not self.classes:
            return Verdict(EqualizedDense(1, name="out")(x)[:, 0], x)
        size = self.condition_size or width(4)
        out = EqualizedDense(size, name="out")(x)
        mapping = MappingNetwork(
            self.mapping_layers,
            size,
            self.classes,
            None,
            self.learning_rate_multiplier,
            self.layer_features,
            self.embed_features,
            name="mapping",
        )
        mapped, _ = mapping(None, given, context)
        return Verdict(jnp.sum(out * mapped, axis=-1) / math.sqrt(size), x)

    def _epilogue(self, x, image, width):
        options = {"activation": leaky_relu, "clamp": self.clamp}
        if x is None or self.architecture is Architecture.SKIP:
            seen = EqualizedConv(width, 1, name="from_rgb", **options)(image)
            x = seen if x is None else x.astype(jnp.float32) + seen
        x = x.astype(jnp.float32)
        if self.deviations:
            x = minibatch_deviation(x, min(self.group, x.shape[0]), self.deviations)
        x = EqualizedConv(width, name="conv", **options)(x)
        dense = EqualizedDense(width, activation=leaky_relu, name="dense")
        return dense(x.reshape(x.shape[0], -1))
