"""Seeds: whole numbers of 64 bits, each of which gives its own numbers."""

import operator

import jax
import jax.numpy as jnp
import numpy as np

BITS = 64
"""Of a seed."""


def checked_seed(seed: object, name: str = "seed") -> int:
    """Checks that a seed is one, and makes a Python integer of it.

    Raises:
      ValueError: naming the argument, if it is not in the range.
    """
    try:
        # numpy's and JAX's integers are as good as Python's; floats are none of them.
        value = -1 if isinstance(seed, bool) else operator.index(seed)  # pyright: ignore
    except TypeError:
        value = -1
    if not 0 <= value < 2**BITS:
        raise ValueError(
            f"{name}: saw {seed!r}, wanted a whole number from 0 to {2**BITS - 1} "
            f"(2**{BITS} - 1)"
        )
    return value


def key_of(seed: object, name: str = "seed") -> jax.Array:
    """Makes the typed key of a seed: two seeds never have the same.

    `jax.random.key` sees the lowest 32 bits only, unless JAX counts with 64. Below 2³²
    this is that key, and beyond it what it would be with 64 bits, either way.

    Raises:
      ValueError: naming the argument, if the seed is no whole number from 0 to 2⁶⁴ - 1.
    """
    value = checked_seed(seed, name)
    high, low = value >> 32, value & 0xFFFFFFFF
    key = jax.random.key(low)
    if not high:
        return key
    words = np.array([high, low], np.uint32)
    # Generators other than the default one repeat these two words.
    data = jnp.asarray(np.resize(words, jax.random.key_data(key).shape))
    return jax.random.wrap_key_data(data, impl=jax.random.key_impl(key))
