"""GAT: a generator and a discriminator that are plain transformers of patches.

Hyun et al. 2025 (arXiv 2509.24935). The generator is style-based: its tokens begin as
nothing but their places, and w modulates every block. It makes a picture in levels,
each the sum of those before and what the next blocks add; all of them are judged at
once, as channels of one picture, after noise that hides the more the earlier a level is
(`augment.level_noise`). The last level is the picture.
"""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn

from jaxgan.core.context import Context
from jaxgan.core.types import Verdict
from jaxgan.models.attributes import check_attributes
from jaxgan.models.gat.blocks import (
    DiscriminatorBlock,
    GeneratorBlock,
    LevelHead,
    Mapping,
    SlowMLP,
)
from jaxgan.models.labels import labels
from jaxgan.nn import Network
from jaxgan.nn.conv import Dense, normal_init, xavier
from jaxgan.nn.embedding import Embedding
from jaxgan.nn.patches import from_patches, grid, patches, sinusoidal_positions
from jaxgan.nn.repeated import FEW, repeated
from jaxgan.nn.rms_norm import RMSNorm
from jaxgan.nn.style import for_layers

Levels = tuple[jax.Array, ...]
"""Pictures [B, H, W, C] of one size, from the first on; the last is the result."""


class Synthesis(nn.Module):
    """w -> levels. Attributes are those of `Generator`."""

    shape: Sequence[int]
    patch: int
    depth: int
    width: int
    heads: int
    levels: int
    rematerialize: bool = False
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, w: jax.Array) -> Levels:
        """Maps w [B, depth, W] to levels [B, H, W, C], in float32."""
        height, width, channels = self.shape
        sides = grid(height, width, self.patch)
        places = sinusoidal_positions(sides[0], sides[1], self.width)
        x = jnp.zeros_like(w[:, :1]) + places[None]
        each, total, made = self.depth // self.levels, 0.0, []
        for level in range(self.levels):
            own = w[:, level * each : (level + 1) * each]
            through = repeated(
                *(GeneratorBlock, each, self.rematerialize),
                name=f"blocks{level}",
                along=1,
                written_out=FEW,
                heads=self.heads,
                grid=sides,
                dtype=self.dtype,
            )
            x = through(x, own)
            head = LevelHead(self.patch**2 * channels, self.dtype, name=f"level{level}")
            total = total + head(x, own[:, -1])
            made.append(from_patches(total, height, width, self.patch))
        return tuple(made)


class Generator(Network):
    """Mapping, truncation, synthesis. It makes `Levels`.

    Attributes:
      shape: of one picture, (height, width, channels).
      classes: of the condition; 0 ignores it.
      patch: pixels per side of a token; 2, 4 or 8 in the paper.
      depth: blocks, a multiple of the levels.
      width: features of a token, and of w.
      heads: of the attention; each has a multiple of 4 features.
      levels: how many.
      embedding: length of a class's row.
      average_decay: of the classes' means of w, see `Mapping`.
      learning_rate_multiplier: of the mapping.
      truncation: ψ, the share of w's distance from the mean of its class: 1 changes
        nothing. The official code has 1 - ψ, and samples with 0.3 of it.
      truncation_cutoff: the number of blocks truncated; None is all.
      rematerialize: see `jaxgan.nn.repeated`.
      dtype: of the blocks; levels are float32.
    """

    shape: Sequence[int] = (32, 32, 4)
    classes: int = 0
    patch: int = 2
    depth: int = 12
    width: int = 768
    heads: int = 12
    levels: int = 4
    embedding: int = 64
    average_decay: float = 0.995
    learning_rate_multiplier: float = 0.01
    truncation: float = 1.0
    truncation_cutoff: int | None = None
    rematerialize: bool = False
    dtype: Any = jnp.float32

    def setup(self):
        """Names the two networks."""
        check_attributes(self)
        check_heads(self.width, self.heads)
        if self.depth % self.levels:
            raise ValueError(
                f"depth: saw {self.depth}, wanted a multiple of {self.levels} levels"
            )
        self.mapping = Mapping(
            self.width,
            self.classes,
            self.embedding,
            self.average_decay,
            self.learning_rate_multiplier,
        )
        self.synthesis = Synthesis(
            self.shape,
            self.patch,
            self.depth,
            self.width,
            self.heads,
            self.levels,
            self.rematerialize,
            self.dtype,
        )

    def styles(self, value: jax.Array, given: Any, context: Context) -> jax.Array:
        """Maps latents [B, Z] to w [B, depth, W]: one, repeated for every block."""
        w, means = self.mapping(value, given, context)
        cut = self.truncation, self.truncation_cutoff
        return for_layers(w, means, self.depth, *cut)

    def synthesize(self, styles: jax.Array, context: Context) -> Levels:
        """Maps w [B, depth, W] to levels [B, H, W, C], in float32."""
        del context
        return self.synthesis(styles)

    def __call__(self, value: jax.Array, given: Any, context: Context) -> Levels:
        """Maps latents [B, Z], and labels [B] if conditional, to levels.

        Raises:
          ValueError: if an attribute or `given` is not as wanted.
        """
        return self.synthesize(self.styles(value, given, context), context)


class Discriminator(Network):
    """All levels as channels -> tokens and one without a place -> blocks -> its logit.

    With classes the logit is ⟨dense(RMSNorm(token)), MLP(class)⟩ (Miyato and Koyama
    2018, arXiv 1802.05637), not divided by the root of its length.

    Features are those of that token, [B, width]; or, with `aligned`, what an MLP makes
    of it and of the patches, ([B, aligned], [B, N, aligned]): `terms.alignment`
    compares them with another network's.

    Attributes:
      classes: of the condition; 0 ignores it.
      patch: as for `Generator`.
      depth: blocks.
      width: features of a token.
      heads: as for `Generator`.
      levels: that fakes have; a picture alone is shown as so many equal ones.
      condition_size: of what is compared with the class.
      aligned: features of another network's tokens; 0 compares none.
      aligned_hidden: of the layers between.
      learning_rate_multiplier: of the class's MLP.
      rematerialize: see `jaxgan.nn.repeated`.
      dtype: of the blocks; what makes the logit is float32.
    """

    classes: int = 0
    patch: int = 2
    depth: int = 12
    width: int = 768
    heads: int = 12
    levels: int = 4
    condition_size: int = 2048
    aligned: int = 0
    aligned_hidden: int = 2048
    learning_rate_multiplier: float = 0.01
    rematerialize: bool = False
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(
        self, value: Levels | jax.Array, given: Any, context: Context
    ) -> Verdict:
        """Maps levels, or pictures [B, H, W, C], to logits [B], in float32.

        Raises:
          ValueError: if an attribute, the levels' number or `given` is not as wanted.
        """
        check_attributes(self)
        check_heads(self.width, self.heads)
        del context
        x = self._seen(value)
        _, height, width, _ = x.shape
        sides = grid(height, width, self.patch)
        embed = Dense(self.width, kernel_init=xavier, dtype=self.dtype, name="patches")
        x = embed(patches(x, self.patch)).astype(jnp.float32)
        x = x + sinusoidal_positions(sides[0], sides[1], self.width)[None]
        token = self.param("token", normal_init, (self.width,), jnp.float32)
        token = jnp.zeros_like(x[:, :1]) + token.reshape(1, 1, -1)
        x = jnp.concatenate([token, x], axis=1)
        through = repeated(
            *(DiscriminatorBlock, self.depth, self.rematerialize),
            name="blocks",
            written_out=FEW,
            heads=self.heads,
            grid=sides,
            dtype=self.dtype,
        )
        x = through(x)
        logits = self._logits(x[:, 0], given)
        return Verdict(logits, self._aligned(x) if self.aligned else x[:, 0])

    def _seen(self, value):
        """Levels beside each other, [B, H, W, levels · C]."""
        levels = value if isinstance(value, tuple) else (value,) * self.levels
        if len(levels) != self.levels:
            raise ValueError(f"value: saw {len(levels)} levels, wanted {self.levels}")
        return jnp.concatenate(levels, axis=-1)

    def _logits(self, token, given):
        size = self.condition_size if self.classes else 1
        out = Dense(size, kernel_init=xavier, name="logit")
        judged = out(RMSNorm(name="logit_norm")(token))
        if not self.classes:
            return judged[:, 0]
        table = Embedding(self.classes, size, kernel_init=normal_init, name="embedding")
        row = table(labels(given, token.shape[0]))
        mapped = SlowMLP(size, self.learning_rate_multiplier, name="mapping")(row)
        return jnp.sum(judged * mapped, axis=-1)

    def _aligned(self, x):
        for place in range(2):
            layer = Dense(
                features=self.aligned_hidden,
                kernel_init=xavier,
                dtype=self.dtype,
                name=f"aligned{place}",
            )
            x = nn.silu(layer(x))
        last = Dense(self.aligned, kernel_init=xavier, name="aligned2")
        x = last(x)
        return x[:, 0], x[:, 1:]


def check_heads(width: int, heads: int) -> None:
    """Checks that heads share a width out, in pairs for rows and for columns.

    Raises:
      ValueError: if they do not.
    """
    if width % (4 * heads):
        raise ValueError(f"heads: saw {heads}, wanted 4 times it to divide {width}")
