"""Batches of clips as functions of the step, and clips of which the end is wanted."""

import dataclasses
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxgan.core.types import Sample
from jaxgan.data.crop_batches import CropBatches, Draws
from jaxgan.data.source import DataError, Source, check_count


@dataclasses.dataclass(frozen=True)
class ClipBatches(CropBatches):
    """A function of the step; see `clip_batches`. Threads may call it."""

    def check_source(self) -> None:
        """Checks that the source has clips.

        Raises:
          DataError: if it has not.
        """
        if len(self.source.shape) != 4:
            raise DataError(
                f"source: saw values of shape {list(self.source.shape)}, wanted clips "
                "[T, H, W, C]"
            )

    def drawn(self, start: int, count: int, draws: Draws) -> Sample:
        """Makes examples number `start` to `start + count` of the endless series."""
        return drawn(self.source, start, count, draws)

    @property
    def example(self) -> Sample:
        """Shapes of one example."""
        return shapes_of(self.source)


def clip_batches(
    source: Source,
    batch_size: int,
    seed: int = 0,
    *,
    crop: bool = True,
    flip: bool = False,
    process_index: int = 0,
    process_count: int = 1,
) -> ClipBatches:
    """Makes `batch_at(step)` of clips: epochs without end.

    Which clip is shown follows from (seed, epoch); where in a longer video it begins,
    and what is cut out of a larger one, from (seed, its number since the beginning)
    alone: not from devices, hosts, threads, or which steps were asked for before.

    Args:
      source: of `moving_mnist`, `radar` or `videos`, or `prediction` of these; or any
        other of clips [T, H, W, C].
      batch_size: of the global batch.
      seed: of the order and of what is drawn.
      crop: draw where clips begin and are cut out; else they are `source.examples`.
      flip: mirror whole clips left to right with probability ½.
      process_index: which contiguous slice of the global batch to give.
      process_count: of how many.

    Raises:
      DataError: if an argument is out of range, or the source has no clips.
    """
    return ClipBatches(
        source, batch_size, seed, crop, flip, False, process_index, process_count
    )


# Compared by identity: arrays have no truth value.
@dataclasses.dataclass(frozen=True, eq=False)
class Prediction:
    """Clips of which the first frames are given; see `prediction`."""

    source: Source
    given: int

    classes = ()
    """No labels."""

    @property
    def size(self) -> int:
        """The number of clips."""
        return self.source.size

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of what is to be predicted."""
        frames, *rest = self.source.shape
        return (frames - self.given, *rest)

    @property
    def shapes(self) -> Sample:
        """Shapes of one example."""
        before = (self.given, *self.shape[1:])
        return Sample(
            *(jax.ShapeDtypeStruct(x, jnp.float32) for x in (self.shape, before))
        )

    def examples(self, indices: np.ndarray) -> Sample:
        """Gathers by index."""
        return self._parted(self.source.examples(indices))

    def batch(self, start: int, count: int, draws: Draws) -> Sample:
        """See `crop_batches.PictureSource`."""
        return self._parted(drawn(self.source, start, count, draws))

    def _parted(self, sample: Sample) -> Sample:
        return Sample(sample.value[:, self.given :], sample.value[:, : self.given])


def prediction(source: Source, given: int) -> Prediction:
    """Clips of which the first frames are given, and the others are wanted.

    Args:
      source: of clips [T, H, W, C].
      given: so many frames.

    Returns:
      A source of `Sample(value=[T - given, H, W, C], given=[given, H, W, C])`.

    Raises:
      DataError: if nothing is left to be predicted.
    """
    check_count("given", given, 1)
    frames = source.shape[0] if len(source.shape) == 4 else 0
    if given >= frames:
        raise DataError(
            f"given: saw {given} of clips of {frames} frames, wanted fewer than these"
        )
    return Prediction(source, given)


def drawn(source: Any, start: int, count: int, draws: Draws) -> Sample:
    """Makes examples number `start` to `start + count` of the endless series."""
    source = getattr(source, "opened", source)
    if hasattr(source, "batch"):
        return source.batch(start, count, draws)
    numbers = np.arange(start, start + count)
    sample = source.examples(draws.order(numbers, source.size))
    return sample._replace(value=laid(sample.value, start, draws))


def laid(clips: np.ndarray, start: int, draws: Draws) -> np.ndarray:
    """Mirrors clips [n, T, H, W, C] from number `start` on, as is drawn for each."""
    if not draws.flip:
        return clips
    views = draws.views(start, len(clips))
    assert views.words is not None
    turned = (views.words[:, 2] >> np.uint64(62)) & np.uint64(1) == 1
    clips = np.array(clips)
    clips[turned] = clips[turned, :, :, ::-1]
    return clips


def shapes_of(source: Any) -> Sample:
    """Finds the shapes of one example of any source; nothing is read."""
    shapes = getattr(source, "shapes", None)
    if shapes is not None:
        return shapes
    value = jax.ShapeDtypeStruct(tuple(source.shape), jnp.float32)
    label = jax.ShapeDtypeStruct((), jnp.int32) if source.classes else ()
    return Sample(value, label)
