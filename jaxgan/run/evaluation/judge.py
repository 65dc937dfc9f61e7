"""Real images as an extractor sees them, to measure any samples against."""

import functools
import pathlib
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

import jaxgan
from jaxgan.data.source import Source
from jaxgan.evaluation.classifier import LARGEST, classifier
from jaxgan.evaluation.extractor import Extractor, Outputs
from jaxgan.evaluation.inception import inception
from jaxgan.evaluation.memorisation import nearest_in_blocks
from jaxgan.run.errors import RunError, suggestion
from jaxgan.run.evaluation.measures import (
    LEAST,
    MEASURES,
    OF_CLASSES,
    RARE,
    Figure,
    Material,
    Near,
)
from jaxgan.run.evaluation.real_data import Data
from jaxgan.run.progress import tracked, waiting

AT_ONCE = 1000
"""Images that are held as floats at a time."""


class Protocol(NamedTuple):
    """What is measured, and how.

    Attributes:
      names: of `MEASURES`.
      num: images of a kind.
      seed: of whatever is drawn.
      extractor: 'classifier', 'inception', or None for what fits the data.
      weights: file of the Inception network's.
      neighbours: training images among which copies are looked for, at most.
    """

    names: Sequence[str]
    num: int
    seed: int = 0
    extractor: str | None = None
    weights: pathlib.Path | None = None
    neighbours: int | None = None

    def check(self, option: str = "--") -> None:
        """Checks the names and the numbers.

        Args:
          option: what the options' names begin with.

        Raises:
          RunError: naming the option.
        """
        for name in self.names:
            if name not in MEASURES:
                known = f"there are {', '.join(MEASURES)}"
                hint = suggestion(name, list(MEASURES))
                raise RunError(f"{option}metrics: saw {name!r}", hint or known)
        for name in ("num", "neighbours"):
            value = getattr(self, name)
            if value is not None and value < LEAST:
                raise RunError(f"{option}{name}: saw {value}, wanted at least {LEAST}")


class Measured(NamedTuple):
    """What was found.

    Attributes:
      figures: (name of the measure, figure).
      card: by which protocol.
      near: training images near the samples, if copies were looked for.
    """

    figures: list[tuple[str, Figure]]
    card: dict[str, Any]
    near: Near | None


class Judge:
    """Measures samples against the same real images, which it sees only once."""

    def __init__(self, data: Data, protocol: Protocol):
        """Makes the extractor, which may train a classifier or download weights.

        Raises:
          RunError: if there are too few real images.
          DataError: if there can be no such extractor of these data.
        """
        self.data, self._protocol = data, protocol
        self._count = min(protocol.num, data.real.size)
        if self._count < LEAST:
            raise RunError(
                f"images: saw {self._count} real ones, wanted at least {LEAST}"
            )
        self.extractor = _extractor(data.train, protocol)
        names = list(protocol.names)
        if not self.extractor.published and not self.extractor.classes:
            names = [name for name in names if name not in OF_CLASSES]
        self.names = names

    def card(self, count: int) -> dict[str, Any]:
        """What is to be said of figures of so many samples."""
        size = self.data.real.size
        return {
            "split": self.data.split,
            "extractor": f"{self.extractor.name}: {self.extractor.description}",
            "weights": self.extractor.fingerprint,
            "real images": f"{self._count:,} of {size:,}",
            "generated images": f"{count:,}",
            "seed": self._protocol.seed,
            "jaxgan": jaxgan.__version__,
        }

    def __call__(
        self, fake: np.ndarray, names: Sequence[str] | None = None
    ) -> Measured:
        """Measures samples [N, H, W, C].

        Args:
          fake: at least `LEAST`.
          names: of the measures, if not all that the protocol names.

        Raises:
          RunError: if there are too few, or no measure fits the data.
        """
        if len(fake) < LEAST:
            raise RunError(
                f"images: saw {len(fake)} generated ones, wanted at least {LEAST}"
            )
        names = self.names if names is None else names
        seen = self._see(fake, "generated images")
        near = self._near(seen.features) if "memorisation" in names else None
        material = Material(self._real, seen, self.extractor, self._protocol.seed, near)
        figures = [(name, one) for name in names for one in MEASURES[name](material)]
        if not figures:
            raise RunError(
                f"--metrics: saw {', '.join(names)}, wanted some that fit these data",
                "modes are those of stacked data",
            )
        return Measured(figures, self.card(len(fake)), near)

    @functools.cached_property
    def _real(self) -> Outputs:
        return self._see(self.data.real.examples(self._indices).value, "real images")

    @functools.cached_property
    def _indices(self) -> np.ndarray:
        return some(self.data.real.size, self._count, self._protocol.seed)

    def _see(self, images: np.ndarray, what: str) -> Outputs:
        starts = range(0, len(images), AT_ONCE)
        parts = [
            self.extractor.outputs(images[at : at + AT_ONCE])
            for at in tracked(starts, what)
        ]
        return Outputs(*(np.concatenate(part) for part in zip(*parts)))

    @functools.cached_property
    def _searched(self) -> tuple[np.ndarray, str]:
        """Training images among which copies are looked for; a sentence about them."""
        size, most = self.data.train.size, self._protocol.neighbours
        places = some(size, min(size, most or size), self._protocol.seed)
        fresh, kind = (self._fresh[0], self._fresh[2])
        return places, (
            f"samples as near to one of {len(places):,} of {size:,} training images as "
            f"only {RARE:.0%} of {len(fresh):,} {kind}"
        )

    @functools.cached_property
    def _fresh(self) -> tuple[np.ndarray, Source, str]:
        """Real images whose own nearest training images tell what is near."""
        held_out = self.data.held_out
        source = self.data.train if held_out is None else held_out
        count = min(self._protocol.num, source.size)
        kind = "of them are to another" if held_out is None else "held-out images are"
        return some(source.size, count, self._protocol.seed), source, kind

    def _near(self, features: np.ndarray) -> Near:
        """Looks through the training images, a block at a time."""
        searched, about = self._searched
        fresh, source, _ = self._fresh
        own = np.full(len(fresh), -1)
        if source is self.data.train:
            there = np.searchsorted(searched, fresh).clip(max=len(searched) - 1)
            own = np.where(searched[there] == fresh, there, -1)
        queries = np.concatenate([features, self._fresh_features])
        own = np.concatenate([np.full(len(features), -1), own])
        found = nearest_in_blocks(queries, self._blocks(searched), own)
        indices, distances = found.indices[:, 0], found.distances[:, 0]
        count = len(features)
        return Near(
            searched[indices[:count]], distances[:count], distances[count:], about
        )

    @functools.cached_property
    def _fresh_features(self) -> np.ndarray:
        places, source, _ = self._fresh
        if source is self.data.real:
            return self._real.features
        return np.concatenate(list(self._blocks(places, source)))

    def _blocks(
        self, places: np.ndarray, source: Source | None = None
    ) -> Iterator[np.ndarray]:
        what = "training images" if source is None else "held-out images"
        source = source or self.data.train
        for at in tracked(range(0, len(places), AT_ONCE), what):
            images = source.examples(places[at : at + AT_ONCE]).value
            yield self.extractor.features(images)


def _extractor(train: Source, protocol: Protocol) -> Extractor:
    wanted = protocol.extractor
    labelled = len(train.classes) > 1 and max(train.shape[:2]) <= LARGEST
    if wanted is None and (protocol.weights or not labelled):
        wanted = "inception"
    if wanted == "inception":
        return inception(protocol.weights)
    what = "training a classifier of these data, which is kept for the next time"
    with waiting(what) as progress:
        return classifier(train, progress=progress)


def some(size: int, count: int, seed: int) -> np.ndarray:
    """So many different indices below `size`, in order."""
    rng = np.random.default_rng(seed)
    return np.sort(rng.permutation(size)[:count])
