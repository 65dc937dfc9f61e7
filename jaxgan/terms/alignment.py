"""A discriminator that sees what another network sees."""

import math
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np

from jaxgan.core.types import Augment, Play, Schedule, Term, Tree

Teacher = Callable[[Tree, jax.Array], tuple[jax.Array, jax.Array]]
"""f(variables, images) -> (token [B, F], patches [B, M, F], row by row of a square)."""


def alignment(
    teacher: Teacher,
    frozen: str,
    *,
    weight: float | Schedule = 1.0,
    seen: Augment = Augment(),  # noqa: B008  immutable
) -> Term:
    """(1 - cos(d, t)) + mean over patches of (1 - cos(dᵢ, tᵢ)) at real x.

    Hyun et al. 2025 (arXiv 2509.24935): dᵢ are the discriminator's features, as
    `gat.Discriminator(aligned=F)` has them, and tᵢ those of a frozen network, DINOv2 in
    the paper. Where that has other patches, they are brought to the discriminator's
    grid by PyTorch's bicubic interpolation.

    Args:
      teacher: the network.
      frozen: name of its variables in `State.frozen`.
      weight: of the term; 1 in the paper.
      seen: what happens to the picture before the network sees it: of the
        augmentations those that move it, drawn as the discriminator's are:
        `transformed` of some of `level_noise`'s transforms.

    Raises:
      ValueError: when traced, if features are no such pair, or a grid is no square.
    """

    def apply(state, play: Play):
        features = play.real_verdict.features
        if not isinstance(features, tuple) or len(features) != 2:
            raise ValueError(
                "features: saw no pair of a token and patches, wanted a discriminator "
                "with aligned features"
            )
        token, patches = features
        fork = seen.surroundings(play.context, "real")
        image = seen.apply((), play.real, fork).value
        wanted = teacher(play.context.frozen[frozen], image)
        whole, parts = jax.tree.map(
            lambda x: jax.lax.stop_gradient(x.astype(jnp.float32)), wanted
        )
        parts = resized(parts, patches.shape[1])
        far = jnp.mean(1.0 - cosine(patches, parts), axis=1)
        return 1.0 - cosine(token, whole) + far, state

    return Term("alignment", apply, weight=weight)


def cosine(a: jax.Array, b: jax.Array) -> jax.Array:
    """⟨a, b⟩ / (‖a‖ ‖b‖) over the last axis, in float32; 0 where a vector is."""

    def unit(x):
        x = x.astype(jnp.float32)
        square = jnp.sum(jnp.square(x), axis=-1, keepdims=True)
        return x * jax.lax.rsqrt(jnp.maximum(square, 1e-24))

    return jnp.sum(unit(a) * unit(b), axis=-1)


def resized(tokens: jax.Array, count: int) -> jax.Array:
    """Tokens [B, M, F] of a square as `count` of another, by bicubic interpolation.

    Raises:
      ValueError: if either number is no square.
    """
    sides = [math.isqrt(number) for number in (tokens.shape[1], count)]
    for number, side in zip((tokens.shape[1], count), sides):
        if side**2 != number:
            raise ValueError(f"patches: saw {number}, wanted the number of a square")
    if sides[0] == sides[1]:
        return tokens
    rows = bicubic(*sides)
    both = jnp.asarray(np.kron(rows, rows), jnp.float32)
    return jnp.einsum("nm,bmf->bnf", both, tokens, precision=jax.lax.Precision.HIGHEST)


def bicubic(size: int, wanted: int) -> np.ndarray:
    """Weights [wanted, size] of Keys' kernel with a = -¾, as PyTorch interpolates.

    Pixels are areas, what lies outside is the edge's, and nothing is smoothed.
    """
    place = (np.arange(wanted) + 0.5) * size / wanted - 0.5
    first, weights = np.floor(place).astype(int), np.zeros((wanted, size))
    a = -0.75
    for offset in range(-1, 3):
        x = np.abs(place - first - offset)
        near = (a + 2) * x**3 - (a + 3) * x**2 + 1
        far = a * (x**3 - 5 * x**2 + 8 * x - 4)
        value = np.where(x <= 1, near, np.where(x < 2, far, 0.0))
        at = np.clip(first + offset, 0, size - 1)
        np.add.at(weights, (np.arange(wanted), at), value)
    return weights
