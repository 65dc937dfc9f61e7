"""Networks for points in the plane: PacGAN's synthetic experiments.

Lin et al. 2018 (arXiv 1712.04086), section 4.1, with what its official code adds: the
initialisation N(0, 0.02²), no biases in the generator but on its output, normalisation
before the ReLU, and running statistics that keep 0.95 of the old.
"""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn

from jaxgan.core.context import Context
from jaxgan.core.types import Verdict
from jaxgan.models.attributes import check_attributes
from jaxgan.nn import BatchNorm, Dense, Network, normal_init


class Generator(Network):
    """Z -> 4 × [Dense 400, BatchNorm, ReLU] -> point.

    Attributes:
      widths: of the hidden layers.
      dimensions: of a point.
      normalise: whether to use batch normalisation.
      kernel_init: initializer of every layer.
      dtype: of the computation.
    """

    widths: Sequence[int] = (400, 400, 400, 400)
    dimensions: int = 2
    normalise: bool = True
    kernel_init: Any = normal_init
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, value: jax.Array, given: Any, context: Context) -> jax.Array:
        """Maps latents [B, Z] to points [B, dimensions]."""
        check_attributes(self)
        del given
        x = value
        for width in self.widths:
            x = Dense(
                width,
                use_bias=not self.normalise,
                kernel_init=self.kernel_init,
                dtype=self.dtype,
            )(x)
            if self.normalise:
                x = BatchNorm(momentum=0.95, dtype=self.dtype)(x, context)
            x = nn.relu(x)
        return Dense(self.dimensions, kernel_init=self.kernel_init, dtype=self.dtype)(x)


class Discriminator(Network):
    """Point -> 3 × [Dense 200 × 5, maximum of the 5] -> logit.

    Maxout is Goodfellow et al. 2013 (arXiv 1302.4389). Points of a pack come side by
    side in the last axis.

    Attributes:
      widths: of the hidden layers, after the maximum.
      pieces: linear pieces per unit.
      kernel_init: initializer of every layer.
      dtype: of the computation.
    """

    widths: Sequence[int] = (200, 200, 200)
    pieces: int = 5
    kernel_init: Any = normal_init
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, value: jax.Array, given: Any, context: Context) -> Verdict:
        """Maps points [B, dimensions] to logits [B]."""
        check_attributes(self)
        del given, context
        dense = {"kernel_init": self.kernel_init, "dtype": self.dtype}
        x = value
        for width in self.widths:
            x = Dense(width * self.pieces, **dense)(x)
            x = jnp.max(x.reshape(-1, width, self.pieces), axis=-1)
        return Verdict(Dense(1, **dense)(x)[:, 0], x)
