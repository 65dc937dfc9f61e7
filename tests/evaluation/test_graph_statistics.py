"""Statistics of graphs by hand and by laws, links, and the rival of low rank."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxgan.data import graphs
from jaxgan.evaluation import graph_statistics as statistics
from jaxgan.evaluation.low_rank_graph import low_rank_scores


def of_edges(*edges, size):
    return graphs.Graph(np.array(edges), size).adjacency


def test_by_hand():
    """A triangle with a tail: degrees 2, 2, 3, 1; a triangle; five pairs that meet."""
    seen = statistics.statistics(of_edges((0, 1), (0, 2), (1, 2), (2, 3), size=4))
    assert seen.largest_degree == 3
    assert seen.triangles == 1
    assert seen.clustering == pytest.approx(3 / 5)
    assert seen.path_length == pytest.approx((1 * 4 + 2 * 2) / 6)
    assert seen.power_law == pytest.approx(1 + 4 / (2 * np.log(2) + np.log(3)))
    ends = [(2, 2), (2, 3), (2, 3), (3, 1)]
    both = np.array(ends + [(b, a) for a, b in ends]).T
    assert seen.assortativity == pytest.approx(np.corrcoef(both)[0, 1])


def test_a_ring_is_plain():
    ring = graphs.ring_graph(16).edges
    ring = ring[(np.diff(ring)[:, 0] % 14) == 1]
    seen = statistics.statistics(graphs.Graph(ring, 16).adjacency)
    assert (seen.triangles, seen.largest_degree) == (0, 2)
    assert np.isnan(seen.assortativity)
    assert np.isnan(seen.power_law)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 1000))
def test_names_of_nodes_do_not_matter(seed):
    rng = np.random.default_rng(seed)
    joined = np.triu(rng.random((12, 12)) < 0.3, 1)
    joined |= joined.T
    order = rng.permutation(12)
    one = statistics.statistics(joined)
    two = statistics.statistics(joined[order][:, order])
    np.testing.assert_allclose(one, two, rtol=1e-9)
    assert statistics.edge_overlap(joined, joined) == (1.0 if joined.any() else 0.0)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 1000), st.integers(1, 40))
def test_graphs_of_scores(seed, edges):
    """As many edges as are asked for, only where there is a score."""
    rng = np.random.default_rng(seed)
    scores = np.triu(rng.random((12, 12)) * (rng.random((12, 12)) < 0.6), 1)
    scores += scores.T
    made = statistics.graph_of(scores, edges, seed)
    statistics.check_graph(made)
    assert not (made & (scores == 0)).any()
    assert made.sum() // 2 == min(edges, int((scores > 0).sum()) // 2)


def test_links():
    """Scores that know all, nothing, and the contrary."""
    hidden, absent = np.array([(0, 1), (1, 2)]), np.array([(0, 2), (0, 3)])
    scores = np.zeros((4, 4))
    assert statistics.links(scores, hidden, absent).auc == 0.5
    scores[hidden[:, 0], hidden[:, 1]] = 1.0
    assert statistics.links(scores, hidden, absent) == (1.0, 1.0)
    assert statistics.links(-scores, hidden, absent).auc == 0.0
    with pytest.raises(ValueError, match="links: saw 0 hidden"):
        statistics.links(scores, hidden[:0], absent)


def test_transitions():
    walks = np.array([[0, 1, 2], [2, 1, 1]])
    wanted = np.zeros((3, 3))
    wanted[0, 1] = wanted[1, 0] = 1
    wanted[1, 2] = wanted[2, 1] = 2
    np.testing.assert_array_equal(statistics.transitions(walks, 3), wanted)


def test_the_rival_of_full_rank_copies_the_graph():
    """With rank N it can; with rank 1 it cannot, and hidden links are above chance."""
    joined = graphs.ring_graph(16).adjacency
    scores = low_rank_scores(joined, rank=16, steps=300)
    np.testing.assert_allclose(scores, scores.T)
    assert scores[joined].min() > 10 * scores[~joined].max()
    poor = low_rank_scores(joined, rank=1, steps=100)
    assert poor[joined].min() < 2 * poor[~joined].max()


def test_what_is_no_graph():
    for bad in (np.eye(3, dtype=bool), np.zeros((3, 3)), np.zeros((2, 3), bool)):
        with pytest.raises(ValueError, match="graph: saw"):
            statistics.check_graph(bad)
    with pytest.raises(ValueError, match="not symmetric"):
        statistics.check_graph(np.triu(np.ones((3, 3), bool), 1))
