"""Real examples as an extractor sees them, to measure any samples against."""

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import jax
import numpy as np

import jaxgan
from jaxgan.core.types import Sample, Tree
from jaxgan.data.source import DataError, LostDataError, Source
from jaxgan.evaluation.content_order import content_order
from jaxgan.evaluation.extractor import Extractor, Outputs
from jaxgan.evaluation.memorisation import nearest_in_blocks
from jaxgan.run import few_examples
from jaxgan.run.errors import RunError
from jaxgan.run.evaluation.real_data import RealData
from jaxgan.run.kinds.evaluation_protocol import LEAST, EvaluationProtocol
from jaxgan.run.kinds.measures.measure import RARE, Material, Near, Score
from jaxgan.run.progress import tracked
from jaxgan.weights import WeightsError

AT_ONCE = 1000
"""Examples that are held as floats at a time."""


class Measurement(NamedTuple):
    """What was found.

    Attributes:
      scores: (name of the measure, score).
      card: by which protocol.
      near: training examples near the samples, if copies were looked for.
      kept: whether it was written to the run's file, if it is of a run.
    """

    scores: list[tuple[str, Score]]
    card: dict[str, Any]
    near: Near | None = None
    kept: bool = True


class Judge:
    """Measures samples against the same real examples, which it sees only once."""

    def __init__(self, data: RealData, protocol: EvaluationProtocol):
        """Makes the extractor, if a measure asks for one, which may take a while.

        Raises:
          RunError: if there are too few real examples, or there can be no such
            extractor of these data.
        """
        self.data, self.protocol = data, protocol
        self._unit, self._measures = data.kind.unit, data.kind.measures
        self._count = min(protocol.num, data.real.size)
        self._warned = False
        names = list(protocol.names)
        self._check_enough(self._count, "real", names)
        self.extractor: Extractor | None = None
        if any(self._measures[name].features for name in names):
            try:
                self.extractor = data.kind.features(data.train, protocol)
            except LostDataError:
                raise
            except (DataError, WeightsError) as error:
                raise RunError(str(error)) from error
            if not self.extractor.published and not self.extractor.classes:
                names = [name for name in names if not self._measures[name].classes]
        self.names = names

    @property
    def title(self) -> str:
        """Tells what measures have behind their names: ' (classifier)', or ''."""
        return "" if self.extractor is None else self.extractor.title("")

    def card(self, count: int) -> dict[str, Any]:
        """Says how so many samples are measured."""
        card: dict[str, Any] = {"split": self.data.split}
        if self.extractor is not None:
            name = self.extractor.name
            card["extractor"] = f"{name}: {self.extractor.description}"
            if self.extractor.fingerprint:
                card["weights"] = self.extractor.fingerprint
        return card | {
            f"real {self._unit}": f"{self._count:,} of {self.data.real.size:,}",
            f"generated {self._unit}": f"{count:,}",
            "seed": self.protocol.seed,
            "jaxgan": jaxgan.__version__,
        }

    def __call__(
        self,
        samples: Sample,
        names: Sequence[str] | None = None,
        drawn_again: Callable[[int], Sample] | None = None,
    ) -> Measurement:
        """Measures samples.

        Args:
          samples: at least `LEAST`.
          names: of the measures, if not all that the protocol names.
          drawn_again: see `Material`.

        Raises:
          RunError: if there are too few, or no measure fits the data.
        """
        count = len(jax.tree.leaves(samples.value)[0])
        names = self.names if names is None else names
        self._warn_of_few(count)
        self._check_enough(count, "generated", names)
        fake = self._outputs(samples.value, f"generated {self._unit}")
        neighbours = any(self._measures[name].neighbours for name in names)
        near = self._near(fake.features) if neighbours else None
        material = Material(
            *(self._real, fake, self.extractor, self.protocol.seed),
            *(samples, self._real_examples, self._unit, near, drawn_again),
        )
        scores = [
            (name, one)
            for name in names
            for one in self._measures[name].scores(material)
        ]
        if not scores:
            raise RunError(
                f"--metrics: saw {', '.join(names)}, wanted some that fit these data",
                "modes are those of stacked data" if "modes" in names else "",
            )
        return Measurement(scores, self.card(count), near)

    def _check_enough(self, count: int, sort: str, names: Sequence[str]) -> None:
        """Checks that there are enough to be compared as sets, if they are."""
        alone = [name for name, one in self._measures.items() if not one.compares]
        if count < LEAST and not set(names) <= set(alone):
            raise RunError(
                f"{self._unit}: saw {count} {sort} ones, wanted at least {LEAST}",
                f"fewer do for --metrics {' '.join(alone)}" if alone else "",
            )

    def _warn_of_few(self, count: int) -> None:
        """Says once what figures of few examples are like."""
        if not self._warned and self.extractor is not None:
            counts = {"real": self._count, "generated": count}
            few_examples.tell_evaluator(counts, self._unit)
        self._warned = True

    def _real_examples(self) -> Sample:
        return self.data.real.examples(self._indices)

    @functools.cached_property
    def _real(self) -> Outputs:
        if self.extractor is None:  # nothing need be read
            return self._outputs((), f"real {self._unit}")
        return self._outputs(self._real_examples().value, f"real {self._unit}")

    @functools.cached_property
    def _indices(self) -> np.ndarray:
        return some(self.data.real.size, self._count, self.protocol.seed)

    def _outputs(self, values: Tree, title: str) -> Outputs:
        if self.extractor is None:
            return Outputs(np.zeros((0, 0)), np.zeros((0, 0)))
        if isinstance(values, Mapping):  # of several domains
            each = {
                name: self._outputs(value, f"{title} of {name}")
                for name, value in values.items()
            }
            return Outputs(
                *({name: part[at] for name, part in each.items()} for at in (0, 1))
            )
        # Batches are of the same examples in whatever order these come, so that the
        # outputs are the same to the bit.
        order = content_order(values)
        starts = range(0, len(order), AT_ONCE)
        parts = [
            self.extractor.outputs(
                jax.tree.map(lambda x, at=at: x[order[at : at + AT_ONCE]], values)
            )
            for at in tracked(starts, title)
        ]
        back = np.argsort(order)
        return Outputs(*(np.concatenate(part)[back] for part in zip(*parts)))

    @functools.cached_property
    def _searched(self) -> tuple[np.ndarray, str]:
        """Chooses training examples to look for copies in; a sentence about them."""
        size, most = self.data.train.size, self.protocol.neighbours
        places = some(size, min(size, most or size), self.protocol.seed)
        fresh, about = (self._fresh[0], self._fresh[2])
        return places, (
            f"samples as near to one of {len(places):,} of {size:,} training "
            f"{self._unit} as only {RARE:.0%} of {len(fresh):,} {about}"
        )

    @functools.cached_property
    def _fresh(self) -> tuple[np.ndarray, Source, str]:
        """Chooses real examples whose nearest training examples show what is near."""
        held_out = self.data.held_out
        source = self.data.train if held_out is None else held_out
        count = min(self.protocol.num, source.size)
        about = f"held-out {self._unit} are"
        if held_out is None:
            about = "of them are to another"
        return some(source.size, count, self.protocol.seed), source, about

    def _near(self, features: np.ndarray) -> Near:
        """Looks through the training examples, a block at a time."""
        searched, about = self._searched
        fresh, source, _ = self._fresh
        place = np.full(len(fresh), -1)  # of itself among those searched
        if source is self.data.train:
            nearest = np.searchsorted(searched, fresh).clip(max=len(searched) - 1)
            place = np.where(searched[nearest] == fresh, nearest, -1)
        queries = np.concatenate([features, self._fresh_features])
        place = np.concatenate([np.full(len(features), -1), place])
        neighbours = nearest_in_blocks(queries, self._blocks(searched), place)
        indices, distances = neighbours.indices[:, 0], neighbours.distances[:, 0]
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
        assert self.extractor is not None
        sort = "training" if source is None else "held-out"
        source = source or self.data.train
        for at in tracked(range(0, len(places), AT_ONCE), f"{sort} {self._unit}"):
            values = source.examples(places[at : at + AT_ONCE]).value
            yield self.extractor.features(values)


def some(size: int, count: int, seed: int) -> np.ndarray:
    """Chooses so many different indices below `size`, in order."""
    rng = np.random.default_rng(seed)
    return np.sort(rng.permutation(size)[:count])
