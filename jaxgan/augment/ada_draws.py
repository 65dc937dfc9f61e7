"""The chances that adaptive augmentation takes, by name and per example."""

import dataclasses

import jax
import jax.numpy as jnp

from jaxgan.core.context import Context


@dataclasses.dataclass(frozen=True)
class Draws:
    """Random numbers of one pass, and whether each transformation happens.

    Attributes:
      context: of the pass: its keys are those of the examples.
      probability: p, to which every transformation's strength is a factor.
    """

    context: Context
    probability: jax.Array

    def uniform(self, name: str, *shape: int) -> jax.Array:
        """U(0, 1) [B, *shape]."""
        return self._each(jax.random.uniform, name, shape)

    def normal(self, name: str, *shape: int) -> jax.Array:
        """N(0, 1) [B, *shape]."""
        return self._each(jax.random.normal, name, shape)

    def gate(
        self, name: str, chance: jax.Array, value: jax.Array, neutral: float
    ) -> jax.Array:
        """The value [B, ...] where this happens to an example, else what is neutral."""
        happens = self.uniform(f"{name}_gate") < chance
        happens = happens.reshape(-1, *(1,) * (value.ndim - 1))
        return jnp.where(happens, value, neutral)

    def maybe(
        self, name: str, strength: float, value: jax.Array, neutral: float
    ) -> jax.Array:
        """`gate` with a chance of strength · p."""
        return self.gate(name, strength * self.probability, value, neutral)

    def _each(self, draw, name, shape):
        keys = self.context.draw(f"ada_{name}")
        return jax.vmap(lambda key: draw(key, shape, jnp.float32))(keys)
