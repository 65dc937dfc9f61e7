"""MolGAN's networks: graphs of atoms and bonds, all at once.

De Cao and Kipf 2018 (arXiv 1805.11973), sections 3 and 4. A graph of N atoms is
{'adjacency': [B, N, N, E], 'nodes': [B, N, T]}: for every pair the kind of its bond, of
which the first is none, and for every place the kind of its atom, likewise.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn

from jaxgan.core.context import Context
from jaxgan.core.explicit_mesh import along_batch
from jaxgan.core.types import Sample, Verdict
from jaxgan.models.attributes import check_attributes, check_widths
from jaxgan.nn import Dense, Dropout, Network, minibatch_deviation
from jaxgan.nn.categorical import Relaxation, gumbel, mirrored, straight_through

glorot = nn.initializers.glorot_uniform()


class Generator(Network):
    """Z -> [Dense, tanh]* -> logits of bonds, made symmetric, and of atoms -> a draw.

    The draw is symmetric too, where the official code draws both halves and reads one.

    Attributes:
      size: N, of the largest molecule.
      bonds: E, kinds of bonds, the first of which is none.
      atoms: T, kinds of atoms, the first of which is none.
      widths: of the hidden layers.
      dropout: probability of dropping a hidden feature.
      relaxation: what makes a graph of logits and Gumbel noise.
      temperature: τ of it.
      chance: how much Gumbel noise there is, as a share. With less of it, graphs vary
        by their latents rather than by what every pair of atoms draws for itself.
      dtype: of the computation; graphs are float32.
    """

    size: int = 9
    bonds: int = 4
    atoms: int = 5
    widths: Sequence[int] = (128, 256, 512)
    dropout: float = 0.0
    relaxation: Relaxation = straight_through
    temperature: float = 1.0
    chance: float = 1.0
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, value: jax.Array, given: Any, context: Context) -> Sample:
        """Maps latents [B, Z] to graphs; their features are the shares without noise.

        Those are softmax(logits), in the form of the graphs.
        """
        check_attributes(self)
        del given
        logits = self._logits(value, context)
        noise = {
            name: self.chance * gumbel(context.draw(f"gumbel/{name}"), one.shape[1:])
            for name, one in logits.items()
        }
        noise["adjacency"] = mirrored(noise["adjacency"])
        graph = {
            name: self.relaxation(one, noise[name], self.temperature)
            for name, one in logits.items()
        }
        return Sample(graph, features=jax.tree.map(jax.nn.softmax, logits))

    def _logits(self, value: jax.Array, context: Context) -> dict[str, jax.Array]:
        shared = {"kernel_init": glorot, "dtype": self.dtype}
        x = value
        for width in self.widths:
            x = jnp.tanh(Dense(width, **shared)(x))
            x = Dropout(self.dropout)(x, context)
        side = self.size
        bonds = Dense(self.bonds * side * side, name="bonds", **shared)(x)
        bonds = _reshaped(bonds, self.bonds, side, side)
        bonds = 0.5 * (bonds + jnp.swapaxes(bonds, 2, 3))
        atoms = Dense(side * self.atoms, name="atoms", **shared)(x)
        return {
            "adjacency": jnp.moveaxis(bonds, 1, -1).astype(jnp.float32),
            "nodes": _reshaped(atoms, side, self.atoms).astype(jnp.float32),
        }


class GraphConvolution(nn.Module):
    """tanh(Σ_r A_r (x W_r + b_r) + x W + b) over kinds r of bonds.

    Schlichtkrull et al. 2017 (arXiv 1703.06103), without the division by degrees, as
    MolGAN's equation 3.

    Attributes:
      features: of every atom.
      dtype: of the computation.
    """

    features: int
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, bonds: jax.Array, x: jax.Array) -> jax.Array:
        """Maps bonds [B, N, N, R], without those that are none, and x [B, N, C]."""
        side, kinds = bonds.shape[2:]
        shared = {"kernel_init": _glorot_of_each(kinds), "dtype": self.dtype}
        # All kinds at once: [B, N, N·R] times [B, N·R, F].
        told = Dense(kinds * self.features, name="neighbours", **shared)(x)
        told = _reshaped(told, side * kinds, self.features)
        bonds = _reshaped(bonds, side, side * kinds).astype(told.dtype)
        shared["kernel_init"] = glorot
        return jnp.tanh(bonds @ told + Dense(self.features, name="self", **shared)(x))


def _reshaped(x: jax.Array, *shape: int) -> jax.Array:
    return along_batch(lambda x: x.reshape(x.shape[0], *shape), x)


def _glorot_of_each(kinds: int) -> Any:
    """Glorot's bounds for each of several layers that are computed as one."""

    def init(key, shape, dtype=jnp.float32):
        one = (*shape[:-1], shape[-1] // kinds)
        parts = [glorot(each, one, dtype) for each in jax.random.split(key, kinds)]
        return jnp.concatenate(parts, axis=-1)

    return init


class Judge(nn.Module):
    """Graph convolutions -> sum over atoms -> dense layers -> a number.

    The sum is tanh(Σ_v σ(i(h_v, x_v)) ⊙ tanh(j(h_v, x_v))), MolGAN's equation 4 (Li et
    al. 2016, arXiv 1511.05493). Convolutions but the first see the atoms again.

    Attributes:
      convolutions: features of the graph convolutions.
      aggregation: features of the sum.
      widths: of the dense layers, with tanh.
      dropout: probability of dropping a feature after each of all these.
      group: examples whose deviation is shown beside the last features
        (`nn.minibatch_deviation`): a lack of variety is then seen. 0 for none.
      dtype: of the computation.
    """

    convolutions: Sequence[int]
    aggregation: int
    widths: Sequence[int]
    dropout: float = 0.0
    group: int = 0
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(
        self, value: Mapping[str, jax.Array], context: Context
    ) -> tuple[jax.Array, jax.Array]:
        """Maps graphs to numbers [B] and the features [B, F] they are made of."""
        shared = {"kernel_init": glorot, "dtype": self.dtype}

        def kept(x):
            return Dropout(self.dropout)(x, context)

        bonds = value["adjacency"][..., 1:].astype(self.dtype)
        atoms = value["nodes"].astype(self.dtype)
        x = atoms
        for features in self.convolutions:
            h = kept(GraphConvolution(features, dtype=self.dtype)(bonds, x))
            x = jnp.concatenate([h, atoms], axis=-1)
        gate = nn.sigmoid(Dense(self.aggregation, name="gate", **shared)(x))
        said = jnp.tanh(Dense(self.aggregation, name="said", **shared)(x))
        x = kept(jnp.tanh(jnp.sum(gate * said, axis=1)))
        for width in self.widths:
            x = kept(jnp.tanh(Dense(width, **shared)(x)))
        if self.group:
            shown = minibatch_deviation(x[:, None, None, :], self.group)
            x = shown[:, 0, 0]
        return Dense(1, name="logit", **shared)(x)[:, 0], x


class Discriminator(Network):
    """The critic of graphs, and beside it the network that learns to tell rewards.

    Both are of the same layers, and share none. Turns move them apart: `Turn.parts` are
    'critic' and 'reward'.

    Attributes:
      convolutions: as of `Judge`, and so on.
      aggregation: likewise.
      widths: likewise.
      dropout: likewise.
      group: likewise, of the critic.
      rewarded: whether there is a reward network. The features of verdicts are then
        {'hidden': [B, F], 'reward': [B] in (0, 1)}, else the hidden ones alone.
      dtype: of the computation.
    """

    convolutions: Sequence[int] = (128, 64)
    aggregation: int = 128
    widths: Sequence[int] = (128, 64)
    dropout: float = 0.0
    group: int = 0
    rewarded: bool = False
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(
        self, value: Mapping[str, jax.Array], given: Any, context: Context
    ) -> Verdict:
        """Maps graphs to logits [B]."""
        check_attributes(self)
        check_widths(self.widths)
        del given
        layers = (self.convolutions, self.aggregation, self.widths, self.dropout)
        critic = Judge(*layers, self.group, self.dtype, name="critic")
        logits, hidden = critic(value, context)
        if not self.rewarded:
            return Verdict(logits, hidden)
        judge = Judge(*layers, dtype=self.dtype, name="reward")
        number, _ = judge(value, context)
        reward = nn.sigmoid(number.astype(jnp.float32))
        return Verdict(logits, {"hidden": hidden, "reward": reward})
