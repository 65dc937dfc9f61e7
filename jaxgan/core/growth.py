"""Networks that grow while they train: which of their levels a step is at."""

import contextlib
import contextvars
import dataclasses
import functools
from collections.abc import Callable, Iterator
from typing import NamedTuple

import jax
import jax.numpy as jnp
import optax

from jaxgan.core.pace import Pace, Span
from jaxgan.core.ranges import check_count


class Stage(NamedTuple):
    """Where a step stands.

    Attributes:
      level: int32 scalar, the newest level; 0 is 4×4, and every level doubles the side.
      share: float32 scalar in (0, 1], how much of the result is the newest level's; the
        rest is that of the level before, enlarged. 1 when it has faded in.
    """

    level: jax.Array
    share: jax.Array


Growth = Callable[[jax.Array], Stage]
"""A function of the step (int32 scalar) to its stage."""


@dataclasses.dataclass(frozen=True)
class Growing:
    """The published schedule: train a level, fade the next one in, train it, and so on.

    Karras et al. 2018 (arXiv 1710.10196), section 2 and appendix A.1. In the words of
    the official code, lod = last - level + (1 - share).

    Attributes:
      last: the level at the end: `level_of(side)`.
      batch: images per step, over all devices: at all levels, or of each level from 4×4
        on, the last for all that follow. The data are to be made with the `pace`.
      first: the level at the beginning: 0, as ProGAN's; StyleGAN's is 1, which is 8×8.
      stable: images that a level is trained on before the next one begins.
      fading: images that the next one fades in over; with 0 it is there at once.

    Raises:
      ValueError: if a number is out of range.
    """

    last: int
    batch: int | tuple[int, ...]
    first: int = 0
    stable: int = 600_000
    fading: int = 600_000

    def __post_init__(self):
        if not self._sizes:
            raise ValueError("batch: saw none, wanted one for each level")
        for size in self._sizes:
            check_count("batch", size)
        check_count("first", self.first, least=0)
        check_count("last", self.last, least=self.first)
        check_count("fading", self.fading, least=0)
        check_count("stable", self.stable, least=0)
        check_count("stable + fading", self.stable + self.fading)

    def __call__(self, step: jax.Array | int) -> Stage:
        """The stage of a step, counted from 0."""
        period, within = self._position(step)
        late = jnp.maximum(within - self.stable, 0)
        level = self.first + period + (late > 0).astype(jnp.int32)
        share = late.astype(jnp.float32) / max(self.fading, 1)
        fades = (late > 0) & (level <= self.last)
        return Stage(
            jnp.minimum(level, self.last), jnp.where(fades, share, jnp.float32(1.0))
        )

    def phase(self, step: jax.Array | int) -> jax.Array:
        """Counts what began: 0 at first, 1 more for each fade, and each end of one.

        The official code forgets the optimizers' moments when it changes: see
        `jaxgan.optimizers.forgetting`.
        """
        period, within = self._position(step)
        phase = 2 * period + (within > self.stable).astype(jnp.int32)
        return jnp.minimum(phase, 2 * (self.last - self.first))

    def since_phase(
        self, step: jax.Array | int, images: int | None = None
    ) -> jax.Array:
        """Counts images since the newest fade began, or ended: float32.

        With it as `seen` of `jaxgan.core.schedules.ramped_up`, an average does not lag
        behind layers that are new.
        """
        del images  # the schedule knows them
        _, within = self._position(step)
        since = jnp.where(within > self.stable, within - self.stable, within)
        # More than int32 may hold, long after.
        later = jnp.maximum(jnp.asarray(step, jnp.int32) - self.steps, 0)
        size = float(self.pace.sizes[-1])
        return since.astype(jnp.float32) + later.astype(jnp.float32) * size

    @property
    def steps(self) -> int:
        """How many steps it takes until the last level has faded in."""
        return self.pace.steps((self.last - self.first) * (self.stable + self.fading))

    @functools.cached_property
    def pace(self) -> Pace:
        """Images per step, in one span for each level: what data are made with."""
        return Pace(*zip(*((size, start) for _, size, start in self._levels())))

    def levels_in(self, span: Span) -> range:
        """The levels that steps of a span are at."""
        levels = [
            level
            for level, _, start in self._levels()
            if span.stop is None or start < span.stop
        ]
        begun = [level for level, _, start in self._levels() if start <= span.start]
        return range(begun[-1], levels[-1] + 1)

    @property
    def _sizes(self) -> tuple[int, ...]:
        return self.batch if isinstance(self.batch, tuple) else (self.batch,)

    def _levels(self) -> Iterator[tuple[int, int, int]]:
        """Yields (level, images per step, first step) of all that have any step."""
        step = seen = 0
        for level in range(self.first, self.last + 1):
            size = self._sizes[min(level, len(self._sizes) - 1)]
            periods = level + 1 - self.first
            until = periods * (self.stable + self.fading) - self.fading
            # A fade begins behind its last stable image, a level without one at once.
            steps = max(-(-(until + (self.fading > 0) - seen) // size), 0)
            if steps or level == self.last:
                yield level, size, step
            step, seen = step + steps, seen + steps * size

    def _position(self, step):
        """(the number of whole periods before a step, images since the last)."""
        # Not many more than it takes to grow, which int32 may not hold.
        grown = jnp.minimum(jnp.asarray(step, jnp.int32), self.steps)
        seen = self.pace.traced_before(grown)
        period = jnp.minimum(
            seen // (self.stable + self.fading), self.last - self.first
        )
        return period, seen - period * (self.stable + self.fading)


_TRACED: contextvars.ContextVar[Span | None] = contextvars.ContextVar("_TRACED")


@contextlib.contextmanager
def only(span: Span) -> Iterator[None]:
    """What is traced here is for the steps of a span: other levels are left out of it.

    A program of all levels is slow to compile, and has to have memory for the largest.
    """
    token = _TRACED.set(span)
    try:
        yield
    finally:
        _TRACED.reset(token)


def traced_span() -> Span | None:
    """The steps that what is traced is for, if that is known: see `only`."""
    return _TRACED.get(None)


def traced_levels(growth: Growth, count: int) -> range:
    """The levels, of so many, that what is traced has to have: see `only`."""
    span = traced_span()
    if span is None or not isinstance(growth, Growing):
        return range(count)
    return growth.levels_in(span)


def level_of(side: int, name: str = "side") -> int:
    """The level of images of 4, 8, 16, ... pixels per side: 0, 1, 2, ...

    Raises:
      ValueError: by that name, if the side is no power of two, or less than 4.
    """
    if side < 4 or side & (side - 1):
        raise ValueError(f"{name}: saw {side}, wanted a power of two of at least 4")
    return side.bit_length() - 3


def levels_of(first_size: int, size: int) -> tuple[int, int]:
    """The levels of the first and of the last images, by their pixels per side.

    Raises:
      ValueError: if there is no such level, or the first is the larger.
    """
    levels = level_of(first_size, "first_size"), level_of(size, "size")
    if first_size > size:
        raise ValueError(
            f"first_size: saw {first_size}, wanted at most {size}, which is size"
        )
    return levels


def by_level(growth: Growth, values: tuple[float, ...]) -> optax.Schedule:
    """Schedules a number by the level: values[level], the last for all that follow.

    Raises:
      ValueError: if there is none.
    """
    if not values:
        raise ValueError("values: saw none, wanted one for each level")
    most = len(values) - 1

    def scheduled(step):
        level = jnp.minimum(growth(step).level, most)
        return jnp.asarray(values, jnp.float32)[level]

    return scheduled
