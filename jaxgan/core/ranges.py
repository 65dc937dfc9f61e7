"""What the numbers of losses, optimizers and networks can be."""

import math
import numbers
from typing import Any


def check_number(
    name: str,
    value: Any,
    *,
    least: float | None = None,
    above: float | None = None,
    most: float | None = None,
    below: float | None = None,
) -> None:
    """Checks that a number is finite, and in an interval.

    What is none yet passes: None, a schedule, an array that JAX traces.

    Args:
      name: of the argument.
      value: that it has.
      least: the smallest that it can be.
      above: what it must be more than.
      most: the largest that it can be.
      below: what it must be less than.

    Raises:
      ValueError: naming the argument, the value and what is wanted, if it is not so.
    """
    if not isinstance(value, numbers.Real):
        return
    finite = isinstance(value, numbers.Integral) or math.isfinite(value)
    number: Any = value
    inside = (
        finite
        and (least is None or number >= least)
        and (above is None or number > above)
        and (most is None or number <= most)
        and (below is None or number < below)
    )
    if not inside:
        words = {
            "at least": least,
            "more than": above,
            "at most": most,
            "less than": below,
        }
        parts = [f"{word} {x}" for word, x in words.items() if x is not None]
        parts = parts if finite else ["a finite number", *parts]
        raise ValueError(f"{name}: saw {value}, wanted {', '.join(parts)}")


def check_count(name: str, value: Any, least: int = 1) -> None:
    """Checks that an argument is a whole number, and large enough.

    Raises:
      ValueError: naming the argument, if it is not.
    """
    whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    if not whole or value < least:  # pyright: ignore[reportOperatorIssue]
        raise ValueError(
            f"{name}: saw {value!r}, wanted a whole number, at least {least}"
        )
