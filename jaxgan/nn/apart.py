"""Results that XLA's CPU backend computes once, and not anew wherever they are taken.

It would compute them number by number where they are taken: slow to run if they are
made of many pieces, or are taken several times, and slow to compile. It fuses nothing
across a call. A barrier alone is no help: it is gone before things are fused.
"""

from collections.abc import Callable

import jax
from jax import lax
from jax.experimental.xla_metadata import set_xla_metadata


def apart(function: Callable[..., jax.Array]) -> Callable[..., jax.Array]:
    """The function, never fused with what takes its result, and compiled once."""
    jitted = jax.jit(function)

    def call(*arrays):
        with set_xla_metadata(inlineable="false"):
            return jitted(*arrays)

    return call


def apart_on_cpus(
    linear: Callable[[jax.Array], jax.Array],
) -> Callable[[jax.Array], jax.Array]:
    """A linear function; on CPUs fused neither with its result nor its operand.

    Its derivatives are its own, and are fused.
    """

    @jax.custom_jvp
    def call(x):
        return lax.platform_dependent(x, cpu=apart(linear), default=linear)

    @call.defjvp
    def _(primals, tangents):
        return call(*primals), linear(*tangents)

    return call
