"""Spectral normalisation."""

import dataclasses
import functools
from collections.abc import Sequence

import jax
import jax.numpy as jnp
from flax import linen as nn
from jax import lax


@dataclasses.dataclass(frozen=True)
class PowerIteration:
    """How the largest singular value of a kernel is estimated, see `SpectralNorm`.

    Attributes:
      iterations: per training pass.
      vectors: how many leading singular vectors are followed. Kernels are divided by
        the first singular value only; the others are there as in BigGAN's code.
      epsilon: the least norm, and the least σ, divided by.
      both: keep v of the first too, as PyTorch does: see `SpectralNorm`.

    Raises:
      ValueError: if a number is not positive and finite.
    """

    iterations: int = 1
    vectors: int = 1
    epsilon: float = 1e-12
    both: bool = False

    def __post_init__(self):
        for name in ("iterations", "vectors"):
            if getattr(self, name) < 1:
                seen = getattr(self, name)
                raise ValueError(f"{name}: saw {seen}, wanted at least 1")
        if not 0.0 < self.epsilon < float("inf"):
            raise ValueError(
                f"epsilon: saw {self.epsilon}, wanted a positive finite number"
            )


class SpectralNorm(nn.Module):
    """Divides a kernel by an estimate of its largest singular value.

    Miyato et al. 2018 (arXiv 1802.05957), algorithm 1: σ = uᵀ W v for W [out, rest],
    with one power iteration v = Wᵀu/‖·‖, u = Wv/‖·‖ per training pass. The vector u is
    the variable 'u' of the collection 'spectral'. Gradients flow through W, not through
    u and v. Of several vectors the further ones are 'u1', 'u2', ...: each is made
    orthogonal to those before it, by Gram and Schmidt, before it gets its length.

    Unlike the official code, u starts as the exact leading singular vector rather than
    at random, so σ is right from step 0. Evaluation recomputes v from the stored u,
    where PyTorch stores v too: its σ lags by half an iteration. With `both` it is the
    variable 'v' here too, and evaluation is PyTorch's.

    Attributes:
      out_axis: which axis of the kernel is 'out': -1, or -2 in transposed convolutions.
      iterations: power iterations per training pass.
      epsilon: the least norm and the least σ divided by.
      vectors: see `PowerIteration`.
      both: whether v is kept beside u.
    """

    out_axis: int = -1
    iterations: int = 1
    epsilon: float = 1e-12
    vectors: int = 1
    both: bool = False

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
        start = functools.cache(lambda: _singular_vectors(constant, self.vectors))
        stored = [
            self.variable("spectral", f"u{n or ''}", lambda n=n: start()[n])
            for n in range(self.vectors)
        ]
        u = stored[0].value

        def right():
            return _unit(constant.T @ u, self.epsilon)

        kept = self.variable("spectral", "v", right) if self.both else None
        if train and not self.is_initializing():
            us, vs = [vector.value for vector in stored], []
            for _ in range(self.iterations):
                us, vs = _iterated(constant, us, self.epsilon)
            if self.is_mutable_collection("spectral"):
                for vector, value in zip(stored, us):
                    vector.value = value
                if kept is not None:
                    kept.value = vs[0]
            u, v = us[0], vs[0]
        else:
            v = right() if kept is None else kept.value
        sigma = u @ (matrix @ v)
        if kept is not None:
            # PyTorch divides by what vectors of another kernel make, below 0 too.
            tiny = jnp.abs(sigma) < self.epsilon
            return kernel / jnp.where(tiny, self.epsilon, sigma)
        return kernel / jnp.maximum(sigma, self.epsilon)


def spectral_norm(
    spectral: bool | PowerIteration, out_axis: int, name: str
) -> SpectralNorm:
    """Makes the layer that an attribute `spectral` of a kernel's layer asks for."""
    power = PowerIteration() if isinstance(spectral, bool) else spectral
    return SpectralNorm(out_axis, **dataclasses.asdict(power), name=name)


def _iterated(
    matrix: jax.Array, us: Sequence[jax.Array], epsilon: float
) -> tuple[list[jax.Array], list[jax.Array]]:
    """New u and v of all vectors, each orthogonal to those before it."""
    new, vs = [], []
    for u in us:
        v = _unit(_orthogonal(matrix.T @ u, vs), epsilon)
        vs.append(v)
        new.append(_unit(_orthogonal(matrix @ v, new), epsilon))
    return new, vs


def _orthogonal(x: jax.Array, others: Sequence[jax.Array]) -> jax.Array:
    for y in others:
        # A kernel of lower rank has vectors of 0.
        x = x - (x @ y) * y / jnp.maximum(y @ y, jnp.finfo(y.dtype).tiny)
    return x


def _unit(vector: jax.Array, epsilon: float) -> jax.Array:
    return vector / jnp.maximum(jnp.linalg.norm(vector), epsilon)


def _singular_vectors(matrix: jax.Array, count: int) -> list[jax.Array]:
    """The leading left singular vectors, by the smaller Gram matrix.

    Those that there are not are 0.
    """
    out, rest = matrix.shape
    there = range(min(count, out, rest))
    if out <= rest:
        vectors = jnp.linalg.eigh(matrix @ matrix.T)[1]
        found = [vectors[:, -1 - n] for n in there]
    else:
        vectors = jnp.linalg.eigh(matrix.T @ matrix)[1]
        found = [_unit(matrix @ vectors[:, -1 - n], 1e-12) for n in there]
    missing = range(count - len(found))
    return found + [jnp.zeros(out, matrix.dtype) for _ in missing]
