"""Molecules out of files: there and back, counted, cached, and what is refused."""

import gzip
import importlib
import sys
import warnings

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxgan import data
from jaxgan.data import DataError, molecule_graphs
from jaxgan.data.molecule_graphs import (
    decode,
    encode,
    loose_smiles,
    strict_smiles,
)

pytest.importorskip("rdkit")
ENCODING = molecule_graphs.Encoding()


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("JAXGAN_CACHE", str(tmp_path / "cache"))


def written(path, text):
    path.write_bytes(
        gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode()
    )
    return path


@pytest.fixture(scope="module")
def known():
    return data.molecules()


def test_the_molecules_that_come_along(known):
    """All come back as themselves, and none is there twice."""
    assert known.reading.came_back == known.reading.rows == known.size
    assert known.size > 100
    assert len(set(known.names)) == known.size
    assert {"C", "c1ccccc1", "C1CC2CCC1C2"} <= set(known.names)


def test_graphs_of_known_molecules(known):
    """Formic acid by hand: O=CO, a double and a single bond."""
    one = known.examples(np.flatnonzero(known.names == "O=CO")).value
    kinds, bonds = one["nodes"][0].argmax(-1), one["adjacency"][0].argmax(-1)
    np.testing.assert_array_equal(kinds, [3, 1, 3, *[0] * 6])
    wanted = np.zeros((9, 9), int)
    wanted[0, 1] = wanted[1, 0] = 2
    wanted[1, 2] = wanted[2, 1] = 1
    np.testing.assert_array_equal(bonds, wanted)
    for leaf in jax.tree.leaves(one):
        assert leaf.dtype == np.float32
        np.testing.assert_array_equal(leaf.sum(-1), 1.0)


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_any_order_of_atoms_is_the_same_molecule(known, draw):
    """And padding may stand anywhere."""
    place = draw.draw(st.integers(0, known.size - 1))
    order = np.array(draw.draw(st.permutations(range(9))))
    nodes = known.nodes[place][order]
    bonds = known.bonds[place][order][:, order]
    made = decode(nodes, bonds, ENCODING.elements)
    assert strict_smiles(made) == known.names[place]


@settings(deadline=None, max_examples=100)
@given(st.integers(0, 2**32 - 1), st.floats(0.0, 1.0))
def test_strictly_valid_graphs_are_loosely_valid(seed, share):
    """Whatever the graph; and what is strictly valid is itself once more."""
    rng = np.random.default_rng(seed)
    bonds = rng.integers(1, 4, (9, 9)) * (rng.random((9, 9)) < share)
    bonds = np.triu(bonds, 1).astype(np.uint8)
    nodes = rng.integers(0, 5, 9).astype(np.uint8)
    made = decode(nodes, bonds + bonds.T, ENCODING.elements)
    strict = strict_smiles(made)
    if strict:
        assert loose_smiles(made)
        again, pairs, name = encode(strict, ENCODING)
        assert name == strict
        assert strict_smiles(decode(again, pairs, ENCODING.elements)) == strict


def graph(atoms, bonds):
    nodes, pairs = np.zeros(9, np.uint8), np.zeros((9, 9), np.uint8)
    nodes[: len(atoms)] = atoms
    for i, j, kind in bonds:
        pairs[i, j] = pairs[j, i] = kind
    return decode(nodes, pairs, ENCODING.elements)


@pytest.mark.parametrize(
    ("atoms", "bonds", "strict", "loose"),
    [
        ([1, 3], [(0, 1, 1)], "CO", True),
        ([1, 4], [(0, 1, 2)], "", False),  # fluorine has one bond
        ([1, 1, 3], [(0, 1, 1)], "", True),  # two pieces
        ([], [], "", True),  # nothing
        ([1, 0], [(0, 1, 1)], "", True),  # a bond to nowhere
        ([0, 1, 3], [(1, 2, 2)], "C=O", True),  # with a gap
    ],
)
def test_both_validities(atoms, bonds, strict, loose):
    made = graph(atoms, bonds)
    assert strict_smiles(made) == strict
    assert bool(loose_smiles(made)) == loose


TEXT = "name,SMILES\nethanol,OCC\nagain,CCO\nbad,C(\nsalt,[Na+].[Cl-]\nion,C[NH3+]\n\n"


@pytest.mark.parametrize("name", ["set.csv", "set.csv.gz"])
def test_rows_are_counted(tmp_path, name):
    path = written(tmp_path / name, TEXT)
    with pytest.warns(UserWarning, match=r"1 molecules of 5 rows; 100.00% .* 1 repea"):
        source = data.molecules(path)
    assert list(source.names) == ["CCO"]
    assert source.reading.left_out == {
        "repeated": 1,
        "unparsable": 1,
        "in pieces": 1,
        "charged": 1,
    }


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("set.smi", "CCO ethanol\nC methane\n"),
        ("set.txt", "CCO\nC\n"),
        ("set.tsv", "id\tsmiles\n1\tCCO\n2\tC\n"),
        ("set.csv", "molecule\nCCO\nC\n"),
    ],
)
def test_kinds_of_files(tmp_path, name, text):
    source = data.molecules(written(tmp_path / name, text))
    assert sorted(source.names) == ["C", "CCO"]


def test_what_was_read_is_kept(tmp_path, monkeypatch):
    """Also under another name; a damaged file is made again."""
    one = data.molecules(written(tmp_path / "a.smi", "CCO\nC\n"))
    with monkeypatch.context() as context:
        module = importlib.import_module("jaxgan.data.molecules")
        context.setattr(module, "encode", None)
        two = data.molecules(written(tmp_path / "b.smi", "CCO\nC\n"))
    np.testing.assert_array_equal(one.names, two.names)
    np.testing.assert_array_equal(one.bonds, two.bonds)
    assert two.reading == one.reading
    (kept,) = (tmp_path / "cache").glob("*.npz")
    kept.write_bytes(b"damaged")
    with pytest.warns(UserWarning, match="damaged, made again"):
        three = data.molecules(tmp_path / "a.smi")
    np.testing.assert_array_equal(one.nodes, three.nodes)


def test_names_of_parts(known):
    part = data.subset(data.subset(known, [5, 6, 7]), [2, 0])
    assert list(data.names_of(part)) == [known.names[7], known.names[5]]
    with pytest.raises(DataError, match="source: saw a Arrays, wanted molecules"):
        data.names_of(data.ring(size=8))


def test_batches_tell_their_shapes(known):
    """Without reading; and of blank molecules, for forecasts."""
    made = data.batches(data.subset(known, range(20)), 4)
    assert jax.tree.map(lambda x: (x.shape, x.dtype), made(0)) == jax.tree.map(
        lambda x: (x.shape, x.dtype), made.shapes
    )
    with data.blank():
        blank = data.batches(data.molecules("nowhere.csv", size=12), 4)
    assert blank.shapes.value["adjacency"].shape == (4, 12, 12, 4)
    assert blank(0).value["nodes"].shape == (4, 12, 5)


BAD = {
    "no such file": (None, {}, "there is no such file"),
    "a suffix": ("set.xyz", {}, "saw .xyz, wanted .csv, .tsv, .smi"),
    "no column": ("a,b\nC,C\n", {}, r"column: saw none, wanted one of \['a', 'b'\]"),
    "another column": ("a,smiles\nC,C\n", {"column": "x"}, "column: saw 'x', wanted"),
    "a column of a list": ("C\n", {"column": "x"}, "column: saw 'x', wanted none"),
    "no SMILES": ("smiles\nfoo\nbar\n", {}, "0 molecules of 2 rows.*2 unparsable"),
    "too large": ("smiles\nC\nCCCCCCCCCC\n", {}, "line 3: saw 10 atoms.*size=10"),
    "an element": ("smiles\nCS\n", {}, "line 2: saw S in 'CS', wanted C, N, O, F"),
    "elements": ("smiles\nC\n", {"elements": ("C", "Zz")}, "elements: saw"),
    "twice": ("smiles\nC\n", {"elements": ("C", "C")}, "elements: saw .* each once"),
    "a size": (
        "smiles\nC\n",
        {"size": 1},
        "size: saw 1, wanted an integer, at least 2",
    ),
    "nothing": ("smiles\n", {}, "0 molecules of 0 rows"),
    "damaged": (b"\x1f\x8bnothing", {}, "cannot be read"),
    "too long": (f"smiles\n{'C' * 140_000}\n", {}, "line 2: cannot be read: field"),
    "four bonds": ("smiles\n[C]$[C]\n", {}, "1 of other bonds"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_refused(tmp_path, case):
    """In one line, before anything is computed."""
    text, options, message = BAD[case]
    path = tmp_path / ("set.smi" if "list" in case else "set.csv")
    if text == "set.xyz":
        path = written(tmp_path / text, "C")
    elif isinstance(text, bytes):
        path = tmp_path / "set.csv.gz"
        path.write_bytes(text)
    elif text is not None:
        written(path, text)
    with pytest.raises(DataError, match=message) as caught:
        data.molecules(path, **options)
    assert "\n" not in str(caught.value)


def test_what_does_not_fit_may_be_left_out(tmp_path):
    path = written(tmp_path / "set.smi", "C\nCS\nCCCCCCCCCC\n")
    with pytest.warns(UserWarning, match="1 of other elements, 1 too large"):
        source = data.molecules(path, skip=True)
    assert list(source.names) == ["C"]
    with pytest.raises(DataError, match="line 2: saw S"):
        data.molecules(path)
    larger = data.molecules(path, 10, ("C", "S"))
    assert larger.size == 3


def test_without_rdkit(monkeypatch):
    molecule_graphs.chemistry.cache_clear()
    monkeypatch.setitem(sys.modules, "rdkit", None)
    with pytest.raises(DataError, match=r"pip install jaxgan\[molecules\]"):
        data.molecules()
    molecule_graphs.chemistry.cache_clear()


@pytest.mark.slow
def test_qm9(shared_data, monkeypatch):
    """All of 111,394 neutral molecules come back as themselves."""
    monkeypatch.delenv("JAXGAN_CACHE")  # what was read once need not be again
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        source = data.molecules(shared_data / "qm9-clean/qm9-clean.csv.gz")
    assert source.size == source.reading.rows == source.reading.came_back == 111_394
