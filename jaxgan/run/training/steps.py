"""The steps of a run, and the state that they lead to."""

import contextlib
import functools
from collections.abc import Generator

from jaxgan.core.types import State, Tree
from jaxgan.run.training.dispatch import chunks, make_dispatch
from jaxgan.run.training.finite_flags import FiniteFlags, NotFinite
from jaxgan.run.training.prefetch import feed
from jaxgan.run.training.prepare import Prepared
from jaxgan.run.training.program import Totals

AHEAD = 8
"""Steps that the host may be ahead of its last look at what they made."""


class Steps:
    """Does the steps of a run, and holds the state that they lead to.

    Attributes:
      state: after the last of them; on the devices.
      step: the number of finished steps.
      totals: of the metrics since they were last taken.
    """

    def __init__(self, prepared: Prepared, state: State, step: int):
        """Goes on from a state, which it consumes.

        Args:
          prepared: what is trained.
          state: of all runs.
          step: the number of steps that led to it.
        """
        self.state, self.step = state, step
        self._program, self._stop = prepared.program, prepared.options.steps
        self._most = self._count = prepared.steps_per_dispatch
        self._dispatch = make_dispatch(
            prepared.program, prepared.data, self._most > 1, prepared.frozen
        )
        self._done: set[tuple[int, int]] = set()
        self.totals = self._program.zeros()
        self._flags = FiniteFlags(self._program.names)

    def batches(self) -> contextlib.closing:
        """Opens what is handed to the devices from here to the last step, in order."""
        return contextlib.closing(self._fed())

    def _fed(self) -> Generator[Tree]:
        pace = self._program.pace
        for steps in chunks(pace, self.step, self._stop, self._most):
            self._count = steps.step
            at = functools.partial(self._dispatch.feed, count=self._count)
            yield from feed(at, steps)

    @property
    def compiles(self) -> bool:
        """Tells whether the next dispatch is the first of its program."""
        return self._kind not in self._done

    @property
    def _kind(self) -> tuple[int, int]:
        return self._program.pace.place(self.step), self._count

    def advance(self, batches: Tree) -> None:
        """Does the steps of one dispatch.

        Raises:
          NotFinite: if a number of an earlier one is not finite.
        """
        self._done.add(self._kind)
        self.state, self.totals, finite = self._dispatch.run(
            self.step, self.state, self.totals, self._dispatch.put(batches)
        )
        self._flags.add(self.step, finite)
        self.step += self._count
        if len(self._flags) * self._count > AHEAD:
            # All but the last, so that the device is not idle while the host looks.
            self._flags.check(len(self._flags) - 1)

    def wait(self) -> None:
        """Waits for the devices."""
        self._flags.wait()

    def check(self) -> None:
        """Waits for the devices, and looks at every metric's flag.

        Raises:
          NotFinite: naming the step and the metrics.
        """
        self._flags.check()

    def check_state(self) -> None:
        """Looks at the state itself as well.

        Raises:
          NotFinite: naming the step, and what metrics there are.
        """
        self.check()
        if not self._program.is_finite(self.state):
            raise NotFinite(self.step, ())

    def compile_checks(self) -> None:
        """Compiles what `check_state` needs."""
        self._program.is_finite.lower(self.state).compile()

    def take_totals(self) -> Totals:
        """Gives the metrics since the last call, and begins new ones."""
        totals, self.totals = self.totals, self._program.zeros()
        return totals
