"""The sizes that adversarial flow models are published in."""

from typing import Any, NamedTuple

import jax.numpy as jnp

from jaxgan.models.dit.networks import Discriminator, Generator


class Published(NamedTuple):
    """The networks of one size, of 32×32×4 latents in patches of 2, and 1,000 classes.

    Attributes:
      depth: blocks.
      width: features of a token.
      heads: of every attention.
    """

    depth: int
    width: int
    heads: int

    def players(
        self, repetitions: int = 1, times: int = 0, dtype: Any = jnp.float32
    ) -> tuple[Generator, Discriminator]:
        """Both modules.

        Args:
          repetitions: how often the generator goes through its blocks: 2 and 4 of XL/2
            are the networks of 56 and 112 layers.
          times: that the generator is told: 0 for one step, 1 for a fixed number, 2 for
            any. It is residual where it is told some, as its published configurations.
          dtype: of the computation. The paper has float32, because bfloat16 wants a
            norm of queries and keys.
        """
        shared = {
            "depth": self.depth,
            "width": self.width,
            "heads": self.heads,
            "classes": 1_000,
            "dtype": dtype,
        }
        told = {"times": times, "residual": times > 0, "repetitions": repetitions}
        return (
            Generator(**shared, **told),
            Discriminator(**shared, times=min(times, 1)),
        )


PUBLISHED = {
    "B/2": Published(12, 768, 12),
    "M/2": Published(16, 1024, 16),
    "L/2": Published(24, 1024, 16),
    "XL/2": Published(28, 1152, 16),
}
"""Lin et al. 2025 (arXiv 2511.22475), table 10, by name."""
