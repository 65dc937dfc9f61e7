"""StackedMNIST: three grey examples as the channels of one."""

import dataclasses

import numpy as np

from jaxgan.core.types import Sample
from jaxgan.data.source import DataError, Source, check_count, check_seed


@dataclasses.dataclass(frozen=True, eq=False)
class Stacked:
    """A source of stacks; see `stacked`."""

    source: Source
    triples: np.ndarray

    @property
    def size(self) -> int:
        """The number of stacks."""
        return len(self.triples)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one image: three channels."""
        return (*self.source.shape[:-1], 3)

    @property
    def classes(self) -> tuple[str, ...]:
        """All triples of classes, the first changing slowest."""
        names = self.source.classes
        return tuple(a + b + c for a in names for b in names for c in names)

    def examples(self, indices: np.ndarray) -> Sample:
        """Gathers three examples per stack."""
        triples = self.triples[indices]
        sample = self.source.examples(triples.ravel())
        values, given = sample.value, sample.given
        value = np.moveaxis(values[..., 0].reshape(-1, 3, *values.shape[1:-1]), 1, -1)
        if isinstance(given, tuple):
            return Sample(np.ascontiguousarray(value))
        count = len(self.source.classes)
        weights = np.array([count * count, count, 1], np.int32)
        labels = given.reshape(-1, 3) @ weights
        return Sample(np.ascontiguousarray(value), labels.astype(np.int32))


def stacked(source: Source, size: int = 128_000, seed: int = 0) -> Stacked:
    """Stacks of three random examples of a one-channel source, as red, green and blue.

    Metz et al. 2017 (arXiv 1611.02163), section 3.3.1; 128,000 stacks is VEEGAN's
    setting. With ten digits there are 1,000 classes: label 100 r + 10 g + b. Which
    three make a stack is drawn once, from the seed; stacks of the unlabelled are
    unlabelled.

    Raises:
      DataError: if the source does not have one channel, the size is below 1, or
        the seed is none.
    """
    if len(source.shape) != 3 or source.shape[-1] != 1:
        raise DataError(f"source: saw shape {source.shape}, wanted (H, W, 1)")
    check_count("size", size, 1)
    check_seed(seed)
    rng = np.random.default_rng(seed)
    return Stacked(source, rng.integers(source.size, size=(size, 3)))
