"""Checks of what conditional networks are given."""

import jax
import jax.numpy as jnp


def labels(given, count: int) -> jax.Array:
    """Integer labels [B], checked while tracing.

    Raises:
      ValueError: if `given` is anything else.
    """
    if (
        not isinstance(given, jax.Array)
        or given.shape != (count,)
        or not jnp.issubdtype(given.dtype, jnp.integer)
    ):
        seen = getattr(given, "aval", given)
        raise ValueError(f"given: saw {seen}, wanted int labels [{count}]")
    return given
