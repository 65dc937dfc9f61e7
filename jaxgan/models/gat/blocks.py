"""What GAT's networks are made of: blocks, the mapping, and heads of levels.

Between blocks tokens are float32; what multiplies matrices computes in `dtype`.
"""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import linen as nn

from jaxgan.core.context import Context
from jaxgan.models.labels import labels
from jaxgan.nn.adaptive_norm import Modulation
from jaxgan.nn.conv import Dense, normal_init, xavier
from jaxgan.nn.embedding import Embedding
from jaxgan.nn.gated import LayerScale, SwiGLU
from jaxgan.nn.modulated import unit_second_moment
from jaxgan.nn.rms_norm import RMSNorm, rms_norm
from jaxgan.nn.rotary import angles, rotate
from jaxgan.nn.token_attention import MultiHeadAttention

small_xavier = nn.initializers.variance_scaling(0.1**2, "fan_avg", "uniform")
"""Xavier's with a gain of 0.1: gates are nearly closed at first, scales nearly 1."""

QUERY_EPSILON = float(np.finfo(np.float32).eps)
"""Of queries' and keys' norms: PyTorch's where none is asked for."""


def attention(heads: int, grid: tuple[int, int], dtype: Any) -> MultiHeadAttention:
    """Makes attention of normalised, turned queries and keys, named 'attention'.

    Args:
      heads: how many.
      grid: rows and columns of the patches, which are the last of the tokens.
      dtype: of the computation; norms, turns and softmax are float32.
    """

    def prepare(name, x):
        turns = angles(*grid, x.shape[-1])
        return rotate(RMSNorm(QUERY_EPSILON, name=name)(x), turns).astype(dtype)

    return MultiHeadAttention(heads, prepare, dtype=dtype, name="attention")


def gated_features(features: int) -> int:
    """Counts what is hidden in a SwiGLU for tokens of so many features."""
    return int(2 / 3 * 4 * features)


def exact(x: jax.Array) -> jax.Array:
    """The same in float32, as tokens are between blocks."""
    return x.astype(jnp.float32)


class GeneratorBlock(nn.Module):
    """x + gate · f(RMSNorm(x) · (1 + scale)) with attention, then SwiGLU, for f.

    Hyun et al. 2025 (arXiv 2509.24935), section 3. Scales and gates come of w, and
    nothing is shifted.

    Attributes:
      heads: of the attention.
      grid: see `attention`.
      dtype: of the computation.
    """

    heads: int
    grid: tuple[int, int]
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, x: jax.Array, w: jax.Array) -> tuple[jax.Array, None]:
        """Maps tokens [B, N, C] and w [B, W]; for `nn.scan`, None beside them."""
        features = x.shape[-1]
        modulation = Modulation(
            4, features, small_xavier, dtype=self.dtype, name="modulation"
        )
        scale, gate, inner_scale, inner_gate = map(exact, modulation(w))
        attend = attention(self.heads, self.grid, self.dtype)
        x = x + gate * exact(attend(rms_norm(x) * (1.0 + scale)))
        hidden = gated_features(features)
        think = SwiGLU(hidden, dtype=self.dtype, name="gated")
        y = think(rms_norm(x) * (1.0 + inner_scale))
        return x + inner_gate * exact(y), None


class DiscriminatorBlock(nn.Module):
    """x + LayerScale(f(RMSNorm(x))) with attention, then SwiGLU, for f.

    It is not conditioned. Attributes are those of `GeneratorBlock`.
    """

    heads: int
    grid: tuple[int, int]
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, x: jax.Array) -> tuple[jax.Array, None]:
        """Maps tokens [B, N, C]; for `nn.scan`, None beside them."""
        attend = attention(self.heads, self.grid, self.dtype)
        y = attend(RMSNorm(name="attention_norm")(x))
        x = x + LayerScale(name="attention_scale")(y)
        think = SwiGLU(gated_features(x.shape[-1]), dtype=self.dtype, name="gated")
        y = think(RMSNorm(name="gated_norm")(x))
        return x + LayerScale(name="gated_scale")(y), None


class LevelHead(nn.Module):
    """Tokens as patches of pixels: dense(RMSNorm(x) · (1 + scale(w))).

    Attributes:
      features: p² C of a patch.
      dtype: of the computation.
    """

    features: int
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, x: jax.Array, w: jax.Array) -> jax.Array:
        """Maps tokens [B, N, C] and w [B, W] to [B, N, features], in float32."""
        modulation = Modulation(
            1, x.shape[-1], small_xavier, dtype=self.dtype, name="modulation"
        )
        (scale,) = map(exact, modulation(w))
        out = Dense(self.features, kernel_init=xavier, dtype=self.dtype, name="out")
        return out(rms_norm(x) * (1.0 + scale)).astype(jnp.float32)


class SlowDense(nn.Module):
    """m · (x @ kernel + bias): a layer whose learning rate is m times as high.

    Its kernel is Xavier's times 1/m; unlike `nn.EqualizedDense` it is not divided by
    the root of the fan-in. Computed in float32.

    Attributes:
      features: of the output.
      multiplier: m.
    """

    features: int
    multiplier: float = 0.01

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """Maps [B, C] to [B, features]."""
        init = nn.initializers.variance_scaling(
            self.multiplier**-2, "fan_avg", "uniform"
        )
        layer = Dense(self.features, kernel_init=init, name="dense")
        return self.multiplier * layer(x)


class SlowMLP(nn.Module):
    """Two `SlowDense` with SiLU between them. Attributes are those of either."""

    features: int
    multiplier: float = 0.01

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """Maps [B, C] to [B, features]."""
        layers = [
            SlowDense(self.features, self.multiplier, name=name)
            for name in ("inner", "outer")
        ]
        return layers[1](nn.silu(layers[0](x)))


class Mapping(nn.Module):
    """z, and the row of a class, both of unit second moment -> w, by a `SlowMLP`.

    Every class has a running mean of its own: the variable 'mean' of the collection
    'style_average', [classes, features]. A training pass moves those of the classes
    that it meets towards the mean of their w, whatever their number. Microbatches move
    them apart.

    Attributes:
      features: of w.
      classes: 0 for none, which is one mean for all.
      embedding: length of a class's row.
      decay: of the means.
      multiplier: of the learning rate.
    """

    features: int
    classes: int = 0
    embedding: int = 64
    decay: float = 0.995
    multiplier: float = 0.01

    @nn.compact
    def __call__(
        self, value: jax.Array, given: Any, context: Context
    ) -> tuple[jax.Array, jax.Array]:
        """Maps z [B, Z], and labels [B], to w [B, W] and their classes' means."""
        count, parts = value.shape[0], [unit_second_moment(value)]
        share = jnp.ones_like(value[:, :1])
        if self.classes:
            given = labels(given, count)
            table = Embedding(
                self.classes, self.embedding, kernel_init=normal_init, name="embedding"
            )
            parts.insert(0, unit_second_moment(table(given)))
            share = jax.nn.one_hot(given, self.classes)
        x = jnp.concatenate(parts, axis=-1)
        w = SlowMLP(self.features, self.multiplier, name="layers")(x)
        return w, self._means(w, share, context)

    def _means(self, w: jax.Array, share: jax.Array, context: Context) -> jax.Array:
        """Those before this pass, [B, W]; `share` [B, classes] is 1 for the own."""
        shape = (share.shape[1], self.features)
        stored = self.variable("style_average", "mean", jnp.zeros, shape)
        means = stored.value
        mutable = self.is_mutable_collection("style_average")
        if context.train and mutable and not self.is_initializing():
            shares, styles = context.all_rows((share, w))
            counts = jnp.sum(shares, axis=0)
            met = shares.T @ styles / jnp.maximum(counts, 1.0)[:, None]
            pace = (1.0 - self.decay) * (counts > 0).astype(jnp.float32)[:, None]
            stored.value = means + pace * (met - means)
        return share @ means
