"""Random numbers: Threefry, as JAX has it, of sums and bits.

Salmon et al. 2011, Parallel random numbers: as easy as 1, 2, 3. A key is two numbers,
uint32 [..., 2]. Bits are those of `jax.random` with `jax_threefry_partitionable`, its
default; the tests compare them.
"""

import math
from typing import Any

import jax
import jax.numpy as jnp

from jaxgan.export.graph import physical
from jaxgan.export.lowering import Lowering
from jaxgan.export.refused import Refused, origin

TURNS = ((13, 15, 26, 6), (17, 29, 16, 24))
PARITY = 0x1BD11BDA


def threefry(key: Any, high: jax.Array, low: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Threefry-2x32 of counters: 20 rounds. Shapes of key halves and counters fit."""
    first, second = key
    words = (first, second, first ^ second ^ jnp.uint32(PARITY))
    x, y = high + words[0], low + words[1]
    for group in range(5):
        for turn in TURNS[group % 2]:
            x = x + y
            y = (y << jnp.uint32(turn)) | (y >> jnp.uint32(32 - turn))
            y = x ^ y
        x = x + words[(group + 1) % 3]
        y = y + words[(group + 2) % 3] + jnp.uint32(group + 1)
    return x, y


def _halves(key: jax.Array, axes: int) -> tuple[jax.Array, jax.Array]:
    """Both numbers of keys [..., 2], with so many more axes of length 1."""
    shape = (*key.shape[:-1], *[1] * axes)
    first, second = (jax.lax.index_in_dim(key, n, -1, False) for n in (0, 1))
    return first.reshape(shape), second.reshape(shape)


def _counted(key: jax.Array, shape: tuple[int, ...]) -> tuple[jax.Array, jax.Array]:
    """Threefry of 0, 1, 2, ... in an order of axes, for every key."""
    count = math.prod(shape)
    low = jnp.arange(count, dtype=jnp.uint32).reshape(shape)
    low = jnp.broadcast_to(low, (*key.shape[:-1], *shape))
    return threefry(_halves(key, len(shape)), jnp.zeros_like(low), low)


def bits(to: Lowering, equation: Any, key: str) -> Any:
    """Random bits of a shape for every key.

    Raises:
      Refused: if they are not uint32, or too many.
    """
    shape, width = equation.params["shape"], equation.params["bit_width"]
    count = math.prod(shape)  # of symbolic sides, which are of pictures, it is little
    if width != 32 or (isinstance(count, int) and count >= 2**32):
        raise Refused(
            f"primitive random_bits: saw {width} bits, shape {shape}, in "
            f"{origin(equation)}, wanted 32"
        )

    def draw(key):
        x, y = _counted(key, shape)
        return x ^ y

    return _of_key(to, equation, draw, key)


def split(to: Lowering, equation: Any, key: str) -> Any:
    """Keys of a shape for every key."""
    shape = equation.params["shape"]
    return _of_key(to, equation, lambda key: jnp.stack(_counted(key, shape), -1), key)


def fold_in(to: Lowering, equation: Any, key: str, number: str) -> Any:
    """The key of a key and a number."""

    def fold(key, number):
        low = number.astype(jnp.uint32)
        sides = jnp.broadcast_shapes(key.shape[:-1], low.shape)
        low = jnp.broadcast_to(low, sides)
        return jnp.stack(threefry(_halves(key, 0), jnp.zeros_like(low), low), -1)

    types = _types(equation)
    return to.traced(fold, types, key, number)


def _of_key(to, equation, function, key):
    return to.traced(function, _types(equation), key)


def _types(equation):
    return [jax.ShapeDtypeStruct(*physical(atom.aval)) for atom in equation.invars]


def seed(to: Lowering, equation: Any, number: str) -> Any:
    """The key of a number of 32 bits."""

    physical(equation.outvars[0].aval)  # refuses other keys

    def key(number):
        low = number.astype(jnp.uint32)
        return jnp.stack([jnp.zeros_like(low), low], -1)

    return to.traced(key, _types(equation), number)


def both(to: Lowering, equation: Any, first: str, second: str, *counters: str) -> Any:
    """Threefry itself."""

    def apply(first, second, high, low):
        return threefry((first, second), high, low)

    return to.traced(apply, _types(equation), first, second, *counters)


def unchanged(to: Lowering, equation: Any, key: str) -> str:
    """A key is its numbers."""
    return key


RULES = {
    "random_bits": bits,
    "random_split": split,
    "random_fold_in": fold_in,
    "random_seed": seed,
    "random_wrap": unchanged,
    "random_unwrap": unchanged,
    "threefry2x32": both,
}
