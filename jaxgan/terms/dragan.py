"""DRAGAN's penalty around the data."""

import jax
import jax.numpy as jnp

from jaxgan.core.ranges import check_number
from jaxgan.core.types import Play, Schedule, Term
from jaxgan.terms.slopes import along, per_verdict, safe_root, squared_slope


def dragan(weight: float | Schedule = 10.0, *, spread: float = 0.5) -> Term:
    """(‖∇ₓ D(x + α δ)‖ - 1)², α ~ U(0, 1), δ = spread · std(X) · U(0, 1).

    Kodali et al. 2017 (arXiv 1705.07215), section 2.4, with the noise of its official
    code, where the paper writes δ ~ N(0, c I). std(X) is that of all numbers of the
    batch, on all devices.

    Raises:
      ValueError: if the spread is negative.
    """

    check_number("spread", spread, least=0)

    def apply(state, play: Play):
        context = play.context
        alpha = jax.vmap(jax.random.uniform)(context.draw("dragan_share"))
        alpha = per_verdict(alpha, play)
        leaves, structure = jax.tree.flatten(play.real.value)
        moved = []
        for place, (real, share) in enumerate(zip(leaves, along(alpha, leaves))):
            keys = context.draw(f"dragan_{place}")
            noise = jax.vmap(
                lambda key, shape=real.shape[1:]: jax.random.uniform(key, shape)
            )(keys)
            flat = real.astype(jnp.float32).reshape(real.shape[0], -1)
            mean = context.mean(jnp.mean(flat, axis=1))
            deviation = safe_root(context.mean(jnp.mean((flat - mean) ** 2, axis=1)))
            moved.append(real + share * (spread * deviation * noise).astype(real.dtype))
        sample = play.real._replace(value=jax.tree.unflatten(structure, moved))
        slope = safe_root(squared_slope(play, sample, "around"))
        return jnp.square(slope - 1.0), state

    return Term("dragan", apply, weight=weight)
