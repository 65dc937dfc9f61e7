"""A graph, split for link prediction, and random walks over it."""

import dataclasses
import os
import pathlib
import warnings
import zipfile
import zlib
from typing import NamedTuple

import numpy as np

from jaxgan.core.types import Sample
from jaxgan.data.blank import SIZE as BLANK
from jaxgan.data.blank import is_blank
from jaxgan.data.source import DataError, check_count, check_seed

DAMAGED = (zipfile.BadZipFile, zlib.error)
MOST_NODES = 50_000
"""More are refused: whether they are joined is a table of all pairs."""


class Graph(NamedTuple):
    """An undirected graph without loops.

    Attributes:
      edges: pairs (i, j), i < j, [E, 2], in order and each once.
      size: the number of nodes N.
    """

    edges: np.ndarray
    size: int

    @property
    def adjacency(self) -> np.ndarray:
        """Whether two nodes are joined, bool [N, N]."""
        joined = np.zeros((self.size, self.size), bool)
        i, j = self.edges.T
        joined[i, j] = joined[j, i] = True
        return joined


class Split(NamedTuple):
    """A graph of which some edges are hidden.

    Attributes:
      train: what is left: every node has an edge.
      hidden: edges that were taken out, [M, 2].
      absent: as many pairs that are not joined in the whole graph, [M, 2].
    """

    train: Graph
    hidden: np.ndarray
    absent: np.ndarray


def graph(path: str | os.PathLike, nodes: int | None = None) -> Graph:
    """Reads a graph: an .npz with 'edges' [E, 2], or lines of two numbers.

    Args:
      path: of the file.
      nodes: so many of the nodes only: those nearest to the one of most edges.

    Raises:
      DataError: if there is none, or these are no edges.
    """
    path = pathlib.Path(path).expanduser()
    try:
        edges = _edges(path)
    except FileNotFoundError:
        raise DataError(f"{path}: there is no such file of edges") from None
    except (OSError, ValueError, KeyError, TypeError, EOFError, *DAMAGED) as error:
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"{path}: saw no edges [E, 2]: {reason}") from None
    if not len(edges):
        raise DataError(f"{path}: saw 0 edges, wanted some of nodes from 0")
    whole_numbers = np.issubdtype(edges.dtype, np.integer)
    if edges.ndim != 2 or edges.shape[1] != 2 or not whole_numbers:
        raise DataError(
            f"{path}: saw {edges.dtype}{list(edges.shape)}, wanted whole numbers [E, 2]"
        )
    if edges.min() < 0 or edges.max() >= MOST_NODES:
        seen = int(edges.min() if edges.min() < 0 else edges.max())
        raise DataError(
            f"{path}: saw node {seen}, wanted nodes from 0 to {MOST_NODES - 1}: number "
            "them without gaps"
        )
    whole = _of_edges(edges.astype(np.int64), int(edges.max()) + 1)
    return whole if nodes is None else _ball(whole, nodes)


def _edges(path: pathlib.Path) -> np.ndarray:
    """Reads edges, whatever they are. It raises errors of many kinds."""
    if path.suffix == ".npz":
        # Opened here: NumPy leaves files open that it cannot read.
        with path.open("rb") as opened, np.load(opened) as file:
            return file["edges"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of files in which there is nothing
        return np.loadtxt(path, np.int64, ndmin=2)


def _of_edges(edges: np.ndarray, size: int) -> Graph:
    edges = np.sort(edges[edges[:, 0] != edges[:, 1]], axis=1)
    return Graph(np.unique(edges, axis=0), size)


def _ball(whole: Graph, nodes: int) -> Graph:
    """The nodes that a walk in breadth from the one of most edges meets first."""
    check_count("nodes", nodes, 3)
    joined = whole.adjacency
    start = int(joined.sum(1).argmax())
    order, seen = [start], {start}
    if nodes > whole.size:
        raise DataError(f"nodes: saw {nodes}, wanted at most the graph's {whole.size}")
    for node in order:
        for other in np.flatnonzero(joined[node]):
            if other not in seen and len(order) < nodes:
                seen.add(int(other))
                order.append(int(other))
    if len(order) < nodes:
        raise DataError(
            f"nodes: saw {nodes}, wanted at most {len(order)}: so many are connected "
            "with the one of most edges"
        )
    chosen = np.sort(order)
    places = np.full(whole.size, -1)
    places[chosen] = np.arange(len(chosen))
    kept = places[whole.edges]
    return _of_edges(kept[(kept >= 0).all(1)], len(chosen))


def split(whole: Graph, share: float = 0.15, seed: int = 0) -> Split:
    """Hides edges, such that what is left hangs together as it did.

    Bojchevski et al. 2018 (arXiv 1803.00816), section 4: 10 % and 5 % of Cora-ML's.

    Args:
      whole: the graph.
      share: of its edges that are hidden, if so many can be.
      seed: of which.

    Raises:
      DataError: if the share is none, or there is nothing to hide or too little that
        is absent.
    """
    check_seed(seed)
    if not 0.0 < share < 1.0:
        raise DataError(f"share: saw {share}, wanted more than 0, less than 1")
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(whole.edges))
    spare = order[~_spanning(whole, order)]
    hidden = np.sort(spare[: round(share * len(order))])
    kept = np.setdiff1d(order, hidden)
    pairs = whole.size * (whole.size - 1) // 2
    if not len(spare) or len(hidden) > pairs - len(order):
        raise DataError(
            f"graph: saw {len(order)} edges of {pairs} pairs, of which {len(spare)} "
            "can be hidden, wanted some, and as many pairs that are not joined"
        )
    joined, absent = whole.adjacency, set()
    while len(absent) < len(hidden):
        i, j = sorted(rng.integers(whole.size, size=2).tolist())
        if i != j and not joined[i, j]:
            absent.add((i, j))
    return Split(
        Graph(whole.edges[kept], whole.size),
        whole.edges[hidden],
        np.array(sorted(absent), np.int64).reshape(-1, 2),
    )


def _spanning(whole: Graph, order: np.ndarray) -> np.ndarray:
    """Which edges, in this order, join what was not joined yet: bool [E]."""
    above = np.arange(whole.size)

    def root(node):
        while above[node] != node:
            above[node] = above[above[node]]
            node = above[node]
        return node

    joins = np.zeros(len(order), bool)
    for place, edge in enumerate(order):
        i, j = (root(int(node)) for node in whole.edges[edge])
        joins[place] = i != j
        above[i] = j
    return joins


# Compared by identity: arrays have no truth value.
@dataclasses.dataclass(frozen=True, eq=False)
class Walks:
    """A source of one-hot walks [T, N]; see `walks`.

    Attributes:
      nodes: of every walk, [n, T].
      whole: the graph.
      split: what they walk over, and what is hidden.
    """

    nodes: np.ndarray
    whole: Graph
    split: Split

    classes = ()
    """No labels."""

    @property
    def size(self) -> int:
        """The number of walks."""
        return len(self.nodes)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one walk."""
        return (self.nodes.shape[1], self.whole.size)

    @property
    def stored(self) -> tuple[np.ndarray, ...]:
        """All that examples are made of, and are judged by."""
        return (self.nodes, self.whole.edges, self.split.hidden)

    def examples(self, indices: np.ndarray) -> Sample:
        """Gathers by index: ones and zeros, float32."""
        nodes = self.nodes[indices]
        value = np.zeros((*nodes.shape, self.whole.size), np.float32)
        np.put_along_axis(value, nodes[..., None], 1.0, axis=-1)
        return Sample(value)


def walks(
    path: str | os.PathLike | None = None,
    nodes: int = 64,
    length: int = 16,
    count: int = 50_000,
    *,
    hidden: float = 0.15,
    seed: int = 0,
) -> Walks:
    """Random walks over a graph of which some edges are hidden.

    From a node drawn uniformly, along edges drawn uniformly: node2vec's with p = q = 1,
    as NetGAN trains on Cora-ML.

    Args:
      path: of the graph: an .npz with 'edges' [E, 2], or lines of two numbers. None: a
        ring whose every fourth node has a chord to the other side.
      nodes: N: so many, those nearest to the one of most edges.
      length: T, nodes of a walk.
      count: of walks.
      hidden: the share of edges that are; see `split`.
      seed: of walks, and of what is hidden.

    Raises:
      DataError: if a number is out of range, there is no graph, or it is too small.
    """
    check_count("nodes", nodes, 8)
    check_count("length", length, 2)
    check_count("count", count, 1)
    check_seed(seed)
    whole = ring_graph(nodes) if path is None or is_blank() else graph(path, nodes)
    parts = split(whole, hidden, seed)
    if is_blank():
        return Walks(np.broadcast_to(np.int32(0), (BLANK, length)), whole, parts)
    return Walks(_walked(parts.train, length, count, seed), whole, parts)


def ring_graph(nodes: int) -> Graph:
    """A ring whose every fourth node has a chord to the other side."""
    here = np.arange(nodes)
    ring = np.stack([here, (here + 1) % nodes], axis=1)
    chords = np.stack([here, (here + nodes // 2) % nodes], axis=1)[::4]
    return _of_edges(np.concatenate([ring, chords]), nodes)


def _walked(over: Graph, length: int, count: int, seed: int) -> np.ndarray:
    """Nodes of walks, [count, length]."""
    ends = np.concatenate([over.edges, over.edges[:, ::-1]])
    ends = ends[np.lexsort(ends.T[::-1])]
    degrees = np.bincount(ends[:, 0], minlength=over.size)
    if not degrees.all():
        lost = int(np.flatnonzero(degrees == 0)[0])
        raise DataError(f"graph: saw node {lost} without an edge, wanted one of each")
    starts = np.concatenate([[0], np.cumsum(degrees)[:-1]])
    rng = np.random.default_rng(seed)
    nodes = np.empty((count, length), np.int32)
    nodes[:, 0] = rng.integers(over.size, size=count)
    for place in range(1, length):
        here = nodes[:, place - 1]
        turn = (rng.random(count) * degrees[here]).astype(np.int64)
        nodes[:, place] = ends[starts[here] + turn, 1]
    return nodes
