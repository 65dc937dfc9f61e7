"""BigGAN: class-conditional residual networks with spectral normalisation in both.

Brock et al. 2019 (arXiv 1809.11096), section 3 and appendix B, with the details of the
authors' PyTorch code. Trained as `recipes.biggan` says; for sampling see
`games.standing_statistics` and `games.draws.truncated_normal`.
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


class GeneratorBlock(nn.Module):
    """x -> conv(relu(norm(conv(repeat(relu(norm(x))))))) + conv1×1(repeat(x)).

    Attributes:
      features: of the output.
      classes: as in `ConditionalNorm`.
      how: it normalises.
    """

    features: int
    classes: int = 0
    how: Normalisation = Normalisation()

    @nn.compact
    def __call__(self, x: jax.Array, given: jax.Array, context: Context) -> jax.Array:
        """Maps [B, H, W, C] to [B, 2H, 2W, features]."""
        conv = functools.partial(Conv, self.features, **self.how.kernels)
        norm = functools.partial(ConditionalNorm, self.classes, self.how)
        y = repeat(nn.relu(norm(name="norm1")(x, given, context)))
        y = conv(name="conv1")(y, context.train)
        y = nn.relu(norm(name="norm2")(y, given, context))
        y = conv(name="conv2")(y, context.train)
        # Convolved before it is repeated, with which it commutes: cheaper.
        return y + repeat(conv(size=1, name="shortcut")(x, context.train))


class DiscriminatorBlock(nn.Module):
    """pool(conv(relu(conv(relu(x))))) + pool(conv1×1(x)).

    Attributes:
      features: of the output.
      halve: whether to pool; without, and with as many features as channels, the
        shortcut is the identity.
      first: the block that sees the image: without the first ReLU.
      wide: whether there are as many features between the convolutions as in the
        output, or else as in the input.
      how: it normalises.
    """

    features: int
    halve: bool = False
    first: bool = False
    wide: bool = True
    how: Normalisation = Normalisation()

    @nn.compact
    def __call__(self, x: jax.Array, train: bool) -> jax.Array:
        """Maps [B, H, W, C]."""
        conv = functools.partial(Conv, **self.how.kernels)
        pool = average_pool if self.halve else lambda x: x
        hidden = self.features if self.wide else x.shape[-1]
        y = conv(hidden, name="conv1")(x if self.first else nn.relu(x), train)
        y = conv(self.features, name="conv2")(nn.relu(y), train)
        if self.halve or x.shape[-1] != self.features:
            x = conv(self.features, size=1, name="shortcut")(pool(x), train)
        return pool(y) + x


class Generator(Network):
    """Dense -> blocks, with attention between -> BatchNorm, ReLU, Conv 3×3, tanh.

    The first chunk of the latent makes the base map; each further one is joined to the
    class embedding, which all blocks share, and modulates one block.

    Attributes:
      shape: of one image, (size, size, channels).
      widths: channels of the base map and after every block, each of which doubles it.
      classes: of the labels.
      attention: the blocks, counted from 0, that `SelfAttention` follows.
      shared: length of the class embedding; 0 gives every normalisation tables of its
        own over the classes.
      hierarchical: split the latent; otherwise all of it makes the base map.
      dtype: of the computation.
      spectral: how singular values are estimated: `num_G_SVs`, `num_G_SV_itrs` and
        `SN_eps` of the authors' code.
      norm_epsilon: added to the variances in blocks: their `BN_eps`. The last
        normalisation adds 10⁻⁵ all the same, as theirs does.
    """

    shape: Sequence[int] = (128, 128, 3)
    widths: Sequence[int] = (1536, 1536, 768, 384, 192, 96)
    classes: int = 1000
    attention: Sequence[int] = (3,)
    shared: int = 128
    hierarchical: bool = True
    dtype: Any = jnp.float32
    spectral: PowerIteration = PowerIteration()
    norm_epsilon: float = EPSILON

    @nn.compact
    def __call__(self, value: jax.Array, given: Any, context: Context) -> jax.Array:
        """Maps latents [B, Z] and labels [B] to images [B, H, W, C].

        Raises:
          ValueError: if the blocks do not double some base to the size, the latent is
            not split evenly, or `given` is not as wanted.
        """
        check_attributes(self)
        check_widths(self.widths)
        value = value.astype(self.dtype)
        given = labels(given, value.shape[0])
        base = base_size(self.shape, len(self.widths) - 1)
        latent, conditions = self.conditions(value, given)
        first = self.widths[0]
        how = Normalisation(self.spectral, self.norm_epsilon, self.dtype)
        dense = Dense(base**2 * first, name="linear", **how.kernels)
        x = dense(latent, context.train).reshape(-1, base, base, first)
        classes = 0 if self.shared else self.classes
        for place, (width, condition) in enumerate(zip(self.widths[1:], conditions)):
            block = GeneratorBlock(width, classes, how, name=f"block_{place}")
            x = block(x, condition, context)
            if place in self.attention:
                x = attention(place, how)(x, context.train)
        return image(x, self.shape[2], context, how)

    def conditions(self, value, given):
        """The latent of the base map, and what each block is given."""
        blocks = len(self.widths) - 1
        if not self.shared:
            if self.hierarchical:
                raise ValueError("shared: saw 0, wanted a length: latents join it")
            return value, [given] * blocks
        embed = functools.partial(Embedding, kernel_init=orthogonal, dtype=self.dtype)
        vectors = embed(self.classes, self.shared, name="shared")(given)
        if not self.hierarchical:
            return value, [vectors] * blocks
        if value.shape[1] % (blocks + 1):
            raise ValueError(
                f"latent: saw {value.shape[1]} numbers, wanted a multiple of "
                f"{blocks + 1}: one chunk for the base and each of {blocks} blocks"
            )
        latent, *chunks = jnp.split(value, blocks + 1, axis=1)
        return latent, [jnp.concatenate([vectors, chunk], 1) for chunk in chunks]


class Discriminator(Network):
    """Blocks, with attention between -> ReLU -> sum over places -> projection.

    The logit is w · h + b + ⟨embedding of the class, h⟩ (Miyato and Koyama 2018, arXiv
    1802.05637).

    Attributes:
      widths: channels after every block.
      halvings: so many of the first blocks halve the size.
      classes: of the labels.
      attention: the blocks, counted from 0, that `SelfAttention` follows.
      dtype: of the computation.
      wide: as in `DiscriminatorBlock`: `D_wide` of the authors' code.
      spectral: how singular values are estimated: their `num_D_SVs`, `num_D_SV_itrs`
        and `SN_eps`.
    """

    widths: Sequence[int] = (96, 192, 384, 768, 1536, 1536)
    halvings: int = 5
    classes: int = 1000
    attention: Sequence[int] = (0,)
    dtype: Any = jnp.float32
    wide: bool = True
    spectral: PowerIteration = PowerIteration()

    @nn.compact
    def __call__(self, value: jax.Array, given: Any, context: Context) -> Verdict:
        """Maps images [B, H, W, C] and labels [B] to logits [B].

        Raises:
          ValueError: if `given` is not as wanted.
        """
        check_attributes(self)
        check_widths(self.widths)
        given = labels(given, value.shape[0])
        x = value.astype(self.dtype)
        how = Normalisation(self.spectral, dtype=self.dtype)
        for number, width in enumerate(self.widths):
            options = {"wide": self.wide, "how": how, "name": f"block_{number}"}
            block = DiscriminatorBlock(
                width, number < self.halvings, not number, **options
            )
            x = block(x, context.train)
            if number in self.attention:
                x = attention(number, how)(x, context.train)
        return projected(x, given, self.classes, context.train, how)
