"""A state dict that tells what it lacks."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np


class Named(dict[str, np.ndarray]):
    """Arrays by their official names."""

    def __missing__(self, name: str) -> np.ndarray:
        """Raises ValueError: the array is not there."""
        raise ValueError(f"{name}: saw no such array")

    def size(self, name: str, axis: int) -> int:
        """Reads the length of an axis.

        Raises:
          ValueError: if there is no such array, or no such axis.
        """
        shape = self[name].shape
        if axis >= len(shape):
            raise ValueError(
                f"{name}: saw shape {list(shape)}, wanted more than {axis} axes"
            )
        return shape[axis]

    def numbers(self, pattern: str) -> list[int]:
        """Lists the numbers that the group of a pattern matches in names, in order."""
        found = (re.match(pattern, name) for name in self)
        return sorted({int(match[1]) for match in found if match})

    def count(self, pattern: str, start: int = 0) -> int:
        """Counts the names that count up from a number.

        Raises:
          ValueError: if there are none, or numbers are left out.
        """
        seen = self.numbers(pattern)
        if seen != list(range(start, start + len(seen))) or not seen:
            raise ValueError(f"{pattern}: saw numbers {seen}, wanted {start}, ...")
        return len(seen)


def only(values: set[int], what: str) -> int:
    """Takes the one value that layers agree on.

    Raises:
      ValueError: if they do not.
    """
    if len(values) != 1:
        raise ValueError(f"{what}: saw {sorted(values)}, wanted one for all")
    return values.pop()


def yes_or_no(text: str) -> bool:
    """Reads a setting that is on or off.

    Raises:
      ValueError: if it is neither.
    """
    if text not in ("yes", "no"):
        raise ValueError(f"saw {text!r}, wanted yes or no")
    return text == "yes"


class Seen(NamedTuple):
    """What a configuration is read off.

    Attributes:
      generator: its state dict.
      discriminator: its, or None.
      settings: what shapes do not tell, as far as it is known.
      current: whether there is a generator without averaging too.
    """

    generator: Named
    discriminator: Named | None
    settings: Mapping[str, Any]
    current: bool
