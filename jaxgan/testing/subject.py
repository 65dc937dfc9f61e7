"""What is checked: the arguments of `make_step`, and a batch."""

import dataclasses
import functools
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import jax
import optax

from jaxgan.core import schedules
from jaxgan.core.seeds import key_of
from jaxgan.core.state import init_state
from jaxgan.core.step import make_step
from jaxgan.core.turns import turn_names
from jaxgan.core.types import Augment, Game, Players, State, Tree, Turn

DECAY = schedules.constant_decay(0.9)
"""Fast enough for the average to move visibly within a period."""


class Move(NamedTuple):
    """A turn that was played alone, and the states before and after it."""

    turn: Turn
    before: State
    after: State


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
    def moves(self) -> tuple[Move, ...]:
        """Every turn from the first state, as if it were the only one."""
        # What adapts an augmentation may want the metrics of all turns.
        augment = self.augment._replace(update=Augment().update)
        state, moves = self.init(), []
        for turn, name in zip(self.turns, turn_names(self.turns)):
            turns = [turn._replace(every=1, start=0, stop=None, name=name)]
            before = state._replace(terms={name: state.terms[name]})
            alone = dataclasses.replace(self, turns=turns, augment=augment)
            after, _ = alone.jitted_step(before, self.batch)
            moves.append(Move(turn, before, after))
        return tuple(moves)

    def descending(self, rate: float) -> tuple["Subject", Callable[[int], State]]:
        """The same by SGD, and f(seed), its first states, of what `init` made."""
        sgd = optax.sgd(rate)
        players = Players(sgd, sgd)

        def init(seed):
            state = self.init(seed)
            params = (each["params"] for each in state.variables)
            return state._replace(opt_state=Players(*map(sgd.init, params)))

        return dataclasses.replace(self, optimizers=players), init

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
        step = self.step()

        def traced(state, batch):
            described = jax.tree.map(jax.typeof, (state, batch))
            self.traces.append(described)  # Python is run by a trace only
            return step(state, batch)

        return jax.jit(traced)

    @functools.cached_property
    def traces(self) -> list[Tree]:
        """Of what states and batches the plain step was traced so far."""
        return []
