"""Graphs, what is hidden of them, and walks."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxgan import data
from jaxgan.data import DataError, graphs


@settings(deadline=None, max_examples=25)
@given(st.integers(8, 60), st.floats(0.05, 0.9), st.integers(0, 100))
def test_what_is_hidden(nodes, share, seed):
    """Hidden and left edges are the graph's; what is left hangs together."""
    whole = graphs.ring_graph(nodes)
    parts = graphs.split(whole, share, seed)
    edges = np.concatenate([parts.train.edges, parts.hidden])
    np.testing.assert_array_equal(np.unique(edges, axis=0), whole.edges)
    assert len(edges) == len(whole.edges)
    assert len(parts.hidden) <= round(share * len(edges))
    joined = parts.train.adjacency
    reached = np.linalg.matrix_power(joined.astype(float) + np.eye(nodes), nodes) > 0
    assert reached.all()
    assert len(parts.absent) == len(parts.hidden)
    assert not any(whole.adjacency[i, j] for i, j in parts.absent)


def test_walks_go_along_edges():
    source = data.walks(None, 20, 6, 500)
    assert source.shape == (6, 20)
    joined = source.split.train.adjacency
    assert joined[source.nodes[:, :-1], source.nodes[:, 1:]].all()
    value = source.examples(np.arange(7)).value
    np.testing.assert_array_equal(value.argmax(-1), source.nodes[:7])
    np.testing.assert_array_equal(value.sum(-1), 1.0)


def test_walks_choose_edges_uniformly():
    """From a node of degree d each neighbour has 1/d of the steps: five deviations."""
    source = data.walks(None, 12, 16, 20_000)
    here, there = source.nodes[:, :-1].ravel(), source.nodes[:, 1:].ravel()
    joined = source.split.train.adjacency
    for node in range(12):
        steps = there[here == node]
        neighbours = np.flatnonzero(joined[node])
        shares = np.bincount(steps, minlength=12)[neighbours] / len(steps)
        share = 1 / len(neighbours)
        deviation = np.sqrt(share * (1 - share) / len(steps))
        assert np.abs(shares - share).max() < 5 * deviation + 1e-12


@pytest.mark.parametrize("suffix", [".npz", ".txt"])
def test_files_of_edges(tmp_path, suffix):
    """Loops and doubles are dropped; the nearest nodes are taken, and named anew."""
    edges = np.array([[1, 0], [0, 1], [2, 2], [1, 2], [2, 3], [3, 4], [1, 5], [1, 6]])
    path = tmp_path / f"graph{suffix}"
    np.savez(path, edges=edges) if suffix == ".npz" else np.savetxt(path, edges, "%d")
    whole = graphs.graph(path)
    assert (whole.size, len(whole.edges)) == (7, 6)
    near = graphs.graph(path, 4)
    assert near.size == 4
    np.testing.assert_array_equal(near.edges, [[0, 1], [1, 2], [1, 3]])


WHOLE = "".join(f"{i} {j}\n" for i in range(8) for j in range(i))
STAR = "".join(f"0 {j}\n" for j in range(1, 8))


def written(folder, name, text):
    path = folder / name
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        (None, {}, "there is no such file of edges"),
        ("a b\n", {}, "saw no edges"),
        ("1 2 3\n", {}, r"wanted whole numbers \[E, 2\]"),
        ("0 1\n1 2\n", {}, "nodes: saw 64, wanted at most the graph's 3"),
        ("0 -1\n", {}, "saw node -1, wanted nodes from 0 to 49999"),
        ("0 50000\n", {}, "saw node 50000, wanted nodes from 0 to 49999"),
        ("# nothing\n", {}, "saw 0 edges"),
        ("0.5 1\n", {}, "saw no edges"),
        (WHOLE, {"nodes": 8}, "28 edges of 28 pairs, of which 21 can be hidden"),
        (STAR, {"nodes": 8}, "7 edges of 28 pairs, of which 0 can be hidden"),
        ("", {"nodes": 2}, "nodes: saw 2, wanted an integer, at least 8"),
        ("", {"length": 1}, "length: saw 1"),
        ("", {"count": 0}, "count: saw 0"),
        ("", {"hidden": 1.0}, "share: saw 1.0"),
        ("", {"seed": -1}, "seed: saw -1"),
    ],
)
def test_what_is_refused(tmp_path, text, options, message):
    path = tmp_path / "none.txt" if text is None else None
    if text:
        path = written(tmp_path, "graph.txt", text)
    with pytest.raises(DataError, match=message) as caught:
        data.walks(path, **options)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 damaged", b"none"])
def test_damaged_files_are_refused_in_a_line(tmp_path, content):
    path = tmp_path / "graph.npz"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"graph\.npz: saw no edges") as caught:
        graphs.graph(path)
    assert "\n" not in str(caught.value)


def test_other_arrays_are_refused(tmp_path):
    path = tmp_path / "graph.npz"
    np.savez(path, nodes=np.arange(3))
    with pytest.raises(DataError, match="saw no edges"):
        graphs.graph(path)
    np.savez(path, edges=np.array([[0, 1], [1, 2]], np.uint16))
    assert len(graphs.graph(path).edges) == 2


def test_blank_walks_need_no_file():
    with data.blank():
        source = data.walks("nowhere.npz", 30)
    assert data.batches(source, 4)(0).value.shape == (4, 16, 30)
