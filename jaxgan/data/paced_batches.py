"""Batches of several sizes: as networks grow, theirs shrink."""

import dataclasses

from jaxgan.core.pace import Pace
from jaxgan.data.batches import Batches
from jaxgan.data.source import DataError, Source


@dataclasses.dataclass(frozen=True, kw_only=True)
class PacedBatches(Batches):
    """A function of the step; see `paced_batches`. Threads may call it.

    Its `batch_size` is that of the last span.
    """

    pace: Pace

    def __post_init__(self):
        super().__post_init__()
        for size in self.pace.sizes:
            if size % self.process_count:
                raise DataError(
                    f"pace: saw batches of {size}, wanted multiples of the "
                    f"{self.process_count} processes"
                )

    def series(self, step: int) -> tuple[int, int]:
        """How many examples came before the step, and how many it takes."""
        return self.pace.before(step), self.pace.size(step)


def paced_batches(
    source: Source,
    pace: Pace,
    seed: int = 0,
    *,
    flip: bool = False,
    process_index: int = 0,
    process_count: int = 1,
) -> PacedBatches:
    """Makes `batch_at(step)` as `batches` does, of a size that depends on the step.

    The series of examples is that of `batches`, whatever the sizes: every epoch shows
    every example once.

    Args:
      source: the examples.
      pace: the sizes of the global batch, such as `Growing.pace`.
      seed, flip, process_index, process_count: as of `batches`.

    Raises:
      DataError: if an argument is out of range.
    """
    return PacedBatches(
        source, pace.sizes[-1], seed, flip, process_index, process_count, pace=pace
    )
