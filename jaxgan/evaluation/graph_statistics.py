"""What graphs are like, as NetGAN's table has it, and links that scores foretell.

Graphs are symmetric bool matrices [N, N] without loops. Bojchevski et al. 2018 (arXiv
1803.00816), section 4 and appendix A.
"""

from typing import NamedTuple

import numpy as np
from scipy.sparse import csgraph, csr_matrix
from sklearn.metrics import average_precision_score, roc_auc_score


class Statistics(NamedTuple):
    """Of one graph.

    Attributes:
      largest_degree: edges of the node that has most.
      assortativity: correlation of the degrees at the ends of edges.
      triangles: of three nodes, all joined.
      power_law: exponent of the degrees, by likelihood: 1 + N / Σ log(d / d_least).
      clustering: 3 triangles / pairs of edges that meet.
      path_length: mean number of edges between nodes that are connected.
    """

    largest_degree: float
    assortativity: float
    triangles: float
    power_law: float
    clustering: float
    path_length: float


def statistics(joined: np.ndarray) -> Statistics:
    """Computes them; NaN where a graph is too plain to have one.

    Raises:
      ValueError: if it is no graph.
    """
    check_graph(joined)
    degrees = joined.sum(1).astype(np.float64)
    i, j = np.nonzero(joined)
    spread = degrees[i].std() if len(i) else 0.0
    closed = float(((joined.astype(np.int64) @ joined) * joined).sum())
    meeting = float((degrees * (degrees - 1)).sum())
    present = degrees[degrees > 0]
    logs = np.log(present / present.min()).sum() if len(present) else 0.0
    lengths = csgraph.shortest_path(csr_matrix(joined), unweighted=True)
    lengths = lengths[np.isfinite(lengths) & (lengths > 0)]
    nothing = float("nan")
    return Statistics(
        float(degrees.max(initial=0.0)),
        float(np.corrcoef(degrees[i], degrees[j])[0, 1]) if spread else nothing,
        closed / 6.0,
        1.0 + len(present) / logs if logs else nothing,
        closed / meeting if meeting else nothing,
        float(lengths.mean()) if len(lengths) else nothing,
    )


def edge_overlap(joined: np.ndarray, other: np.ndarray) -> float:
    """The share of the first graph's edges that the other one has: 0 of no edge."""
    check_graph(joined)
    check_graph(other)
    return float((joined & other).sum() / max(joined.sum(), 1))


class Links(NamedTuple):
    """How well scores of pairs tell hidden edges from pairs that are none.

    Attributes:
      auc: area under the receiver operating curve.
      precision: average precision.
    """

    auc: float
    precision: float


def links(scores: np.ndarray, hidden: np.ndarray, absent: np.ndarray) -> Links:
    """Judges scores [N, N] by hidden edges [M, 2] and pairs that are none [K, 2].

    Raises:
      ValueError: if there are none of either.
    """
    if not len(hidden) or not len(absent):
        raise ValueError(
            f"links: saw {len(hidden)} hidden and {len(absent)} absent, wanted both"
        )
    pairs = np.concatenate([hidden, absent]).T
    truth = np.repeat([1, 0], [len(hidden), len(absent)])
    values = np.asarray(scores)[pairs[0], pairs[1]]
    return Links(
        float(roc_auc_score(truth, values)),
        float(average_precision_score(truth, values)),
    )


def transitions(walks: np.ndarray, size: int) -> np.ndarray:
    """Counts how often walks [n, T] of nodes go over each pair, either way: [N, N]."""
    counts = np.zeros((size, size))
    np.add.at(counts, (walks[:, :-1].ravel(), walks[:, 1:].ravel()), 1.0)
    np.fill_diagonal(counts, 0.0)
    return counts + counts.T


def graph_of(scores: np.ndarray, edges: int, seed: int = 0) -> np.ndarray:
    """Draws a graph of so many edges by scores: first one of every node, then others.

    Each pair is drawn in proportion to its score, and once; of fewer pairs that have a
    score, all are taken.

    Args:
      scores: [N, N], symmetric, at least 0.
      edges: how many.
      seed: of the draws.
    """
    rng, size = np.random.default_rng(seed), len(scores)
    joined = np.zeros((size, size), bool)
    for node in rng.permutation(size):
        total = scores[node].sum()
        if joined.sum() < 2 * edges and not joined[node].any() and total > 0:
            other = rng.choice(size, p=scores[node] / total)
            joined[node, other] = joined[other, node] = True
    i, j = np.triu_indices(size, 1)
    left = (scores[i, j] > 0) & ~joined[i, j]
    i, j = i[left], j[left]
    missing = min(edges - int(joined.sum()) // 2, len(i))
    if missing > 0:
        # The largest of log p + Gumbel noise: draws without putting back.
        noise = rng.gumbel(size=len(i))
        best = np.argsort(-(np.log(scores[i, j]) + noise))[:missing]
        joined[i[best], j[best]] = joined[j[best], i[best]] = True
    return joined


def check_graph(joined: np.ndarray) -> None:
    """Checks that a matrix is a graph.

    Raises:
      ValueError: if it is not.
    """
    square = joined.ndim == 2 and joined.shape[0] == joined.shape[-1]
    if not square or joined.dtype != bool or joined.diagonal().any():
        raise ValueError(
            f"graph: saw {joined.dtype}{list(joined.shape)}, wanted bool [N, N] "
            "without loops"
        )
    if (joined != joined.T).any():
        raise ValueError(
            "graph: saw a matrix that is not symmetric, wanted one that is"
        )
