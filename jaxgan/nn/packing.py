"""PacGAN: a discriminator that judges several examples at once."""

import dataclasses

import jax
import jax.numpy as jnp
from flax import linen as nn

from jaxgan.core.context import Context
from jaxgan.nn.network import Network


class Packed(Network):
    """Shows a discriminator packs of `size` contiguous examples, joined by channels.

    Lin et al. 2018 (arXiv 1712.04086), section 3. Values [B, ..., C] become
    [B / size, ..., size · C], so there is one logit per pack. Labels, if any, become
    [B / size, size].

    Attributes:
      discriminator: any discriminator module.
      size: examples per pack; 1 changes nothing.

    Raises:
      ValueError: if a batch is not a multiple of `size`.
    """

    discriminator: nn.Module
    size: int

    @nn.compact
    def __call__(self, value, given, context: Context):
        """Judges values [B, ..., C]; returns what the wrapped discriminator returns."""
        count = context.keys.shape[0]
        if count % self.size:
            raise ValueError(
                f"batch: saw {count} examples (per device and microbatch), wanted a "
                f"multiple of the packs' size {self.size}"
            )

        def join(x):
            packs = x.reshape(-1, self.size, *x.shape[1:])
            if x.ndim == 1:
                return packs
            packs = jnp.moveaxis(packs, 1, -2)
            return packs.reshape(*packs.shape[:-2], -1)

        context = dataclasses.replace(context, keys=context.keys[:: self.size])
        value, given = jax.tree.map(join, (value, given))
        return self.discriminator(value, given, context)
