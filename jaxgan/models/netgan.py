"""NetGAN's networks: walks over the nodes of a graph, a node at a time.

Bojchevski et al. 2018 (arXiv 1803.00816), section 3. A walk is one-hot, [B, T, N].
"""

from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn

from jaxgan.core.context import Context
from jaxgan.core.explicit_mesh import lying_alike
from jaxgan.core.types import Verdict
from jaxgan.models.attributes import check_attributes
from jaxgan.nn import Dense, Network
from jaxgan.nn.categorical import gumbel, straight_through
from jaxgan.nn.varying import vary_alike

glorot = nn.initializers.glorot_uniform()


def _zeros(x: jax.Array, features: int, dtype: Any) -> jax.Array:
    """Zeros [B, features] that lie as x [B, ...] does: what a scan begins with."""
    return vary_alike(lying_alike(jnp.zeros((x.shape[0], features), dtype), x), x)[0]


class Cell(nn.Module):
    """An LSTM of TensorFlow's: one dense layer, and 1 added to the forget gate.

    Attributes:
      features: of its two states.
      dtype: of the computation.
    """

    features: int
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(
        self, state: tuple[jax.Array, jax.Array], x: jax.Array
    ) -> tuple[tuple[jax.Array, jax.Array], jax.Array]:
        """Maps (h, c) and x [B, C] to the states thereafter, and h."""
        h, c = state
        gates = Dense(4 * self.features, kernel_init=glorot, dtype=self.dtype)(
            jnp.concatenate([x.astype(self.dtype), h], axis=-1)
        )
        taken, new, kept, told = jnp.split(gates, 4, axis=-1)
        c = nn.sigmoid(kept + 1.0) * c + nn.sigmoid(taken) * jnp.tanh(new)
        h = nn.sigmoid(told) * jnp.tanh(c)
        return (h, c), h


class _Stride(nn.Module):
    """A step of the generator: cell, scores of nodes, a draw, and its short form."""

    nodes: int
    hidden: int
    width: int
    dtype: Any

    @nn.compact
    def __call__(self, carry, noise):
        state, x, temperature = carry
        state, h = Cell(self.hidden, self.dtype, name="cell")(state, x)
        up = Dense(self.nodes, kernel_init=glorot, dtype=self.dtype, name="up")
        scores = up(h).astype(jnp.float32)
        drawn = straight_through(scores, noise, temperature)
        shared = {"kernel_init": glorot, "use_bias": False, "dtype": self.dtype}
        x = Dense(self.width, name="down", **shared)(drawn)
        return (state, x, temperature), drawn


class Generator(Network):
    """Z -> first states of an LSTM -> T times: a node by straight-through, put back in.

    Temperatures are max(least, first · exp(-decay · step)) in training, as the official
    code's, which holds them for 500 steps each; the least one outside.

    Attributes:
      nodes: N.
      length: T.
      hidden: features of the LSTM.
      width: of the short form of a node.
      first_temperature: τ at step 0.
      temperature: the least τ.
      temperature_decay: per step.
      dtype: of the computation; walks are float32.
    """

    nodes: int
    length: int = 16
    hidden: int = 40
    width: int = 128
    first_temperature: float = 5.0
    temperature: float = 0.5
    temperature_decay: float = 5e-5
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, value: jax.Array, given: Any, context: Context) -> jax.Array:
        """Maps latents [B, Z] to walks [B, T, N]."""
        check_attributes(self)
        del given
        shared = {"kernel_init": glorot, "dtype": self.dtype}
        x = jnp.tanh(Dense(self.hidden, name="shared", **shared)(value))
        state = tuple(
            jnp.tanh(Dense(self.hidden, name=name, **shared)(x)) for name in ("h", "c")
        )
        noise = gumbel(context.draw("gumbel"), (self.length, self.nodes))
        stride = nn.scan(
            _Stride,
            variable_broadcast="params",
            split_rngs={"params": False},
            in_axes=1,
            out_axes=1,
        )
        stride = stride(self.nodes, self.hidden, self.width, self.dtype, name="stride")
        nothing = _zeros(x, self.width, self.dtype)
        carry = (state, nothing, self._temperature(context))
        return stride(carry, noise)[1]

    def _temperature(self, context: Context) -> jax.Array:
        least = jnp.float32(self.temperature)
        if not context.train:
            return least
        step = jnp.asarray(context.step, jnp.float32)
        falling = self.first_temperature * jnp.exp(-self.temperature_decay * step)
        return jnp.maximum(least, falling)


class Discriminator(Network):
    """Walk -> short forms of nodes -> LSTM -> logit of its last state.

    Attributes:
      hidden: features of the LSTM.
      width: of the short form of a node.
      dtype: of the computation.
    """

    hidden: int = 30
    width: int = 128
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, value: jax.Array, given: Any, context: Context) -> Verdict:
        """Maps walks [B, T, N] to logits [B]."""
        check_attributes(self)
        del given, context
        shared = {"kernel_init": glorot, "dtype": self.dtype}
        x = Dense(self.width, use_bias=False, name="down", **shared)(value)
        cell = nn.scan(
            Cell,
            variable_broadcast="params",
            split_rngs={"params": False},
            in_axes=1,
            out_axes=1,
        )(self.hidden, self.dtype, name="cell")
        nothing = _zeros(x, self.hidden, self.dtype)
        (h, _), _ = cell((nothing, nothing), x)
        return Verdict(Dense(1, name="logit", **shared)(h)[:, 0], h)
