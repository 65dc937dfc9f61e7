"""Gated recurrent units, of vectors and of maps.

What a sequence adds is computed for all of its steps at once; only what depends on the
state goes step by step, in a `lax.scan`.
"""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn
from jax import lax

from jaxgan.nn.clips import frame_by_frame
from jaxgan.nn.conv import Initializer, Layer, conv, dense, normal_init
from jaxgan.nn.spectral import PowerIteration
from jaxgan.nn.varying import vary_alike

Step = Callable[[jax.Array, Any], jax.Array]


class GRU(nn.Module):
    """r = σ(Wx + Uh), z = σ(Wx + Uh), n = tanh(Wx + r · Uh), h' = (1 - z) · n + z · h.

    Cho et al. 2014 (arXiv 1406.1078), in the form of PyTorch's GRUCell: each of W and U
    has its own bias, and r multiplies Uh, bias included. Kernels and biases are those
    of r, z and n beside each other.

    Attributes:
      features: of the state.
      dtype: of the computation; parameters are float32.
    """

    features: int
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, x: jax.Array, state: jax.Array) -> jax.Array:
        """Maps steps [B, T, C] and a first state [B, F] to the states [B, T, F]."""

        def init(key, shape, dtype):
            limit = self.features**-0.5  # PyTorch's, of kernels and biases
            return jax.random.uniform(key, shape, dtype, -limit, limit)

        def layer(name, channels):
            shapes = (channels, 3 * self.features), (3 * self.features,)
            kernel, bias = (
                self.param(f"{name}_{what}", init, shape, jnp.float32)
                for what, shape in zip(("kernel", "bias"), shapes)
            )

            def mapped(x):
                shift = bias.astype(self.dtype).reshape((1,) * (x.ndim - 1) + (-1,))
                return dense(x, kernel.astype(self.dtype)) + shift

            return mapped

        x, state = x.astype(self.dtype), state.astype(self.dtype)
        seen = layer("input", x.shape[-1])(x)
        remembered = layer("state", self.features)

        def step(h, seen):
            known = jnp.split(remembered(h), 3, axis=-1)
            gates = (sum(pair) for pair in zip(jnp.split(seen, 3, axis=-1)[:2], known))
            reset, update = map(nn.sigmoid, gates)
            new = jnp.tanh(seen[..., 2 * self.features :] + reset * known[2])
            return (1.0 - update) * new + update * h

        return _states(step, seen, state)


class _Kernel(Layer):
    """A kernel by itself, for what is convolved in a scan, where no layers are made."""

    @nn.compact
    def __call__(self, shape: tuple[int, ...], train: bool) -> jax.Array:
        return self.kernel(shape, -1, train)


class ConvGRU(nn.Module):
    """r = σ(W[x, h]), u = σ(W[x, h]), c = ρ(W[x, r · h]), h' = (1 - u) · h + u · c.

    Ballas et al. 2016 (arXiv 1511.06432), section 3.1; W are convolutions with biases.

    Attributes:
      features: of the state.
      size: of the square kernels.
      activation: ρ. DVD-GAN (Clark et al. 2019, arXiv 1907.06571) has a ReLU.
      spectral: normalise the spectrum of every kernel, see `SpectralNorm`. There are
        three: of what is seen, and of the state for gates and candidates.
      kernel_init: initializer of all kernels.
      dtype: of the computation; parameters are float32.
    """

    features: int
    size: int = 3
    activation: Callable[[jax.Array], jax.Array] = jnp.tanh
    spectral: bool | PowerIteration = False
    kernel_init: Initializer = normal_init
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(
        self, x: jax.Array, state: jax.Array | None = None, train: bool = False
    ) -> jax.Array:
        """Maps clips [B, T, H, W, C] to the states after every frame, [B, T, H, W, F].

        Args:
          x: what is seen.
          state: [B, H, W, F] before the first frame; None is zeros.
          train: matters to `spectral` only.
        """
        width, x = self.features, x.astype(self.dtype)

        def kernel(name, channels, features):
            options = {"kernel_init": self.kernel_init, "dtype": self.dtype}
            layer = _Kernel(features, spectral=self.spectral, name=name, **options)
            return layer((self.size, self.size, channels, features), train)

        of_input = kernel("input", x.shape[-1], 3 * width)
        of_gates = kernel("gates", width, 2 * width)
        of_candidate = kernel("candidate", width, width)
        zeros = nn.initializers.zeros_init()
        bias = self.param("bias", zeros, (3 * width,), jnp.float32)
        seen = frame_by_frame(lambda x: conv(x, of_input), x)
        seen = seen + bias.astype(self.dtype).reshape(1, 1, 1, 1, -1)
        if state is None:
            state = jnp.zeros_like(seen[:, 0, ..., :width])

        def step(h, seen):
            gates = nn.sigmoid(seen[..., : 2 * width] + conv(h, of_gates))
            reset, update = jnp.split(gates, 2, axis=-1)
            known = conv(reset * h, of_candidate)
            new = self.activation(seen[..., 2 * width :] + known)
            return (1.0 - update) * h + update * new

        return _states(step, seen, state.astype(self.dtype))


def _states(step: Step, seen: jax.Array, state: jax.Array) -> jax.Array:
    """The states [B, T, ...] after each of what is seen, [B, T, ...]."""
    seen, state = vary_alike(seen, state)

    def after(h, seen):
        h = step(h, seen)
        return h, h

    states = lax.scan(after, state, jnp.moveaxis(seen, 1, 0))[1]
    return jnp.moveaxis(states, 0, 1)
