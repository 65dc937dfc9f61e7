"""How many examples each step takes, where that changes while a run trains."""

import bisect
import dataclasses
import itertools
from collections.abc import Iterator
from typing import NamedTuple

import jax
import jax.numpy as jnp

from jaxgan.core.ranges import check_count


class Span(NamedTuple):
    """Steps that are alike.

    Attributes:
      start: the first step.
      stop: the one after the last; None if there is no end.
    """

    start: int
    stop: int | None = None

    def __contains__(self, step: object) -> bool:
        """Tells whether a step is one of them."""
        if not isinstance(step, int) or step < self.start:
            return False
        return self.stop is None or step < self.stop


@dataclasses.dataclass(frozen=True)
class Pace:
    """Examples per step: a number that stays, and changes at certain steps.

    Attributes:
      sizes: examples of a step, over all devices; one number for each span.
      starts: the first step of each span: 0, and then ever larger. The last has no end.

    Raises:
      ValueError: if these are not so.
    """

    sizes: tuple[int, ...]
    starts: tuple[int, ...] = (0,)

    def __post_init__(self):
        for size in self.sizes:
            check_count("sizes", size)
        for start in self.starts:
            check_count("starts", start, least=0)
        pairs = itertools.pairwise(self.starts)
        if self.starts[:1] != (0,) or any(b <= a for a, b in pairs):
            raise ValueError(f"starts: saw {self.starts}, wanted 0, and ever larger")
        if len(self.sizes) != len(self.starts):
            raise ValueError(
                f"sizes: saw {len(self.sizes)}, wanted one for each of the "
                f"{len(self.starts)} starts"
            )

    @property
    def spans(self) -> tuple[Span, ...]:
        """Lists the spans, in order."""
        return tuple(map(Span, self.starts, (*self.starts[1:], None)))

    def place(self, step: int) -> int:
        """Finds which of the spans a step is in."""
        return bisect.bisect_right(self.starts, step) - 1

    def size(self, step: int) -> int:
        """Counts the examples of a step."""
        return self.sizes[self.place(step)]

    def before(self, step: int) -> int:
        """Counts the examples of all steps before one."""
        return sum(max(step - start, 0) * more for start, more in self._changes())

    def traced_before(self, step: jax.Array | int) -> jax.Array:
        """The same of steps that JAX traces, int32."""
        step = jnp.asarray(step, jnp.int32)
        seen = jnp.zeros_like(step)
        for start, more in self._changes():
            seen += jnp.maximum(step - start, 0) * more
        return seen

    def steps(self, examples: int) -> int:
        """Counts the steps that it takes until so many examples were seen."""
        for span, size in zip(self.spans, self.sizes):
            step = span.start + max(-(-(examples - self.before(span.start)) // size), 0)
            if step in span:
                return step
        raise AssertionError("the last span has no end")

    def step_of(self, example: int) -> tuple[int, int]:
        """Finds an example since the beginning: its step, and its place in that."""
        step = self.steps(example + 1) - 1
        return step, example - self.before(step)

    def _changes(self) -> Iterator[tuple[int, int]]:
        """Yields every start, and how many examples more its steps have."""
        sizes = itertools.pairwise((0, *self.sizes))
        return zip(self.starts, (after - before for before, after in sizes))
