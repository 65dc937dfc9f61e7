"""What recipes of restoration share: pixels first, then against a discriminator."""

from typing import Any

import jax
import jax.numpy as jnp

from jaxgan.core.ranges import check_count, check_number
from jaxgan.core.types import Term, Turn
from jaxgan.optimizers import LearningRate


def pixels_first(
    pixel: Term, generator: tuple[Term, ...], discriminator: Term, steps: int
) -> tuple[Turn, ...]:
    """Makes a generator's turns: by pixels alone, and then against a discriminator.

    Args:
      pixel: of the first turn.
      generator: terms of the generator from then on.
      discriminator: term of the discriminator, which is not trained before.
      steps: of the first turn; 0 leaves it out.
    """
    check_count("pixel_steps", steps, least=0)
    rest = (
        Turn("generator", generator, start=steps),
        Turn("discriminator", (discriminator,), start=steps),
    )
    if not steps:
        return rest
    return (Turn("generator", (pixel,), stop=steps, name="pixels"), *rest)


def rate_after(first: float, steps: int, rate: LearningRate) -> LearningRate:
    """Makes the generator's learning rate: one of the first steps, and that thereafter.

    A schedule counts from its own beginning.
    """
    check_number("learning_rate", rate, above=0)
    check_number("pixel_rate", first, above=0)
    if not steps:
        return rate

    def value(count: Any) -> jax.Array:
        later = rate(jnp.maximum(count - steps, 0)) if callable(rate) else rate
        rates = (jnp.asarray(each, jnp.float32) for each in (first, later))
        return jnp.where(count < steps, *rates)

    return value
