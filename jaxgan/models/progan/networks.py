"""ProGAN, for any power of two, at any stage of its growth.

Karras et al. 2018 (arXiv 1710.10196), tables 2 and 3. A map of side n has
min(channel_base // n, channel_max) channels. There is one tree of parameters for all
levels, and images always have the final size: a level that is smaller repeats pixels,
or averages them, as the official code does.

Differences: groups of the minibatch deviation are contiguous, and trained weights do
not care. Classes are not judged by the discriminator itself: `jaxgan.nn.Headed` gives
it the official code's auxiliary classifier.
"""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from jaxgan.core.context import Context
from jaxgan.core.growth import Growth
from jaxgan.core.types import Verdict
from jaxgan.models.attributes import check_attributes, check_depth, check_square
from jaxgan.models.progan.blocks import (
    GAIN,
    LEAKY,
    DiscriminatorBlock,
    GeneratorBlock,
    Start,
    convolution,
    grown_image,
)
from jaxgan.models.stylegan2.blocks import features, sides
from jaxgan.nn import EqualizedConv, EqualizedDense, Network, average_pool
from jaxgan.nn.growth import at_stage, faded
from jaxgan.nn.minibatch import minibatch_deviation
from jaxgan.nn.modulated import unit_second_moment
from jaxgan.nn.style import vectors


class Generator(Network):
    """Blocks from 4×4 on, each with a layer of colours of its own.

    Attributes:
      shape: of one image, (size, size, channels).
      classes: of the condition, which is joined to the latent; 0 ignores it.
      channel_base: a map of side n has channel_base // n channels,
      channel_max: or so many, if that is less.
      growing: the stage of a step, see `jaxgan.core.growth`; None is all levels, grown.
      dtype: of the blocks; images are float32.
      place_biases: whether the first layer has biases of every place, as in
        facebookresearch/pytorch_GAN_zoo, or of every channel only.
    """

    shape: Sequence[int] = (32, 32, 3)
    classes: int = 0
    channel_base: int = 16384
    channel_max: int = 512
    growing: Growth | None = None
    dtype: Any = jnp.float32
    place_biases: bool = False

    def setup(self):
        """Names the blocks, and the layers of colours."""
        check_attributes(self)
        check_square(self.shape)
        for side in sides(self.shape[0]):
            width = features(side, self.channel_base, self.channel_max)
            block = (
                Start(width, self.place_biases, self.dtype)
                if side == 4
                else GeneratorBlock(width, self.dtype)
            )
            colours = EqualizedConv(self.shape[2], 1, dtype=self.dtype)
            setattr(self, f"block{side}", block)
            setattr(self, f"to_rgb{side}", colours)

    def __call__(self, value: jax.Array, given: Any, context: Context) -> jax.Array:
        """Maps latents [B, Z] to images [B, H, W, C], in float32."""
        if self.classes:
            known = vectors(given, self.classes)
            value = jnp.concatenate([value, known], axis=-1)
        value = unit_second_moment(value)

        def branch(level):
            return lambda module, share: module.image(value, level, share)

        branches = list(map(branch, range(len(sides(self.shape[0])))))
        return at_stage(self, self.growing, context.step, branches)

    def image(self, x: jax.Array, level: int, share: jax.Array | None) -> jax.Array:
        """The image of one level, at the final size; share as in `Stage`."""
        every = sides(self.shape[0])
        maps = []
        for side in every[: level + 1]:
            x = getattr(self, f"block{side}")(x)
            maps.append(x)
        return grown_image(
            lambda at: getattr(self, f"to_rgb{every[at]}")(maps[at]),
            level,
            share,
            2 ** (len(every) - 1 - level),
        )


class Discriminator(Network):
    """Blocks down to 4×4, the deviation of groups, a convolution, two dense layers.

    Attributes:
      size: pixels per side of the images.
      classes: of the condition, of which StyleGAN's chooses one logit each; 0 ignores
        it.
      channel_base: as for `Generator`.
      channel_max: likewise.
      growing: likewise, the same as the generator's.
      group: examples whose deviation is taken together, contiguous; at most the batch
        (of the device and microbatch); 0 is all of it.
      blur: taps of the filter before sizes are halved: () in ProGAN.
      dtype: of the blocks; what follows them is float32.
      late_pool: whether sizes are halved behind a block's second activation, as in
        facebookresearch/pytorch_GAN_zoo and table 2 of the paper, or in its second
        convolution, as the official code does unless told (`fused_scale`).
    """

    size: int = 32
    classes: int = 0
    channel_base: int = 16384
    channel_max: int = 512
    growing: Growth | None = None
    group: int = 4
    blur: Sequence[float] = ()
    dtype: Any = jnp.float32
    late_pool: bool = False

    def parts_after(self, blocks: int) -> tuple[str, ...]:
        """The entries of the parameters behind so many blocks: `Turn.parts`.

        What is left, blocks with the largest maps and their layers of colours, rests:
        FreezeD, Mo et al. 2020 (arXiv 2002.10964).

        Raises:
          ValueError: if there are fewer blocks.
        """
        every = sides(self.size)
        check_depth("blocks", blocks, len(every) - 1)
        seen = every[: len(every) - blocks]
        return (
            *(f"from_rgb{side}" for side in seen),
            *(f"block{side}" for side in seen[1:]),
            *("conv", "dense", "out"),
        )

    def setup(self):
        """Names the blocks, and what follows them."""
        check_attributes(self)

        def width(side):
            return features(side, self.channel_base, self.channel_max)

        for side in sides(self.size):
            seen = convolution(width(side), 1, dtype=self.dtype)
            setattr(self, f"from_rgb{side}", seen)
            if side > 4:
                sizes = width(side), width(side // 2)
                options = self.blur, self.late_pool, self.dtype
                block = DiscriminatorBlock(*sizes, *options)
                setattr(self, f"block{side}", block)
        self.conv = convolution(width(4))
        self.dense = EqualizedDense(width(2), LEAKY, kernel_gain=GAIN)
        self.out = EqualizedDense(max(self.classes, 1))

    def __call__(self, value: jax.Array, given: Any, context: Context) -> Verdict:
        """Maps images [B, H, W, C] to logits [B], in float32.

        Raises:
          ValueError: if images are of another size, or the batch is not a multiple of
            the group.
        """
        if value.shape[1:3] != (self.size, self.size):
            raise ValueError(
                f"value: saw images {value.shape[1:3]}, wanted {(self.size, self.size)}"
            )

        def branch(level):
            return lambda module, share: module.features_of(value, level, share)

        branches = list(map(branch, range(len(sides(self.size)))))
        x = at_stage(self, self.growing, context.step, branches)
        logits = self.out(x)
        if self.classes:
            chosen = vectors(given, self.classes)
            return Verdict(jnp.sum(logits * chosen, axis=-1), x)
        return Verdict(logits[:, 0], x)

    def features_of(
        self, image: jax.Array, level: int, share: jax.Array | None
    ) -> jax.Array:
        """Maps images [B, H, W, C] to features [B, F], as seen at one level."""
        every = sides(self.size)
        for _ in every[level + 1 :]:
            image = average_pool(image)

        def seen(at, image):
            return getattr(self, f"from_rgb{every[at]}")(image)

        x = seen(level, image)
        if level:
            x = getattr(self, f"block{every[level]}")(x)
            x = faded(x, lambda: seen(level - 1, average_pool(image)), share)
        for side in reversed(every[1:level]):
            x = getattr(self, f"block{side}")(x)
        x = x.astype(jnp.float32)
        x = minibatch_deviation(x, min(self.group, x.shape[0]))
        x = self.conv(x)
        return self.dense(x.reshape(x.shape[0], -1))
