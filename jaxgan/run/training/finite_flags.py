"""Whether every step's metrics were finite: flags that come from the devices late."""

from collections.abc import Sequence

import jax
import numpy as np


class NotFinite(Exception):
    """Tells that a number is not finite.

    Attributes:
      step: at which it was found.
      names: of the metrics that are not finite; none if only the state is not.
    """

    def __init__(self, step: int, names: Sequence[str]):
        super().__init__(step, names)
        self.step, self.names = step, names


class FiniteFlags:
    """Keeps the flags of the dispatches that the host has not looked at yet.

    To look means to wait, and on CPU to wake up takes a tenth of a quick step.
    """

    def __init__(self, names: Sequence[str]):
        """Begins without any.

        Args:
          names: of the metrics, in the order of the flags.
        """
        self._names = names
        self._waiting: list[tuple[int, jax.Array]] = []

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, start: int, flags: jax.Array) -> None:
        """Notes a dispatch.

        Args:
          start: the step before its first.
          flags: [metrics], or of several steps [steps, metrics].
        """
        self._waiting.append((start, flags))

    def wait(self) -> None:
        """Waits until the last dispatch is done, without looking."""
        jax.block_until_ready(self._waiting[-1][1])

    def check(self, count: int | None = None) -> None:
        """Looks at the first dispatches, by default at all, once they are done.

        Raises:
          NotFinite: naming the first step with a metric that is not finite.
        """
        fetched = jax.device_get(self._waiting[:count])
        self._waiting = self._waiting[len(fetched) :]
        for start, flags in fetched:
            for number, of_step in enumerate(np.atleast_2d(flags), 1):
                if not of_step.all():
                    names = zip(self._names, of_step)
                    bad = [name for name, flag in names if not flag]
                    raise NotFinite(start + number, bad)
