"""What is checked: the arguments of `make_step`, and a batch."""

import dataclasses
import functools
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import optax

from jaxgan.core import schedules
from jaxgan.core.seeds import key_of
from jaxgan.core.state import init_state
from jaxgan.core.step import make_step
from jaxgan.core.types import Augment, Game, Players, State, Tree, Turn

DECAY = schedules.constant_decay(0.9)
"""Fast enough for the average to move visibly within a period."""


@dataclasses.dataclass(frozen=True)
class Subject:
    """What is checked: the arguments of `make_step`, and a batch."""

    game: Game
    turns: Sequence[Turn]
    optimizers: Players[optax.GradientTransformation]
    batch: Tree
    ema_decay: schedules.Decay = DECAY
    augment: Augment = Augment()  # noqa: RUF009  immutable
    frozen: Mapping[str, Tree] | None = None

    @property
    def start(self) -> int:
        """The step on which the last turn starts."""
        return max(turn.start for turn in self.turns)

    @property
    def period(self) -> int:
        """Of how many steps on, every turn that does not stop is played in them."""
        return math.lcm(*(turn.every for turn in self.turns))

    @property
    def steps(self) -> int:
        """The number of steps after which every turn was played."""
        return self.start + self.period

    @functools.cached_property
    def alone(self) -> tuple["Subject", ...]:
        """One subject for each turn, which plays it on every step."""
        # What adapts an augmentation may want the metrics of all turns.
        augment = self.augment._replace(update=Augment().update)
        return tuple(
            dataclasses.replace(
                self,
                turns=[turn._replace(every=1, start=0, stop=None)],
                augment=augment,
            )
            for turn in self.turns
        )

    def init(self, seed: int = 0) -> State:
        """The state before step 0."""
        return self._jitted_init(key_of(seed))

    @functools.cached_property
    def _jitted_init(self) -> Callable[[jax.Array], State]:
        return jax.jit(
            lambda key: init_state(
                *(key, self.game, self.turns, self.optimizers, self.batch),
                augment=self.augment,
                frozen=self.frozen,
            )
        )

    def step(self, **options: Any) -> Callable:
        """`make_step`."""
        return make_step(
            self.game,
            self.turns,
            self.optimizers,
            ema_decay=self.ema_decay,
            augment=self.augment,
            **options,
        )

    @functools.cached_property
    def jitted_step(self) -> Callable:
        """The plain step, compiled once for all the laws that want no more."""
        return jax.jit(self.step())
