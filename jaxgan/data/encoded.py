"""Latents of pictures: encoded once, on the device, and kept in the cache."""

import contextlib
import functools
import os
import pathlib
import time
from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np

from jaxgan.core.types import Sample
from jaxgan.data.blank import is_blank
from jaxgan.data.cache import array_in_memory, cache_folder, digest, kept_array
from jaxgan.data.decoded_rows import KEY, Rows, rows_in_file
from jaxgan.data.draft import remove_left_behind, shared_draft
from jaxgan.data.facts import facts_of
from jaxgan.data.lazy_source import LazySource
from jaxgan.data.progress_bar import progress_bar
from jaxgan.data.source import Arrays, DataError, Source

RULE = 1
"""How latents are kept: half floats, means before standard deviations."""
HALF = np.dtype(np.float16)
SECONDS = 5.0
"""After which what was encoded is written down as such."""
BLOCK = 1000
"""Examples that are read at a time for their labels."""


class Encoder(Protocol):
    """What makes latents of pictures."""

    @property
    def fingerprint(self) -> str:
        """Tells all that it computes with: 'sha256:...'."""
        ...

    @property
    def at_once(self) -> int:
        """Counts the pictures of a call."""
        ...

    @property
    def scale(self) -> float:
        """Tells by what latents are multiplied when they are read."""
        ...

    def latent_shape(self, picture: Sequence[int]) -> tuple[int, ...]:
        """Finds the shape [h, w, Z] of what it makes of one picture [H, W, C].

        Raises:
          ValueError: if it takes no such pictures.
        """
        ...

    def encode(self, pictures: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Maps pictures [n, H, W, C] to means and standard deviations [n, h, w, Z]."""
        ...


class Encoded:
    """A source of latents; see `encoded`.

    Attributes:
      source: the pictures.
    """

    def __init__(
        self, source: Source, encoder: Encoder, mirrored: bool, posterior: bool
    ):
        """Knows what there is; nothing is encoded before an example is asked for."""
        self.source = source
        self._encoder, self._mirrored, self._posterior = encoder, mirrored, posterior
        self._latent = encoder.latent_shape(source.shape)

    @property
    def size(self) -> int:
        """The number of examples."""
        return self.source.size * (1 + self._mirrored)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one value."""
        *places, channels = self._latent
        return (*places, channels * (1 + self._posterior))

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes, or `()`."""
        return self.source.classes

    def examples(self, indices: np.ndarray) -> Sample:
        """Gathers by index; the first time, all pictures are encoded."""
        indices = np.asarray(indices)
        turned, places = np.divmod(indices, self.source.size)
        values = np.empty((len(indices), *self.shape), np.float32)
        for side in np.unique(turned):
            chosen = turned == side
            values[chosen] = self._rows[side][places[chosen], ..., : self.shape[-1]]
        values *= np.float32(self._encoder.scale)
        return Sample(values, () if self.labels is None else self.labels[indices])

    @functools.cached_property
    def _rows(self) -> list[np.ndarray]:
        """Both parts [n, h, w, 2 Z] as they are kept; of mirrored pictures second."""
        known = self.source
        facts = known.facts if isinstance(known, LazySource) else facts_of(known)
        return [
            _Task(self.source, self._encoder, bool(side)).latents(facts.fingerprint)
            for side in range(1 + self._mirrored)
        ]

    @functools.cached_property
    def labels(self) -> np.ndarray | None:
        """Those of all examples; None if there are none."""
        if not self.classes:
            return None
        labels = getattr(self.source, "labels", None)
        if labels is None:
            starts = range(0, self.source.size, BLOCK)
            each = [np.arange(at, min(at + BLOCK, self.source.size)) for at in starts]
            labels = np.concatenate([self.source.examples(at).given for at in each])
        return np.tile(np.asarray(labels, np.int32), 1 + self._mirrored)


def encoded(
    source: Source,
    encoder: Encoder,
    *,
    mirrored: bool = False,
    posterior: bool = False,
) -> Source:
    """The latents of pictures, encoded once and kept in the cache folder.

    They are found again by what the pictures and the encoder are, wherever these lie.
    An interrupted start goes on where it was. Means and standard deviations are kept,
    whichever are asked for, as half floats, which round to one part in 2,048.

    Args:
      source: of pictures [H, W, C] in [-1, 1].
      encoder: what makes latents of them, times its scale.
      mirrored: have the latents of all pictures and then those of all mirrored ones,
        twice as many examples: a mirrored latent is not that of the mirrored picture.
      posterior: values are means and standard deviations, [h, w, 2 Z], of which
        `games.posterior.drawn` draws latents anew at every step; else means, [h, w, Z].

    Raises:
      DataError: if the encoder takes no such pictures.
    """
    try:
        made = Encoded(source, encoder, mirrored, posterior)
    except ValueError as error:
        raise DataError(str(error)) from error
    if is_blank():
        values = np.broadcast_to(np.float32(0), (made.size, *made.shape))
        return Arrays(values, made.labels, made.classes)
    return made


def pictures_of(source: Any) -> Any:
    """The pictures behind a source of latents; any other source is what it is."""
    return source.source if isinstance(source, Encoded) else source


class _Task(NamedTuple):
    """Pictures to be encoded, or the mirrored ones, and what is kept of them."""

    source: Source
    encoder: Encoder
    mirrored: bool

    def latents(self, known: str) -> np.ndarray:
        """Encodes all pictures, or finds them encoded: half floats [n, h, w, 2 Z].

        Args:
          known: what the pictures are.
        """
        *places, channels = self.encoder.latent_shape(self.source.shape)
        # As bytes, which the rows of drafts are made of.
        row = (*places, 2 * channels * HALF.itemsize)
        whole = (self.source.size, *row)
        about = (known, self.encoder.fingerprint, self.mirrored)
        name = digest("latents", RULE, *about, whole)
        folder = cache_folder()
        path, draft = folder / f"{name}.npy", folder / f".{name}.npy"
        kept = kept_array(path)
        if kept is not None:
            return kept.view(HALF)
        keys = np.zeros((whole[0], KEY), np.uint8)
        keys[:, :8] = np.arange(1, 1 + whole[0], dtype="<u8")[:, None].view(np.uint8)
        with contextlib.ExitStack() as stack:
            try:
                folder.mkdir(parents=True, exist_ok=True)
                remove_left_behind(folder, but=[draft])
                file = stack.enter_context(shared_draft(draft, self.title))
                draft = pathlib.Path(file.name)
                kept = kept_array(path)
                if kept is not None:  # made by the process that was waited for
                    draft.unlink()
                    return kept.view(HALF)
                rows = rows_in_file(stack, file, keys, row)
            except OSError as error:
                with contextlib.suppress(OSError):
                    draft.unlink()  # there is no room for it
                pixels = array_in_memory(folder, whole, np.uint8, error)
                self.encode(Rows(pixels, keys, None))
                return pixels.view(HALF)
            self.encode(rows)
            os.truncate(draft, rows.end)
            os.replace(draft, path)
        return np.load(path, mmap_mode="r").view(HALF)

    @property
    def title(self) -> str:
        """What is done, for people."""
        return f"encoding {'mirrored ' if self.mirrored else ''}pictures"

    def encode(self, rows: Rows) -> None:
        """Encodes what is not finished, so many at a time, in blocks that stay."""
        count, size = self.encoder.at_once, self.source.size
        blocks = [np.arange(at, min(at + count, size)) for at in range(0, size, count)]
        blocks = [block for block in blocks if not rows.finished[block].all()]
        done = size - sum(map(len, blocks))
        finished: list[int] = []
        with progress_bar(self.title, size, done, "images") as advance:
            since = time.monotonic()
            try:
                for block in blocks:
                    rows.pixels[block] = self.encoded(block)
                    finished += block.tolist()
                    advance(len(block))
                    if time.monotonic() > since + SECONDS:
                        rows.save(finished)
                        finished, since = [], time.monotonic()
            finally:
                rows.save(finished)

    def encoded(self, places: np.ndarray) -> np.ndarray:
        """Encodes pictures at some places: half floats, as bytes.

        Raises:
          DataError: if a latent is not finite, or too large for them.
        """
        # The last call is filled up, so that there is one shape to compile.
        pictures = self.source.examples(np.resize(places, self.encoder.at_once)).value
        if self.mirrored:
            pictures = np.ascontiguousarray(pictures[:, :, ::-1])
        parts = self.encoder.encode(pictures)
        with np.errstate(over="ignore"):
            halves = np.concatenate(parts, axis=-1)[: len(places)].astype(HALF)
        if not np.isfinite(halves).all():
            raise DataError(
                "latents: saw numbers that are not finite as half floats, wanted an "
                "encoder whose latents are of the order of 1"
            )
        return halves.view(np.uint8)
