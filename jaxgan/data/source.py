"""Sets of examples, addressed by index."""

import dataclasses
import numbers
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from jaxgan.core.seeds import checked_seed
from jaxgan.core.types import Sample

CHANNELS = (1, 3, 4)
"""Numbers of channels that images have."""
ROUNDING = 0.01
"""By how much images may leave [-1, 1]."""


class DataError(ValueError):
    """Data that cannot be used as it is; the message names it and the fix."""


class LostDataError(DataError):
    """The data that a run was trained on are not where they were, or are others."""


def check_count(name: str, value: object, least: int) -> None:
    """Checks that an argument is an integer, and large enough.

    Raises:
      DataError: naming the argument, if not.
    """
    whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    if not whole or value < least:  # pyright: ignore[reportOperatorIssue]
        raise DataError(f"{name}: saw {value!r}, wanted an integer, at least {least}")


def check_seed(seed: object) -> None:
    """Checks that a seed is one.

    Raises:
      DataError: if it is no whole number from 0 to 2⁶⁴ - 1.
    """
    try:
        checked_seed(seed)
    except ValueError as error:
        raise DataError(str(error)) from None


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


# Compared by identity: arrays have no truth value.
@dataclasses.dataclass(frozen=True, eq=False)
class Arrays:
    """A source in memory (or memory-mapped); see `arrays`."""

    values: np.ndarray
    labels: np.ndarray | None = None
    classes: tuple[str, ...] = ()
    split: str = ""
    """What the set that these are of calls them: 'train', 'test[:1000]'; '' if none."""

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
    values: Any,
    labels: Any = None,
    classes: Sequence[str] = (),
    *,
    images: bool | None = None,
) -> Arrays:
    """A source from arrays.

    Bytes are images, [n, H, W, C] (or videos, [n, T, H, W, C]) of 0 to 255, which are
    drawn as [-1, 1]: bytes of any other shape are refused. Floats are drawn as they
    are. Where they are images, of one, three or four channels, they must be in [-1, 1]
    already, up to rounding. In [0, 1] they cannot be told from bright images: give
    2 * values - 1.

    Args:
      values: [n, ...], bytes or finite floats.
      labels: integers [n] in [0, number of classes), or None.
      classes: names of the classes; by default '0', '1', ... up to the largest label.
      images: whether the values are; by default bytes are, and whatever has four axes
        of which the last, or as in PyTorch the second, is as short as channels.

    Raises:
      DataError: if shapes, types or ranges are not so, with what to do.
    """
    values = np.asarray(values)
    if values.ndim < 2 or not values.size:
        raise DataError(f"values: saw shape {values.shape}, wanted [n > 0, ...]")
    if values.dtype != np.uint8:
        if not np.issubdtype(values.dtype, np.floating):
            raise DataError(f"values: saw {values.dtype}, wanted uint8 or floats")
        values = values.astype(np.float32)
        if not np.isfinite(values).all():
            raise DataError("values: saw NaN or infinity, wanted finite numbers")
    _check_images(values, images)
    if labels is None:
        if len(classes):
            raise DataError(f"labels: saw None with {len(classes)} classes; give both")
        return Arrays(values)
    labels = np.asarray(labels)
    if labels.shape != (len(values),) or not np.issubdtype(labels.dtype, np.integer):
        raise DataError(
            f"labels: saw {labels.dtype}{list(labels.shape)}, wanted integers "
            f"[{len(values)}]"
        )
    names = tuple(classes) or tuple(map(str, range(int(labels.max()) + 1)))
    if labels.min() < 0 or labels.max() >= len(names):
        raise DataError(
            f"labels: saw {labels.min()} to {labels.max()}, wanted 0 to "
            f"{max(len(names) - 1, 0)}"
        )
    return Arrays(values, labels.astype(np.int32), names)


def _check_images(values: np.ndarray, images: bool | None) -> None:
    """Checks that bytes are images, and images are in range and channels last."""
    shape, byte = list(values.shape), values.dtype == np.uint8
    stacked = values.ndim in (4, 5)
    first = stacked and shape[-3] in CHANNELS and shape[-1] > max(CHANNELS)
    if images is None:
        images = byte or first or (values.ndim == 4 and shape[-1] in CHANNELS)
    if not images and not byte:
        return
    if first:
        raise DataError(
            f"values: saw shape {shape}, channels first, wanted images [n, H, W, C]: "
            f"give numpy.moveaxis(values, -3, -1)"
        )
    if not images or not stacked or shape[-1] > max(CHANNELS):
        mend = "; of grey ones give values[..., None]" if values.ndim == 3 else ""
        raise DataError(
            f"values: saw {values.dtype} of shape {shape}, wanted images [n, H, W, C], "
            f"or floats of what are none{mend}"
        )
    low, high = (0.0, 0.0) if byte else (float(values.min()), float(values.max()))
    if max(-low, high) > 1.0 + ROUNDING:
        bytes_ = low >= -ROUNDING and 2.0 < high <= 255.0 + ROUNDING
        mend = "values / 127.5 - 1, or uint8" if bytes_ else "others"
        raise DataError(
            f"values: saw {low:g} to {high:g}, wanted images in [-1, 1]: give {mend}; "
            "or images=False, if they are none"
        )


@dataclasses.dataclass(frozen=True, eq=False)
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
    if indices.ndim != 1 or not np.issubdtype(indices.dtype, np.integer):
        raise DataError(
            f"indices: saw {indices.dtype}{list(indices.shape)}, wanted integers [n]"
        )
    if not indices.size or indices.min() < 0 or indices.max() >= source.size:
        seen = f"{indices.min()} to {indices.max()}" if indices.size else "none"
        raise DataError(f"indices: saw {seen}, wanted some, each in [0, {source.size})")
    return Subset(source, indices)


@dataclasses.dataclass(frozen=True, eq=False)
class Unlabelled:
    """A source without its labels; see `without_labels`."""

    source: Source

    @property
    def size(self) -> int:
        """The number of examples."""
        return self.source.size

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one value."""
        return self.source.shape

    @property
    def classes(self) -> tuple[str, ...]:
        """None."""
        return ()

    def examples(self, indices: np.ndarray) -> Sample:
        """Gathers by index."""
        return Sample(self.source.examples(indices).value)


def split_of(source: Any) -> str:
    """What the set that examples are of calls them, such as 'test'; '' if unknown."""
    while not hasattr(source, "split") and hasattr(source, "source"):
        source = source.source
    return str(getattr(source, "split", ""))


def without_labels(source: Source) -> Unlabelled:
    """The same examples, given nothing."""
    return Unlabelled(source)
