"""Data as a function of the step: nothing to save, nothing to lose."""

import dataclasses
import functools

import numpy as np

from jaxgan.core.types import Sample
from jaxgan.data.source import DataError, Source


@dataclasses.dataclass(frozen=True)
class Batches:
    """A function of the step; see `batches`."""

    source: Source
    batch_size: int
    seed: int = 0
    flip: bool = False
    process_index: int = 0
    process_count: int = 1

    def __post_init__(self):
        if self.batch_size < 1:
            raise DataError(f"batch_size: saw {self.batch_size}, wanted at least 1")
        if self.batch_size % self.process_count:
            raise DataError(
                f"batch_size: saw {self.batch_size}, wanted a multiple of the "
                f"{self.process_count} processes"
            )
        if not 0 <= self.seed < 2**63:
            raise DataError(f"seed: saw {self.seed}, wanted 0 or a positive integer")
        if self.flip and len(self.source.shape) != 3:
            raise DataError(
                f"flip: saw values of shape {self.source.shape}, wanted images"
            )

    def __call__(self, step: int) -> Sample:
        """The batch of one step: this process's contiguous slice of the global one."""
        if step < 0:
            raise DataError(f"step: saw {step}, wanted at least 0")
        local = self.batch_size // self.process_count
        start = step * self.batch_size + self.process_index * local
        count = np.arange(start, start + local)
        epochs, places = np.divmod(count, self.source.size)
        indices = np.empty(local, np.int64)
        for epoch in np.unique(epochs):
            here = epochs == epoch
            order = _order(self.seed, int(epoch), self.source.size)
            indices[here] = order[places[here]]
        sample = self.source.examples(indices)
        if self.flip:
            turned = _coins(self.seed, step, self.batch_size)
            turned = turned[self.process_index * local :][:local]
            value = np.where(
                turned[:, None, None, None], sample.value[:, :, ::-1], sample.value
            )
            sample = sample._replace(value=value)
        return sample


def batches(
    source: Source,
    batch_size: int,
    seed: int = 0,
    *,
    flip: bool = False,
    process_index: int = 0,
    process_count: int = 1,
) -> Batches:
    """Makes `batch_at(step)`: shuffled epochs without end.

    The batch depends on (seed, step) only: not on devices, hosts, threads, or which
    steps were asked for before. Every epoch shows every example once, in an order keyed
    by (seed, epoch); a batch may span two epochs.

    Args:
      source: the examples.
      batch_size: of the global batch.
      seed: of the order and the flips.
      flip: mirror images left to right with probability ½.
      process_index: which contiguous slice of the global batch to give.
      process_count: of how many.

    Raises:
      DataError: if an argument is out of range.
    """
    return Batches(source, batch_size, seed, flip, process_index, process_count)


# Threads may compute one order twice; all see the same.
@functools.lru_cache(maxsize=4)
def _order(seed: int, epoch: int, size: int) -> np.ndarray:
    order = np.random.Generator(np.random.Philox(key=[seed, epoch])).permutation(size)
    order.flags.writeable = False
    return order


def _coins(seed: int, step: int, count: int) -> np.ndarray:
    # The high bit keeps these streams apart from the epochs'.
    key = np.random.Philox(key=[seed, 2**63 + step])
    return np.random.Generator(key).random(count) < 0.5
