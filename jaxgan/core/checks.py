"""What is wrong with the arguments of the step and of the first state, told at once."""

from typing import Any

import jax
import jax.numpy as jnp
import optax

from jaxgan.core.types import Players


def check_optimizers(optimizers: Any) -> None:
    """Checks that there is one optax transformation per player.

    Raises:
      TypeError: if there is not.
    """
    wanted = "Players(generator=..., discriminator=...) of optax transformations"
    if not isinstance(optimizers, Players):
        kind = type(optimizers).__name__
        one = isinstance(optimizers, optax.GradientTransformation)
        raise TypeError(
            f"optimizers: saw {'one' if one else 'a'} {kind}, wanted {wanted}"
        )
    for player, optimizer in optimizers._asdict().items():
        methods = (getattr(optimizer, name, None) for name in ("init", "update"))
        if not all(map(callable, methods)):
            raise TypeError(
                f"optimizers.{player}: saw a {type(optimizer).__name__}, wanted an "
                "optax transformation, such as optax.adam(2e-4, b1=0.5)"
            )


def check_key(key: Any) -> None:
    """Checks that a key is a scalar typed one.

    Raises:
      TypeError: if it is not.
    """
    dtype, shape = getattr(key, "dtype", None), getattr(key, "shape", None)
    if dtype is None or not jnp.issubdtype(dtype, jax.dtypes.prng_key) or shape:
        seen = f"{type(key).__name__} {key!r}" if dtype is None else None
        raise TypeError(
            f"key: saw {seen or f'{dtype}{list(shape or ())}'}, wanted a scalar typed "
            "key, as made by jax.random.key(seed)"
        )
