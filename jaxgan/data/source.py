"""Sets of examples, addressed by index."""

import dataclasses
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from jaxgan.core.types import Sample


class DataError(ValueError):
    """Data that cannot be used as it is; the message names it and the fix."""


class Source(Protocol):
    """A finite set of examples.

    Attributes:
      size: the number of examples.
      shape: of one value.
      classes: names of the classes, or `()` if there are no labels.
    """

    @property
    def size(self) -> int:
        """The number of examples."""
        ...

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one value."""
        ...

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes, or `()`."""
        ...

    def examples(self, indices: np.ndarray) -> Sample:
        """Values [n, *shape] float32 (images in [-1, 1]) and int32 labels [n] or ()."""
        ...


@dataclasses.dataclass(frozen=True)
class Arrays:
    """A source in memory (or memory-mapped); see `arrays`."""

    values: np.ndarray
    labels: np.ndarray | None = None
    classes: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """The number of examples."""
        return len(self.values)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one value."""
        return self.values.shape[1:]

    def examples(self, indices: np.ndarray) -> Sample:
        """Gathers by index."""
        return Sample(
            to_float(self.values[indices]),
            () if self.labels is None else self.labels[indices],
        )


def to_float(values: np.ndarray) -> np.ndarray:
    """float32; bytes 0..255 become [-1, 1]."""
    if values.dtype == np.uint8:
        return values.astype(np.float32) / np.float32(127.5) - np.float32(1.0)
    return np.asarray(values, np.float32)


def arrays(
    values: Any, labels: Any = None, classes: Sequence[str] | None = None
) -> Arrays:
    """A source from arrays.

    Args:
      values: [n, ...], bytes (images, drawn as [-1, 1]) or finite floats.
      labels: integers [n] in [0, number of classes), or None.
      classes: names of the classes; by default '0', '1', ... up to the largest label.

    Raises:
      DataError: if shapes, types or ranges are not so.
    """
    values = np.asarray(values)
    if values.ndim < 2 or not len(values):
        raise DataError(f"values: saw shape {values.shape}, wanted [n > 0, ...]")
    if values.dtype != np.uint8:
        if not np.issubdtype(values.dtype, np.floating):
            raise DataError(f"values: saw {values.dtype}, wanted uint8 or floats")
        values = values.astype(np.float32)
        if not np.isfinite(values).all():
            raise DataError("values: saw NaN or infinity, wanted finite numbers")
    if labels is None:
        return Arrays(values)
    labels = np.asarray(labels)
    if labels.shape != (len(values),) or not np.issubdtype(labels.dtype, np.integer):
        raise DataError(
            f"labels: saw {labels.dtype}{list(labels.shape)}, wanted integers "
            f"[{len(values)}]"
        )
    count = int(labels.max()) + 1 if classes is None else len(classes)
    if labels.min() < 0 or labels.max() >= count:
        raise DataError(
            f"labels: saw {labels.min()} to {labels.max()}, wanted 0 to {count - 1}"
        )
    names = map(str, range(count)) if classes is None else classes
    return Arrays(values, labels.astype(np.int32), tuple(names))


@dataclasses.dataclass(frozen=True)
class Subset:
    """Some examples of a source; see `subset`."""

    source: Source
    indices: np.ndarray

    @property
    def size(self) -> int:
        """The number of examples."""
        return len(self.indices)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one value."""
        return self.source.shape

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes."""
        return self.source.classes

    def examples(self, indices: np.ndarray) -> Sample:
        """Gathers by index into the subset."""
        return self.source.examples(self.indices[indices])


def subset(source: Source, indices: Sequence[int] | np.ndarray) -> Subset:
    """The examples at these indices, in this order.

    Raises:
      DataError: if there are none, or one does not exist.
    """
    indices = np.asarray(indices)
    if not indices.size or indices.min() < 0 or indices.max() >= source.size:
        raise DataError(
            f"indices: saw {indices.size}, wanted some, each in [0, {source.size})"
        )
    return Subset(source, indices)
