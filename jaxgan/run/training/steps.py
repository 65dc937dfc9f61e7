"""The steps of a run, and the state that they lead to."""

import contextlib

from jaxgan.core.types import State, Tree
from jaxgan.run.training.dispatch import make_dispatch
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
        self._dispatch = make_dispatch(
            prepared.program,
            prepared.data,
            prepared.steps_per_dispatch,
            prepared.frozen,
        )
        self.totals = self._program.zeros()
        self._flags = FiniteFlags(self._program.names)

    def batches(self) -> contextlib.closing:
        """Opens what is handed to the devices from here to the last step, in order."""
        each = self._dispatch.steps
        fed = feed(self._dispatch.feed, self.step // each, self._stop // each)
        return contextlib.closing(fed)

    def advance(self, batches: Tree) -> None:
        """Does the steps of one dispatch.

        Raises:
          NotFinite: if a number of an earlier one is not finite.
        """
        dispatch = self._dispatch
        self.state, self.totals, finite = dispatch.run(
            self.state, self.totals, dispatch.put(batches)
        )
        self._flags.add(self.step, finite)
        self.step += dispatch.steps
        if len(self._flags) * dispatch.steps > AHEAD:
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
