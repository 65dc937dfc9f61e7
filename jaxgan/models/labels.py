"""Checks of what conditional networks are given."""

import jax
import jax.numpy as jnp


def labels(given, count: int) -> jax.Array:
    """Integer labels [B], checked while tracing.

    Raises:
      ValueError: if `given` is anything else.
    """
    shape, dtype = getattr(given, "shape", None), getattr(given, "dtype", None)
    integers = dtype is not None and jnp.issubdtype(dtype, jnp.integer)
    if shape != (count,) or not integers:
        seen = given if shape is None else f"{dtype}{list(shape)}"
        raise ValueError(f"given: saw {seen}, wanted int labels [{count}]")
    return jnp.asarray(given)
