"""Which sizes a generator takes, found by asking it: nothing is computed."""

from collections.abc import Callable
from typing import NamedTuple

from jaxgan.run.errors import RunError

Shapes = Callable[[int, int, int], tuple[int, ...] | None]
"""f(height, width, channels) -> the shape that comes out, [H', W', C']; None if the
generator refuses."""

MULTIPLES = tuple(2**power for power in range(12))
"""Of which sides may have to be."""
USUAL = 64
"""Pixels of a side that is large enough for most generators."""
MOST = 64
"""Multiples of the least size that are tried for small pictures."""


class InputSizes(NamedTuple):
    """What a generator takes and makes.

    Attributes:
      channels: of what it takes.
      made: channels of what it makes.
      multiple: sides must be multiples of it.
      numerator, denominator: output pixels per input pixel of a side, as a fraction.
    """

    channels: int
    made: int
    multiple: int
    numerator: int
    denominator: int

    @property
    def scale(self) -> int | None:
        """How many times larger outputs are, if that is a whole number."""
        return self.numerator if self.denominator == 1 else None

    def made_of(self, length: int) -> int:
        """Counts the output pixels of a side."""
        return max(1, length * self.numerator // self.denominator)


def find(shapes: Shapes, channels: tuple[int, ...] = (3, 1, 4, 2)) -> InputSizes:
    """Finds what a generator takes: the first of these channels, the least multiple.

    Raises:
      RunError: if it takes no pictures, or makes none.
    """
    for multiple in MULTIPLES:
        first = -(-USUAL // multiple) * multiple
        sides = [(first + 2 * multiple, first + 3 * multiple)]
        sides.append((first + multiple, first + 6 * multiple))
        for count in channels:
            found = [_ratio(shapes, side, count) for side in sides]
            if found[0] is not None and found[0] == found[1]:
                return InputSizes(count, *found[0][:1], multiple, *found[0][1:])
    raise RunError(
        "this generator takes no pictures, or makes none: it cannot be applied"
    )


def fitting(shapes: Shapes, sizes: InputSizes, length: int, other: int) -> int:
    """Finds the least side that a generator takes, at least this long.

    Args:
      shapes: asks it.
      sizes: of it.
      length: of the side.
      other: side, which may have to be extended, too.

    Raises:
      RunError: if there is none of a reasonable size.
    """
    least = -(-length // sizes.multiple)
    other = -(-max(other, USUAL) // sizes.multiple) * sizes.multiple
    for number in range(least, least + MOST):
        side = number * sizes.multiple
        if shapes(side, other, sizes.channels) is not None:
            return side
    raise RunError(f"no side of {length} pixels or a little more can be applied to")


def _ratio(
    shapes: Shapes, side: tuple[int, int], channels: int
) -> tuple[int, int, int] | None:
    """Finds (channels, numerator, denominator) of what is made of a size."""
    shape = shapes(*side, channels)
    if shape is None or len(shape) != 3:
        return None
    for numerator, denominator in _FRACTIONS:
        if all(
            out * denominator == length * numerator for out, length in zip(shape, side)
        ):
            return shape[2], numerator, denominator
    return None


_FRACTIONS = tuple((n, 1) for n in range(1, 17)) + tuple((1, n) for n in range(2, 17))
