"""A source of which the facts are known, and which is opened when they do not do."""

import functools
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from jaxgan.core.types import Sample
from jaxgan.data.facts import Facts, facts_of
from jaxgan.data.source import DataError, LostDataError, Source


class LazySource:
    """Tells what its examples are like; who asks for one opens the data.

    Attributes:
      facts: of the data.
      shapes: of one example, where labels are no labels of classes; else None.
    """

    def __init__(
        self,
        facts: Facts,
        source: Callable[[], Source],
        check: Callable[[Source], None] = lambda source: None,
        shapes: Sample | None = None,
    ):
        """Knows, and opens nothing.

        Args:
          facts: of the data.
          source: f() -> the data. It may raise.
          check: f(data) raises if they are not those of the facts.
          shapes: of one example.
        """
        self.facts, self._source, self._check = facts, source, check
        self.shapes = shapes

    @property
    def size(self) -> int:
        """The number of examples."""
        return self.facts.size

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one value."""
        return self.facts.shape

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes, or `()`."""
        return self.facts.classes

    @property
    def split(self) -> str:
        """What the set that these are of calls them."""
        return self.facts.split

    @functools.cached_property
    def opened(self) -> Source:
        """The data themselves.

        Raises:
          LostDataError: if they cannot be opened, or are not those of the facts.
        """
        try:
            source = self._source()
        except (DataError, OSError, ImportError) as error:
            raise LostDataError(
                f"the run's data cannot be opened: {error}; they were {self.facts}"
            ) from error
        self._check(source)
        return source

    @property
    def values(self) -> np.ndarray:
        """All values, of a source that has them as an array. Raises as `opened`."""
        source: Any = self.opened
        return source.values

    @property
    def labels(self) -> np.ndarray | None:
        """All labels, of a source that has them as an array. Raises as `opened`."""
        source: Any = self.opened
        return source.labels

    def examples(self, indices: np.ndarray) -> Sample:
        """Gathers by index. Raises as `opened`."""
        return self.opened.examples(indices)


def check_same(
    source: Source, facts: Facts, name: str, rule: str = "", strict: bool = True
) -> None:
    """Checks that a source is the one of these facts.

    Args:
      source: that was opened.
      facts: of the one that was wanted.
      name: of the data, for people.
      rule: as `facts_of` takes it.
      strict: whether other values alone are refused, or warned of.

    Raises:
      LostDataError: if it is another, with the facts of both.
    """
    seen = facts_of(source, rule)
    if seen == facts or not facts.fingerprint:
        return
    message = f"{name}: saw other data than the run was trained on: {seen}; the run's "
    message += f"were {facts}"
    if strict or seen._replace(fingerprint="") != facts._replace(fingerprint=""):
        raise LostDataError(message)
    warnings.warn(message, stacklevel=3)
