"""Networks for single numbers: the example that comes with adversarial flow models.

Lin et al. 2025 (arXiv 2511.22475), whose official notebook has them: sinusoids, four
hidden layers of SiLUs, and PyTorch's initialisation but for biases, which start at 0.
"""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn

from jaxgan.core.context import Context
from jaxgan.core.timed import times_of
from jaxgan.core.types import Verdict
from jaxgan.models.attributes import check_attributes
from jaxgan.nn import Dense, Network, sinusoids
from jaxgan.nn.conv import torch_init

SCALE = 100.0
"""Numbers of about ±1 are multiplied by it before their sinusoids are taken."""


class _Network(Network):
    """What both players share.

    Attributes:
      widths: of the hidden layers.
      times: how many of the given times are looked at: see `core.timed.Timed`.
      frequencies: of sines and cosines of the number, and of every time.
      dtype: of the computation; sinusoids are float32.
    """

    widths: Sequence[int] = (1024, 1024, 1024, 1024)
    times: int = 0
    frequencies: int = 32
    dtype: Any = jnp.float32

    def through(self, value: jax.Array, given: Any) -> tuple[jax.Array, jax.Array]:
        """What the layers make of numbers [B, 1]: [B, 1], and the last hidden layer."""
        numbers = (value[:, 0], *times_of(given, self.times))
        seen = [sinusoids(SCALE * x, 2 * self.frequencies) for x in numbers]
        x = jnp.concatenate(seen, axis=1)
        for width in self.widths:
            x = nn.silu(Dense(width, kernel_init=torch_init, dtype=self.dtype)(x))
        return Dense(1, kernel_init=torch_init)(x.astype(jnp.float32)), x


class Generator(_Network):
    """A number -> a number."""

    @nn.compact
    def __call__(self, value: jax.Array, given: Any, context: Context) -> jax.Array:
        """Maps noise [B, 1] to numbers [B, 1]."""
        check_attributes(self)
        del context
        return self.through(value, given)[0]


class Discriminator(_Network):
    """A number -> a logit."""

    @nn.compact
    def __call__(self, value: jax.Array, given: Any, context: Context) -> Verdict:
        """Maps numbers [B, 1] to logits [B]."""
        check_attributes(self)
        del context
        logits, features = self.through(value, given)
        return Verdict(logits[:, 0], features)
