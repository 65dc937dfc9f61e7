"""What all networks of adversarial flow models share: embeddings and blocks."""

from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn

from jaxgan.core.explicit_mesh import along_batch
from jaxgan.core.timed import times_of, untimed
from jaxgan.models.labels import labels
from jaxgan.nn import (
    Dense,
    Embedding,
    Modulation,
    MultiHeadAttention,
    Network,
    TimestepEmbedding,
    adaptive_layer_norm,
    normal_init,
    patches,
    repeated,
    sinusoidal_positions,
)
from jaxgan.nn.conv import xavier
from jaxgan.nn.patches import grid
from jaxgan.nn.repeated import FEW


class Block(nn.Module):
    """x + gate · attention(norm(x)), then x + gate · dense(gelu(dense(norm(x)))).

    DiT's with adaLN-Zero (Peebles and Xie 2023, arXiv 2212.09748, section 3.2): shift
    and scale behind each norm, and both gates, are a layer of the condition, 0 at
    first, so that every block starts as the identity.

    Attributes:
      heads: of the attention.
      expansion: hidden features per feature.
      dtype: of the computation; norms and softmax are float32.
    """

    heads: int
    expansion: int = 4
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, x: jax.Array, condition: jax.Array) -> tuple[jax.Array, None]:
        """Maps tokens [B, N, C] and conditions [B or 1, C] to tokens, for a scan."""
        features = x.shape[-1]
        modulation = Modulation(6, features, dtype=self.dtype, name="modulation")
        shift, scale, gate, *of_mlp = modulation(condition)
        attention = MultiHeadAttention(self.heads, dtype=self.dtype, name="attention")
        x = x + gate * attention(adaptive_layer_norm(x, shift, scale))
        shift, scale, gate = of_mlp
        layer = {"kernel_init": xavier, "dtype": self.dtype}
        y = adaptive_layer_norm(x, shift, scale)
        y = nn.gelu(Dense(self.expansion * features, name="inner", **layer)(y))
        return x + gate * Dense(features, name="outer", **layer)(y), None


class Transformer(Network):
    """What generator, discriminator and classifier share.

    Attributes:
      width: features of a token.
      depth: blocks, which are one scan over their stacked variables.
      heads: of every attention.
      patch: pixels per side of what becomes a token.
      classes: of labels; 0: without.
      times: how many of the given times are looked at: see `core.timed.Timed`.
      expansion: hidden features of a block per feature.
      rematerialize: keep only the blocks' inputs for the gradient: see `nn.repeated`.
      dtype: of the computation; norms, softmax and what comes out are float32.
    """

    width: int = 768
    depth: int = 12
    heads: int = 12
    patch: int = 2
    classes: int = 0
    times: int = 0
    expansion: int = 4
    rematerialize: bool = False
    dtype: Any = jnp.float32

    def tokens(self, images: jax.Array) -> jax.Array:
        """Patches [B, N, width] that know where they are."""
        _, height, width, _ = images.shape
        rows, columns = grid(height, width, self.patch)
        layer = Dense(self.width, kernel_init=xavier, dtype=self.dtype, name="patches")
        positions = sinusoidal_positions(rows, columns, self.width)
        x = layer(patches(images, self.patch))
        return x + positions.astype(self.dtype)[None]

    def of_label(self, given: Any, count: int) -> jax.Array:
        """The vectors [B, width] of labels; without any, one [1, width] for all."""
        if self.classes:
            table = Embedding(
                self.classes,
                self.width,
                kernel_init=normal_init,
                dtype=self.dtype,
                name="classes",
            )
            return table(labels(untimed(given), count))
        vector = self.param("condition", normal_init, (1, self.width), jnp.float32)
        return vector.astype(self.dtype)

    def of_times(self, given: Any) -> list[jax.Array]:
        """The vectors [B, width] of those times that are looked at."""
        names = ("time", "target_time")
        return [
            self.time_embedding(name)(time)
            for name, time in zip(names, times_of(given, self.times))
        ]

    def time_embedding(self, name: str) -> TimestepEmbedding:
        """A layer that makes vectors of times."""
        return TimestepEmbedding(self.width, dtype=self.dtype, name=name)

    def blocks(self):
        """f(tokens, condition) -> tokens; every call goes through the same blocks."""
        return repeated(
            Block,
            self.depth,
            self.rematerialize,
            heads=self.heads,
            expansion=self.expansion,
            dtype=self.dtype,
            name="blocks",
            written_out=FEW,
        )

    def judged(self, images: jax.Array, condition: jax.Array) -> jax.Array:
        """What the blocks make of a learned token before the patches: [B, width]."""
        token = self.param("token", normal_init, (self.width,), jnp.float32)

        def before(x, token):
            first = jnp.broadcast_to(token, (x.shape[0], 1, self.width))
            return jnp.concatenate([first, x], axis=1)

        x = along_batch(before, self.tokens(images), token.astype(self.dtype))
        return self.blocks()(x, condition)[:, 0]
