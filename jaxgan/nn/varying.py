"""Device axes over which values differ, within `jax.shard_map`."""

import jax
from jax import lax


def vary_alike(*arrays: jax.Array) -> tuple[jax.Array, ...]:
    """Arrays that differ over the same device axes, as `jax.custom_vjp` wants them.

    Within `jax.shard_map` images differ and kernels do not. Without it nothing happens.
    """
    axes = [jax.typeof(x).manual_axis_type.varying for x in arrays]
    everywhere = frozenset().union(*axes)
    return tuple(
        lax.pcast(x, tuple(everywhere - here), to="varying") if everywhere - here else x
        for x, here in zip(arrays, axes)
    )
