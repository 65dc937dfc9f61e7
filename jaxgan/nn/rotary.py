"""Rotary positions: queries and keys turned by where their tokens are."""

import jax
import jax.numpy as jnp
import numpy as np

PERIOD = 10_000.0


def angles(rows: int, columns: int, features: int, period: float = PERIOD):
    """By which pairs of numbers of a head are turned, [rows · columns, features / 2].

    The first half of the pairs by r ωᵢ, with r the row and ωᵢ = period^(-4i /
    features), the second by the same of the column.

    Raises:
      ValueError: if features are not a multiple of 4.
    """
    if features < 4 or features % 4:
        raise ValueError(f"features: saw {features}, wanted a multiple of 4")
    count = features // 4
    frequencies = period ** (-np.arange(count) / count)
    places = np.indices((rows, columns)).reshape(2, -1, 1)
    return np.concatenate([*(places * frequencies)], axis=1)


def rotate(x: jax.Array, angles: np.ndarray) -> jax.Array:
    """Turns numbers 2i and 2i + 1 of every head by the token's i-th angle.

    Su et al. 2021 (arXiv 2104.09864), section 3.2.2: products of queries and keys then
    depend on how far apart their tokens are. In two dimensions as EVA-02 has it (Fang
    et al. 2023, arXiv 2303.11331). Computed in float32.

    Args:
      x: [B, N, heads, features].
      angles: [M, features / 2] of the last M of the N tokens; what precedes them, as a
        token without a place, is not turned.

    Raises:
      ValueError: if there are more angles than tokens, or of other features.
    """
    _, tokens, _, features = x.shape
    if len(angles) > tokens or 2 * angles.shape[1] != features:
        raise ValueError(
            f"angles: saw {list(angles.shape)}, wanted those of at most {tokens} "
            f"tokens for {features // 2} pairs"
        )
    before = np.zeros((tokens - len(angles), features // 2))
    both = np.concatenate([before, angles])[None, :, None]
    cosine, sine = (jnp.asarray(f(both), jnp.float32) for f in (np.cos, np.sin))
    even, odd = (x[..., place::2].astype(jnp.float32) for place in (0, 1))
    turned = [even * cosine - odd * sine, odd * cosine + even * sine]
    return jnp.stack(turned, axis=-1).reshape(x.shape)
