"""Batches of squares that are cut out of larger pictures, as functions of the step."""

import dataclasses
import operator
from typing import Any, NamedTuple, Protocol

import jax
import numpy as np

from jaxgan.core.types import Sample
from jaxgan.data.batches import check_slice, shuffled
from jaxgan.data.source import DataError, check_count, check_seed
from jaxgan.data.views import Views


class Draws(NamedTuple):
    """What is drawn for examples by their number since the beginning.

    Attributes:
      seed: of all of it.
      crop, flip, turn: as of `Views`.
    """

    seed: int
    crop: bool
    flip: bool
    turn: bool

    def order(self, numbers: np.ndarray, size: int, series: int = 0) -> np.ndarray:
        """Which examples of a set of that size they are; see `batches.shuffled`."""
        return shuffled(self.seed, numbers, size, series)

    def views(self, start: int, count: int, series: int = 0) -> Views:
        """How `count` examples from number `start` on are looked at."""
        # Philox makes four words per tick of its counter. Epochs have no high bit.
        key = np.array([self.seed, 2**63 + 1 + series], np.uint64)
        words = np.random.Philox(key=key, counter=start).random_raw(4 * count)
        return Views(words.reshape(count, 4), self.crop, self.flip, self.turn)


class PictureSource(Protocol):
    """Examples that are cut out of pictures: `Pairs`, `Unpaired`, `PictureSet`."""

    @property
    def size(self) -> int:
        """Examples per epoch."""
        ...

    @property
    def shapes(self) -> Sample:
        """Shapes of one example."""
        ...

    def batch(self, start: int, count: int, draws: Draws) -> Sample:
        """Makes examples number `start` to `start + count` of the endless series."""
        ...


@dataclasses.dataclass(frozen=True)
class CropBatches:
    """A function of the step; see `crop_batches`. Threads may call it."""

    source: Any
    batch_size: int
    seed: int = 0
    crop: bool = True
    flip: bool = False
    turn: bool = False
    process_index: int = 0
    process_count: int = 1

    def __post_init__(self):
        check_count("batch_size", self.batch_size, 1)
        check_seed(self.seed)
        check_slice(self.batch_size, self.process_index, self.process_count)
        self.check_source()

    def check_source(self) -> None:
        """Checks that examples can be cut out of the source.

        Raises:
          DataError: if they cannot.
        """
        if not hasattr(self.source, "shapes"):
            raise DataError(
                f"source: saw a {type(self.source).__name__}, wanted one of "
                "data.pairs, data.unpaired or data.pictures"
            )

    def __call__(self, step: int) -> Sample:
        """The batch of one step: this process's contiguous slice of the global one."""
        step = operator.index(step)
        if step < 0:
            raise DataError(f"step: saw {step}, wanted at least 0")
        local = self.batch_size // self.process_count
        start = step * self.batch_size + self.process_index * local
        return self.drawn(
            start, local, Draws(self.seed, self.crop, self.flip, self.turn)
        )

    def drawn(self, start: int, count: int, draws: Draws) -> Sample:
        """Makes examples number `start` to `start + count` of the endless series."""
        source: PictureSource = getattr(self.source, "opened", self.source)
        return source.batch(start, count, draws)

    @property
    def example(self) -> Sample:
        """Shapes of one example."""
        return self.source.shapes

    @property
    def shapes(self) -> Sample:
        """What any batch is like; no example is read."""
        count = self.batch_size // self.process_count
        return jax.tree.map(
            lambda one: jax.ShapeDtypeStruct((count, *one.shape), one.dtype),
            self.example,
        )


def crop_batches(
    source: Any,
    batch_size: int,
    seed: int = 0,
    *,
    crop: bool = True,
    flip: bool = False,
    turn: bool = False,
    process_index: int = 0,
    process_count: int = 1,
) -> CropBatches:
    """Makes `batch_at(step)` of squares cut out of pictures: epochs without end.

    What is cut out of an example, and how it is turned, is drawn anew every time that
    it is shown, from (seed, its number since the beginning) alone: not from devices,
    hosts, threads, or which steps were asked for before. Both sides of a pair are
    looked at alike. Of `unpaired`, each side has its own order and its own draws; an
    epoch is as long as the larger side, and the smaller one is shuffled anew whenever
    all of it was shown.

    All of it is done on the host, on bytes, by a thread that works while devices do: a
    pair of 256 × 256 pixels takes it 2 ms.

    Args:
      source: of `pairs`, `unpaired` or `pictures`.
      batch_size: of the global batch.
      seed: of the order and of what is drawn.
      crop: draw the place of what is cut out; else it is the middle.
      flip: mirror left to right with probability ½.
      turn: turn by 0 to 3 quarters, each as likely.
      process_index: which contiguous slice of the global batch to give.
      process_count: of how many.

    Raises:
      DataError: if an argument is out of range.
    """
    return CropBatches(
        source, batch_size, seed, crop, flip, turn, process_index, process_count
    )
