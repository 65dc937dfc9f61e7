"""StyleGAN2's regulariser of the generator."""

import math

import jax
import jax.numpy as jnp

from jaxgan.core.types import Play, Schedule, Term
from jaxgan.terms.slopes import safe_root


def path_length(
    weight: float | Schedule = 2.0, *, decay: float = 0.01, shrink: int = 2
) -> Term:
    """(‖J_wᵀ y‖ - a)²: equal steps in w are equal steps in the image.

    Karras et al. 2020 (arXiv 1912.04958), equation 4 and appendix B. J_w is the slope
    of the value in the latent w, y is N(0, 1) divided by √(H · W), and a is the running
    mean of the lengths ‖J_wᵀ y‖. With one w per layer, squared lengths are averaged
    over layers. The gradient flows through the newest length in a, as in the official
    code. The latent should be a style, see `jaxgan.games.style`; when the turn is lazy,
    multiply the weight by its `every`, as StyleGAN2 does.

    Args:
      weight: of the penalty.
      decay: the share of the newest mean length in a.
      shrink: only every so many-th example is generated, to save memory; it must divide
        the batch. The official code takes the first of the batch instead, which would
        depend on the number of devices.

    Raises:
      ValueError: if an argument is out of range, or (when traced) on the
        discriminator's turn.
    """
    if not 0.0 < decay <= 1.0:
        raise ValueError(f"decay: saw {decay}, wanted a number in (0, 1]")
    if shrink < 1:
        raise ValueError(f"shrink: saw {shrink}, wanted at least 1")

    def apply(state, play: Play):
        if play.player != "generator":
            raise ValueError("path_length: saw it on D's turn, wanted the generator's")
        context = play.context
        count = context.keys.shape[0]
        if count % shrink:
            raise ValueError(
                f"batch: saw {count} examples (per device and microbatch), wanted a "
                f"multiple of {shrink}: path_length generates one of {shrink}"
            )
        fewer = jax.tree.map(lambda x: x[::shrink], play.latent)
        keys = context.draw("path_length")[::shrink]
        lengths = slope_lengths(play, fewer, keys)
        mean = state + decay * (context.mean(lengths) - state)
        penalty = jnp.square(lengths - mean)
        return penalty, jax.lax.stop_gradient(mean)

    return Term("path_length", apply, lambda: jnp.zeros(()), weight)


def slope_lengths(play: Play, latent, keys: jax.Array) -> jax.Array:
    """Lengths [B] of the values' slopes in the latent, in random directions."""

    def directed(value):
        image = play.generate(latent._replace(value=value), "path_length").value
        return sum(
            jnp.sum(leaf.astype(jnp.float32) * _directions(keys, place, leaf.shape))
            for place, leaf in enumerate(jax.tree.leaves(image))
        )

    slopes = jax.tree.leaves(jax.grad(directed)(latent.value))
    squares = [
        jnp.mean(jnp.sum(jnp.square(x), axis=-1).reshape(x.shape[0], -1), axis=1)
        for x in slopes
    ]
    return safe_root(sum(squares[1:], squares[0]))


def _directions(keys, place, shape):
    """y [B, ..., C]: every example's own."""
    keys = jax.vmap(jax.random.fold_in, in_axes=(0, None))(keys, place)
    noise = jax.vmap(lambda key: jax.random.normal(key, shape[1:]))(keys)
    return noise / math.sqrt(math.prod(shape[1:-1]))
