"""DVD-GAN's generator: at every size a ConvGRU, then blocks frame by frame."""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn

from jaxgan.core.context import Context
from jaxgan.core.explicit_mesh import along_batch
from jaxgan.models.attributes import check_attributes, check_widths
from jaxgan.models.biggan.layers import Normalisation, base_size, image
from jaxgan.models.dvdgan.layers import GeneratorBlock
from jaxgan.models.labels import labels
from jaxgan.nn import (
    ConvGRU,
    Dense,
    Embedding,
    Network,
    PowerIteration,
    frame_by_frame,
)


class Decoder(nn.Module):
    """A clip of a map: [ConvGRU, block, block that doubles]* -> norm, ReLU, conv, tanh.

    Attributes:
      channels: of a frame.
      frames: of the clip.
      widths: channels of the map and after every doubling.
      how: it normalises.
    """

    channels: int
    frames: int
    widths: Sequence[int]
    how: Normalisation = Normalisation()

    @nn.compact
    def __call__(
        self,
        x: jax.Array,
        given: jax.Array,
        states: Sequence[jax.Array],
        context: Context,
    ) -> jax.Array:
        """Makes clips [B, T, H, W, C].

        Args:
          x: the map [B, h, w, C'], which the first ConvGRU sees at every frame.
          given: what all norms are given, [B, F].
          states: the first of each level's ConvGRU, from the smallest on; or none, and
            they are zeros.
          context: of the pass.
        """
        x = jnp.broadcast_to(x[:, None], (x.shape[0], self.frames, *x.shape[1:]))
        rows = self.rows(given)
        for level, width in enumerate(self.widths[1:]):
            state = states[level] if states else None
            x = self.recurrent(level, x, state, context)
            blocks = [
                GeneratorBlock(
                    features, double, self.how, name=f"block_{2 * level + double}"
                )
                for features, double in ((self.widths[level], False), (width, True))
            ]
            for block in blocks:
                x = frame_by_frame(lambda y, at=block: at(y, rows, context), x)
        return frame_by_frame(lambda y: self.colours(y, context), x)

    def rows(self, given: jax.Array) -> jax.Array:
        """What every frame is given: [B · T, F]."""
        return along_batch(lambda y: jnp.repeat(y, self.frames, axis=0), given)

    def recurrent(
        self, level: int, x: jax.Array, state: jax.Array | None, context: Context
    ) -> jax.Array:
        """The states of a level's ConvGRU, of which the paper's has ReLU candidates."""
        layer = ConvGRU(
            self.widths[level],
            activation=nn.relu,
            name=f"recurrent_{level}",
            **self.how.kernels,
        )
        return layer(x, state, context.train)

    def colours(self, x: jax.Array, context: Context) -> jax.Array:
        """Frames of the last maps, as BigGAN's."""
        return image(x, self.channels, context, self.how)


class Generator(Network):
    """Clips of noise and, with `classes`, of their classes' embeddings.

    Clark et al. 2019 (arXiv 1907.06571), section 3.1. Noise and embedding make the
    first map, and condition all norms. With the channel multiplier 128 and frames of 64
    pixels the widths are the default.

    Attributes:
      shape: of one frame, (size, size, channels).
      frames: of a clip.
      widths: channels of the first map and after every doubling.
      classes: if positive, clips are conditioned on labels.
      embedding: length of the embedding of a class.
      spectral: how singular values are estimated.
      dtype: of the computation.
    """

    shape: Sequence[int] = (64, 64, 3)
    frames: int = 12
    widths: Sequence[int] = (1024, 1024, 1024, 512, 256)
    classes: int = 0
    embedding: int = 120
    spectral: PowerIteration = PowerIteration()
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, value: jax.Array, given: Any, context: Context) -> jax.Array:
        """Maps latents [B, Z], and labels [B] if conditional, to [B, T, H, W, C].

        Raises:
          ValueError: if an attribute or `given` is not as wanted.
        """
        check_attributes(self)
        check_widths(self.widths)
        base = base_size(self.shape, len(self.widths) - 1)
        how = Normalisation(self.spectral, dtype=self.dtype)
        vectors = value.astype(self.dtype)
        if self.classes:
            given = labels(given, value.shape[0])
            table = Embedding(
                self.classes, self.embedding, dtype=self.dtype, name="embedding"
            )
            vectors = jnp.concatenate([vectors, table(given)], axis=-1)
        first = first_map(vectors, (base, base, self.widths[0]), context, how)
        decoder = Decoder(self.shape[2], self.frames, self.widths, how, name="decoder")
        return decoder(first, vectors, (), context)


def first_map(
    vectors: jax.Array, shape: Sequence[int], context: Context, how: Normalisation
) -> jax.Array:
    """A map [B, *shape] of vectors [B, F]; for use in a compact method."""
    height, width, channels = shape
    dense = Dense(height * width * channels, name="linear", **how.kernels)
    x = dense(vectors, context.train)
    return along_batch(lambda x: x.reshape(-1, *shape), x)
