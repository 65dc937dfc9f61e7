"""Layers of transformers that let through a share of what they see."""

from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn

from jaxgan.nn.conv import Dense, Initializer, xavier


class SwiGLU(nn.Module):
    """(silu(x W₁) ⊙ x W₂) W₃, all with biases.

    Shazeer 2020 (arXiv 2002.05202), equation 6. With ⅔ · 4 C hidden features it has as
    many parameters as a layer of 4 C that is not gated.

    Attributes:
      hidden: features within.
      kernel_init: initializer of both layers; W₁ and W₂ are one.
      dtype: of the computation.
    """

    hidden: int
    kernel_init: Initializer = xavier
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """Maps [..., C] to the same shape."""
        layer = {"kernel_init": self.kernel_init, "dtype": self.dtype}
        both = Dense(2 * self.hidden, name="gate_value", **layer)(x)
        gate, value = jnp.split(both, 2, axis=-1)
        return Dense(x.shape[-1], name="out", **layer)(nn.silu(gate) * value)


class LayerScale(nn.Module):
    """x times a number for every feature, small at first.

    Touvron et al. 2021 (arXiv 2103.17239), section 2.2. Computed in float32.

    Attributes:
      initial: the numbers at first.
    """

    initial: float = 0.1

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """Scales the last axis."""
        init = nn.initializers.constant(self.initial)
        scale = self.param("scale", init, (x.shape[-1],), jnp.float32)
        return x.astype(jnp.float32) * scale.reshape((1,) * (x.ndim - 1) + (-1,))
