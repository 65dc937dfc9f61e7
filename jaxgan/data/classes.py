"""Some of the classes of a labelled set."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from jaxgan.core.types import Sample
from jaxgan.data.lazy_source import LazySource
from jaxgan.data.source import Arrays, DataError, Source, Subset, subset


@dataclasses.dataclass(frozen=True, eq=False)
class OfClasses:
    """A source whose labels count the chosen classes; see `of_classes`."""

    source: Subset
    classes: tuple[str, ...]
    numbers: np.ndarray

    @property
    def size(self) -> int:
        """The number of examples."""
        return self.source.size

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one value."""
        return self.source.shape

    @property
    def labels(self) -> np.ndarray:
        """All labels, [n]."""
        whole: Any = self.source.source
        return self.numbers[whole.labels[self.source.indices]]

    def examples(self, indices: np.ndarray) -> Sample:
        """Gathers by index, and numbers the labels anew."""
        sample = self.source.examples(indices)
        return sample._replace(given=self.numbers[sample.given])


def of_classes(source: Arrays | LazySource, names: Sequence[str]) -> Source:
    """The examples of these classes, in the source's order.

    Labels are numbered anew: the first name is class 0. No names are all classes.

    Args:
      source: labelled examples.
      names: of the classes.

    Raises:
      DataError: if a name is given twice or is no class of the source.
    """
    if not names:
        return source
    unknown = [name for name in names if name not in source.classes]
    if unknown or not source.classes:
        raise DataError(
            f"classes: saw {unknown[0]!r}, wanted some of "
            f"{', '.join(source.classes) or 'none, for there are no labels'}"
        )
    if len(set(names)) < len(names):
        raise DataError(f"classes: saw {', '.join(names)}, wanted each once")
    places = [source.classes.index(name) for name in names]
    if isinstance(source, LazySource):
        counts = tuple(source.facts.counts[place] for place in places)
        facts = source.facts._replace(
            size=sum(counts), classes=tuple(names), counts=counts
        )
        return LazySource(facts, lambda: of_classes(source.opened, names))  # type: ignore
    numbers = np.full(len(source.classes), -1, np.int32)
    numbers[places] = np.arange(len(names))
    chosen = np.flatnonzero(numbers[source.labels] >= 0)
    return OfClasses(subset(source, chosen), tuple(names), numbers)
