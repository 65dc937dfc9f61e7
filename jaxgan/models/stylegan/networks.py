"""StyleGAN, for any power of two, at any stage of its growth.

Karras et al. 2019 (arXiv 1812.04948). A map of side n has min(channel_base // n,
channel_max) channels. As in `jaxgan.models.progan` there is one tree of parameters for
all levels, and images always have the final size. The discriminator is ProGAN's, with a
blur before sizes are halved.

The official code fuses changes of size with convolutions from 128 pixels on. That is
the same map of the same images, but for the orientation of kernels that enlarge, of
which `weights` knows; here it is done at all sizes.
"""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn

from jaxgan.core.context import Context
from jaxgan.core.growth import Growth
from jaxgan.models import progan
from jaxgan.models.attributes import check_attributes, check_square
from jaxgan.models.progan.blocks import grown_image
from jaxgan.models.stylegan.layers import BLUR, Mapping, SynthesisBlock
from jaxgan.models.stylegan2.blocks import features, sides
from jaxgan.nn import EqualizedConv, Network
from jaxgan.nn.growth import at_stage
from jaxgan.nn.style import Noise, for_layers, training_noise


class SynthesisNetwork(nn.Module):
    """w -> image. Attributes are those of `Generator`."""

    shape: Sequence[int]
    channel_base: int = 16384
    channel_max: int = 512
    growing: Growth | None = None
    noise: Noise = training_noise
    dtype: Any = jnp.float32

    def setup(self):
        """Names the blocks, and the layers of colours."""
        for side in sides(self.shape[0]):
            width = features(side, self.channel_base, self.channel_max)
            block = SynthesisBlock(width, side == 4, self.noise, self.dtype)
            setattr(self, f"block{side}", block)
            colours = EqualizedConv(self.shape[2], 1, dtype=self.dtype)
            setattr(self, f"to_rgb{side}", colours)

    def __call__(self, w: jax.Array, context: Context) -> jax.Array:
        """Maps w [B, L, W] to images [B, H, W, C], in float32; L is twice the levels.

        A level that has not begun reads none of its w.
        """

        def branch(level):
            return lambda module, share: module.image(w, context, level, share)

        branches = list(map(branch, range(len(sides(self.shape[0])))))
        return at_stage(self, self.growing, context.step, branches)

    def image(
        self, w: jax.Array, context: Context, level: int, share: jax.Array | None
    ) -> jax.Array:
        """The image of one level, at the final size; share as in `Stage`."""
        every = sides(self.shape[0])
        x, maps = None, []
        for place, side in enumerate(every[: level + 1]):
            styles = w[:, 2 * place : 2 * place + 2]
            x = getattr(self, f"block{side}")(x, styles, context)
            maps.append(x)
        return grown_image(
            lambda at: getattr(self, f"to_rgb{every[at]}")(maps[at]),
            level,
            share,
            2 ** (len(every) - 1 - level),
        )


class Generator(Network):
    """Mapping, truncation, synthesis.

    Attributes:
      shape: of one image, (size, size, channels).
      classes: of the condition; 0 ignores it.
      style_size: of w.
      mapping_layers: of the mapping.
      channel_base: a map of side n has channel_base // n channels,
      channel_max: or so many, if that is less.
      growing: the stage of a step, see `jaxgan.core.growth`; None is all levels, grown.
      noise: `training_noise`, `random_noise`, `constant_noise`, `no_noise`.
      truncation: ψ, see `nn.style.for_layers`; 1 changes nothing. For sampling:
        `generator.clone(truncation=0.7)`.
      truncation_cutoff: the number of layers truncated: 8 in the official code; None is
        all.
      dtype: of the synthesis; images are float32.
      layer_features: of the mapping's layers but the last; None is as many as of w.
      learning_rate_multiplier: of the mapping.
      average_decay: of the running mean of w.
    """

    shape: Sequence[int] = (32, 32, 3)
    classes: int = 0
    style_size: int = 512
    mapping_layers: int = 8
    channel_base: int = 16384
    channel_max: int = 512
    growing: Growth | None = None
    noise: Noise = training_noise
    truncation: float = 1.0
    truncation_cutoff: int | None = None
    dtype: Any = jnp.float32
    layer_features: int | None = None
    learning_rate_multiplier: float = 0.01
    average_decay: float = 0.995

    @property
    def layers(self) -> int:
        """The number of layers that take a w of their own."""
        return 2 * len(sides(self.shape[0]))

    def layers_in_use(self, step: jax.Array | int) -> jax.Array | int:
        """Counts the layers that a step computes, of which styles are mixed."""
        if self.growing is None:
            return self.layers
        return 2 * (self.growing(jnp.asarray(step, jnp.int32)).level + 1)

    def setup(self):
        """Names the two networks."""
        check_attributes(self)
        check_square(self.shape)
        self.mapping = Mapping(
            self.mapping_layers,
            self.style_size,
            self.classes,
            self.average_decay,
            self.learning_rate_multiplier,
            self.layer_features,
        )
        self.synthesis = SynthesisNetwork(
            self.shape,
            self.channel_base,
            self.channel_max,
            self.growing,
            self.noise,
            self.dtype,
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


class Discriminator(progan.Discriminator):
    """ProGAN's, blurred by [1, 2, 1] before sizes are halved.

    With classes it has a logit of each, of which the condition chooses one. Attributes
    are those of `progan.Discriminator`.
    """

    blur: Sequence[float] = BLUR
