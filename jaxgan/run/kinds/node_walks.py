"""Walks over the nodes of a graph, judged by the graph that many of them make."""

import dataclasses
import pathlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from jaxgan.core.types import Sample
from jaxgan.run.errors import RunError
from jaxgan.run.kinds.kind import Kind
from jaxgan.run.kinds.measures.measure import Material, Measure, Score


# Compared by identity: arrays have no truth value.
@dataclasses.dataclass(frozen=True, eq=False)
class Graphs(Kind):
    """One-hot walks [T, N].

    Attributes:
      source: of the walks that are learned (`data.walks`), whose graph samples are
        compared with.
    """

    source: Any

    unit = "walks"
    preview = 256
    suffix = ".csv"
    walk_suffixes = (".png",)

    @property
    def measures(self) -> Mapping[str, Measure]:
        """The graph that samples make, beside the true one."""
        return {"graph": Measure(self._graph, features=False, compares=False)}

    def picture(self, sample: Sample) -> np.ndarray:
        """Draws between which nodes walks went: blue along edges, else orange."""
        counts = self._counts(sample)
        shown = np.full((self.size, self.size, 3), 255, np.uint8)
        walked, true = counts > 0, self.opened.whole.adjacency
        shown[true] = (190, 205, 230)
        shown[walked & true] = (20, 60, 120)
        shown[walked & ~true] = (220, 90, 50)
        return shown

    def write(self, path: pathlib.Path, sample: Sample) -> None:
        """Writes the numbers of a walk's nodes."""
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savetxt(path, self.nodes(sample), fmt="%d", delimiter=",")

    def nodes(self, sample: Sample) -> np.ndarray:
        """The nodes of walks, [n, T].

        Raises:
          RunError: if these are no walks over this graph.
        """
        value: Any = sample.value
        shape = np.shape(value)
        if len(shape) != 3 or shape[-1] != self.size or not shape[0]:
            raise RunError(
                f"walks: saw shape {list(shape)}, wanted [n, T, {self.size}] of at "
                "least one"
            )
        return np.asarray(value).argmax(-1)

    @property
    def size(self) -> int:
        """N, the graph's nodes."""
        return self.source.shape[1]

    @property
    def opened(self) -> Any:
        """The walks themselves: they are read when they are needed.

        Raises:
          RunError: if the data are not there.
        """
        from jaxgan.data.source import DataError

        try:
            return getattr(self.source, "opened", self.source)
        except DataError as error:
            raise RunError(str(error)) from error

    def _counts(self, sample: Sample) -> np.ndarray:
        from jaxgan.evaluation.graph_statistics import transitions

        return transitions(self.nodes(sample), self.size)

    def _graph(self, material: Material) -> list[Score]:
        from jaxgan.evaluation.graph_statistics import (
            edge_overlap,
            graph_of,
            links,
            statistics,
        )

        whole, split = self.opened.whole, self.opened.split
        joined, counts = whole.adjacency, self._counts(material.samples)
        made = graph_of(counts, len(whole.edges), material.seed)
        found = links(counts, split.hidden, split.absent)
        true = statistics(joined)._asdict()
        valid = counts[joined].sum() / max(counts.sum(), 1.0)
        return [
            Score("edge overlap", edge_overlap(joined, made), better="higher"),
            Score("link prediction AUC", found.auc, better="higher"),
            Score("link prediction precision", found.precision, better="higher"),
            Score("steps along edges", float(valid), better="higher"),
            *(
                Score(
                    name.replace("_", " "),
                    value,
                    about=f"the graph's: {true[name]:.4g}",
                )
                for name, value in statistics(made)._asdict().items()
                if np.isfinite(value)
            ),
        ]
