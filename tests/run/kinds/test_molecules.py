"""Molecules: drawn, written and measured; a run, from training to its report."""

import csv
import pathlib

import numpy as np
import pytest
from PIL import Image

from jaxgan import data
from jaxgan.core import Sample
from jaxgan.diagnosis.diagnose import diagnose
from jaxgan.run import kinds
from jaxgan.run.commands import cli
from jaxgan.run.errors import RunError
from jaxgan.run.kinds.measures.measure import Material
from jaxgan.run.kinds.molecules import WRONG

chem = pytest.importorskip("rdkit.Chem")
ROOT = pathlib.Path(__file__).resolve().parents[3]
EXPERIMENT = ROOT / "experiments/molecules/molgan_qm9.py"


@pytest.fixture(scope="module")
def known():
    return data.molecules()


@pytest.fixture(scope="module")
def kind(known):
    return kinds.Molecules(known=lambda: data.names_of(known))


def noise(count, share, seed=0):
    """Graphs of any bonds and atoms: hardly one is a molecule."""
    rng = np.random.default_rng(seed)
    bonds = rng.integers(1, 4, (count, 9, 9)) * (rng.random((count, 9, 9)) < share)
    bonds = np.triu(bonds, 1)
    bonds = bonds + bonds.swapaxes(1, 2)
    nodes = np.eye(5, dtype=np.float32)[rng.integers(0, 5, (count, 9))]
    return Sample({"adjacency": np.eye(4, dtype=np.float32)[bonds], "nodes": nodes})


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 1.0])
def test_any_graph_is_drawn(kind, share):
    picture = kind.picture(noise(16, share))
    assert picture.dtype == np.uint8
    assert picture.shape == (4 * 122 - 2, 4 * 122 - 2, 3)


def test_what_is_no_molecule_has_another_background(kind, known):
    valid = kind.picture(known.examples(np.arange(1)))
    assert tuple(valid[0, 0]) == (255, 255, 255)
    assert len(np.unique(valid.reshape(-1, 3), axis=0)) > 1
    wrong = kind.picture(noise(1, 1.0))
    np.testing.assert_allclose(wrong[0, 0], WRONG, atol=1)


def test_structure_files_are_read_back(kind, known, tmp_path):
    """By RDKit, as the same molecules; the table tells of all of them."""
    for place in range(3):
        one = known.examples(np.array([40 * place + 10]))
        kind.write(tmp_path / f"{place:06d}.sdf", one)
    kind.write(tmp_path / "000003.sdf", noise(1, 1.0))
    names = [
        chem.MolToSmiles(next(chem.SDMolSupplier(str(tmp_path / f"{place:06d}.sdf"))))
        for place in range(3)
    ]
    assert names == list(known.names[[10, 50, 90]])
    with (tmp_path / "molecules.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["smiles"] for row in rows] == [*names, ""]
    assert [row["valid"] for row in rows] == ["1", "1", "1", "0"]
    assert rows[3]["qed"] == ""
    assert rows[0]["file"] == "000000.sdf"
    with pytest.warns(UserWarning, match="1 unparsable"):
        again = data.molecules(tmp_path / "molecules.csv", column="smiles")
    assert set(again.names) == set(names)


def measured(kind, name, samples):
    material = Material(*((), (), None, 0, samples), lambda: samples, kind.unit)
    return {score.metric: score.value for score in kind.measures[name].scores(material)}


def test_measures_of_the_data(kind, known):
    """All valid, unique, and none is new; half of them twice are half as unique."""
    real = known.examples(np.arange(known.size))
    assert measured(kind, "structures", real) == {
        "validity (strict)": 1.0,
        "validity (official, loose)": 1.0,
        "uniqueness": 1.0,
    }
    assert measured(kind, "novelty", real) == {"novelty": 0.0}
    twice = known.examples(np.tile(np.arange(30), 2))
    assert measured(kind, "structures", twice)["uniqueness"] == 0.5
    assert 0.3 < measured(kind, "qed", real)["QED"] < 0.6


def test_measures_of_noise(kind):
    """None is a molecule: nothing is said of properties."""
    samples = noise(20, 1.0)
    assert measured(kind, "structures", samples)["validity (strict)"] == 0.0
    for name in ("qed", "logp", "sa"):
        assert measured(kind, name, samples) == {}


def test_what_is_refused(kind):
    with pytest.raises(RunError, match=r"molecules: saw .* wanted adjacency"):
        kind.picture(Sample(np.zeros((2, 4, 4, 3))))
    with pytest.raises(RunError, match="nodes: saw 5 kinds of atoms, wanted 3: none"):
        kinds.Molecules(elements=("C", "N")).picture(noise(2, 0.5))
    with pytest.raises(RunError, match="novelty: this experiment does not name"):
        _ = kinds.Molecules().training_names
    assert "novelty" not in kinds.Molecules().measures


def rows(uniqueness, validity):
    return [
        {
            "step": step,
            "signal/loss_slope": 1.0,
            "molecules/validity": validity,
            "molecules/uniqueness": uniqueness if step > 600 else 0.9,
        }
        for step in range(0, 1001, 50)
    ]


@pytest.mark.parametrize(
    ("uniqueness", "validity", "found"),
    [(0.02, 0.98, True), (0.9, 0.5, False), (0.0, 0.0, False), (0.49, 0.5, True)],
)
def test_repeated_molecules_are_named(uniqueness, validity, found):
    seen = diagnose(rows(uniqueness, validity))
    assert ("molecules repeated" in seen.verdict) == found
    assert "molecules repeated" in seen.looked_for
    if found:
        assert "90.0% before" in seen.findings[0].evidence


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run of six steps; it is called as a user would."""
    folder = tmp_path_factory.mktemp("runs") / "run"
    words = ["--steps=6", "--sample-every=3", f"--run-dir={folder}", "--batch-size=8"]
    words += ["--widths", "8", "--convolutions", "4", "--latent-size=3", "--seed=1"]
    cli.main(["train", str(EXPERIMENT), *words])
    return folder


def test_a_run(run, tmp_path, capsys):
    cli.main(["sample", str(run), "--num=3", f"--out={tmp_path / 'out'}"])
    files = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert files[0] == "000000.sdf"
    assert "molecules.csv" in files
    cli.main(["sample", str(run), "--num=4", f"--out={tmp_path / 'out.png'}"])
    with Image.open(tmp_path / "out.png") as picture:
        assert picture.size == (484, 484)
        assert picture.info  # says where it is from
    cli.main(["interpolate", str(run), f"--out={tmp_path / 'walk.png'}"])
    capsys.readouterr()
    cli.main(["evaluate", str(run), "--num=32"])
    said = capsys.readouterr().out
    for name in ("validity (strict)", "validity (official, loose)", "novelty"):
        assert name in said
    assert "MolGAN 98.1%, 10.4%, 94.2%" in said
    cli.main(["diagnose", str(run)])
    cli.main(["report", str(run)])
    page = (run / "report.html").read_text()
    assert "Valid, unique and novel molecules over training" in page
    assert "molecules/uniqueness" in (run / "metrics.jsonl").read_text()


def test_options_that_cannot_be_meant(run, capsys):
    for words, name in (
        (["evaluate", str(run), "--metrics", "fid"], "metrics"),
        (["evaluate", str(run), "--real", str(run)], "no folders of molecules"),
    ):
        with pytest.raises(SystemExit):
            cli.main(words)
        assert name in capsys.readouterr().err
