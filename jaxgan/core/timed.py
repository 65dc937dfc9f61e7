"""What is given together with times, as to networks of flows."""

from typing import Any, NamedTuple

import jax

from jaxgan.core.types import Tree


class Timed(NamedTuple):
    """A condition, and times in [0, 1]: 0 is the data's, 1 that of noise.

    Attributes:
      given: what there would be without times: labels [B], or `()`.
      times: arrays [B]. A generator that steps from one time to another is given both,
        its source first; a discriminator the time of what it judges.
    """

    given: Tree
    times: tuple[jax.Array, ...]


def untimed(given: Any) -> Any:
    """Takes away the times, if there are any."""
    return given.given if isinstance(given, Timed) else given


def times_of(given: Any, count: int) -> tuple[jax.Array, ...]:
    """Takes the first times of a condition.

    Raises:
      ValueError: if it has fewer.
    """
    times = given.times if isinstance(given, Timed) else ()
    if len(times) < count:
        raise ValueError(
            f"given: saw {len(times)} times, wanted {count}: Timed(given, times), as "
            "the game of a chain makes it"
        )
    return times[:count]
