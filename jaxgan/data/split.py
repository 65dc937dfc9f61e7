"""Splits of a dataset and slices of them, as TensorFlow Datasets writes them."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from jaxgan.data.source import DataError


class Piece(NamedTuple):
    """Examples `start` to `stop` of a split."""

    split: str
    start: int
    stop: int


def pieces(text: str, counts: Mapping[str, int]) -> list[Piece]:
    """What 'train', 'test[:1000]', 'train[10%:]' or 'train+test' mean.

    Args:
      text: of the user.
      counts: examples of each split.

    Raises:
      DataError: if there is no such split, or nothing in it.
    """
    import tensorflow_datasets as tfds

    known = {
        name: tfds.core.SplitInfo(name=name, shard_lengths=[count], num_bytes=0)
        for name, count in counts.items()
    }
    try:
        parsed = tfds.core.ReadInstruction.from_spec(text).to_absolute(known)
    except (ValueError, KeyError, AssertionError, TypeError) as error:
        raise unknown_split(text, counts, error) from None
    slices = []
    for part in parsed:
        count = counts[part.splitname]
        piece = Piece(
            part.splitname, part.from_ or 0, count if part.to is None else part.to
        )
        if piece.start < piece.stop:
            slices.append(piece)
    if not slices:
        raise empty_split(text, counts)
    return slices


def unknown_split(text: str, known: Iterable[str], error: Exception) -> DataError:
    """The error that a split does not exist, or is no slice."""
    reason = " ".join(str(error).split())[:200]
    return DataError(
        f"split: saw {text!r}, wanted one of {', '.join(sorted(known))}, or a slice "
        f"({reason})"
    )


def empty_split(text: str, known: Iterable[str]) -> DataError:
    """The error that a split has no examples."""
    return DataError(
        f"split: saw {text!r} without rows; there are {', '.join(sorted(known))}"
    )
