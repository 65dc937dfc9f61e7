"""Spectral normalisation."""

import jax
import jax.numpy as jnp
from flax import linen as nn
from jax import lax


class SpectralNorm(nn.Module):
    """Divides a kernel by an estimate of its largest singular value.

    Miyato et al. 2018 (arXiv 1802.05957), algorithm 1: σ = uᵀ W v for W [out, rest],
    with one power iteration v = Wᵀu/‖·‖, u = Wv/‖·‖ per training pass. The vector u is
    the variable 'u' of the collection 'spectral'. Gradients flow through W, not through
    u and v.

    Unlike the official code, u starts as the exact leading singular vector rather than
    at random, so σ is right from step 0. Evaluation recomputes v from the stored u,
    where PyTorch stores v too: its σ lags by half an iteration.

    Attributes:
      out_axis: which axis of the kernel is 'out': -1, or -2 in transposed convolutions.
      iterations: power iterations per training pass.
      epsilon: the least norm and the least σ divided by.
    """

    out_axis: int = -1
    iterations: int = 1
    epsilon: float = 1e-12

    @nn.compact
    def __call__(self, kernel: jax.Array, train: bool = False) -> jax.Array:
        """Normalises a kernel of any shape.

        Args:
          kernel: the parameter.
          train: iterate; the new u is used, and kept if the collection is mutable.
        """
        matrix = jnp.moveaxis(kernel, self.out_axis, 0)
        matrix = matrix.reshape(matrix.shape[0], -1)
        constant = lax.stop_gradient(matrix)
        stored = self.variable("spectral", "u", _leading_vector, constant)
        u = stored.value
        v = self._unit(constant.T @ u)
        if train and not self.is_initializing():
            u = self._unit(constant @ v)
            for _ in range(self.iterations - 1):
                v = self._unit(constant.T @ u)
                u = self._unit(constant @ v)
            if self.is_mutable_collection("spectral"):
                stored.value = u
        return kernel / jnp.maximum(u @ (matrix @ v), self.epsilon)

    def _unit(self, vector: jax.Array) -> jax.Array:
        return _unit(vector, self.epsilon)


def _unit(vector: jax.Array, epsilon: float) -> jax.Array:
    return vector / jnp.maximum(jnp.linalg.norm(vector), epsilon)


def _leading_vector(matrix: jax.Array) -> jax.Array:
    """The leading left singular vector, by the smaller Gram matrix."""
    out, rest = matrix.shape
    if out <= rest:
        return jnp.linalg.eigh(matrix @ matrix.T)[1][:, -1]
    return _unit(matrix @ jnp.linalg.eigh(matrix.T @ matrix)[1][:, -1], 1e-12)
