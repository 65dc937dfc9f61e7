"""What BigGAN and BigGAN-deep share.

Brock et al. 2019 (arXiv 1809.11096), appendix B.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from flax import linen as nn

from jaxgan.core.context import Context
from jaxgan.core.types import Verdict
from jaxgan.nn import (
    BatchNorm,
    Conv,
    Dense,
    Embedding,
    PowerIteration,
    SelfAttention,
)
from jaxgan.nn.norm import EPSILON

orthogonal = nn.initializers.orthogonal()
"""Of every kernel and table, as matrices [rest, features]."""


class Normalisation(NamedTuple):
    """How all layers of a network normalise, and in what they compute.

    Attributes:
      spectral: of every kernel's spectrum.
      epsilon: added to variances in blocks.
      dtype: of the computation.
    """

    spectral: PowerIteration = PowerIteration()
    epsilon: float = EPSILON
    dtype: Any = jnp.float32

    @property
    def kernels(self) -> dict[str, Any]:
        """Arguments of every layer with a kernel."""
        return {
            "spectral": self.spectral,
            "kernel_init": orthogonal,
            "dtype": self.dtype,
        }


class ConditionalNorm(nn.Module):
    """Batch normalisation, then x · (1 + gain(y)) + bias(y).

    Attributes:
      classes: if positive, y is labels [B], and gain and bias are tables; if 0, y is
        vectors [B, N], and they are linear, each with its own spectral norm.
      how: it normalises.
    """

    classes: int = 0
    how: Normalisation = Normalisation()

    @nn.compact
    def __call__(self, x: jax.Array, given: jax.Array, context: Context) -> jax.Array:
        """Modulates [B, ..., C]."""
        features = x.shape[-1]

        def modulation(name):
            if self.classes:
                layer = Embedding(
                    self.classes,
                    features,
                    kernel_init=orthogonal,
                    dtype=self.how.dtype,
                    name=name,
                )
            else:
                layer = Dense(features, use_bias=False, name=name, **self.how.kernels)
            y = layer(given, context.train)
            return y.reshape(-1, *(1,) * (x.ndim - 2), features)

        norm = BatchNorm(
            affine=False, epsilon=self.how.epsilon, dtype=self.how.dtype, name="norm"
        )
        x = norm(x, context)
        return x * (1.0 + modulation("gain")) + modulation("bias")


def base_size(shape: Sequence[int], doublings: int) -> int:
    """The side of the map that so many doublings make an image of.

    Raises:
      ValueError: if there is none.
    """
    base, rest = divmod(shape[0], 2**doublings)
    if rest or not base or shape[0] != shape[1]:
        raise ValueError(
            f"shape: saw {tuple(shape)}, wanted a square that {doublings} blocks can "
            "double to"
        )
    return base


def attention(place: int, how: Normalisation) -> SelfAttention:
    """The layer after a block; for use in a compact method."""
    return SelfAttention(name=f"attention_{place}", **how.kernels)


def image(
    x: jax.Array, channels: int, context: Context, how: Normalisation
) -> jax.Array:
    """BatchNorm, ReLU, Conv 3×3, tanh; for use in a compact method.

    This norm's ε is 10⁻⁵ whatever that of the blocks is, as in the authors' code.
    """
    x = nn.relu(BatchNorm(dtype=how.dtype, name="norm")(x, context))
    conv = Conv(channels, name="image", **how.kernels)
    return jnp.tanh(conv(x, context.train))


def projected(
    x: jax.Array, given: jax.Array, classes: int, train: bool, how: Normalisation
) -> Verdict:
    """Logits of maps [B, H, W, C] and labels [B]; for use in a compact method."""
    x = jnp.sum(nn.relu(x), axis=(1, 2))
    options = how.kernels
    vectors = Embedding(classes, x.shape[-1], name="embedding", **options)(given, train)
    logits = Dense(1, name="linear", **options)(x, train)[:, 0]
    return Verdict(logits + jnp.sum(x * vectors, axis=-1), x)
