"""What nobody can mean of videos, molecules and graphs: a line each, before a step."""

import pathlib
import shlex

import jax
import numpy as np
import pytest

from jaxgan.run.commands import cli

EXPERIMENTS = pathlib.Path(__file__).parents[3] / "experiments"
MOCOGAN = "video/mocogan_moving_mnist --variant small --dataset digits"
DVDGAN = "video/dvdgan_moving_mnist --variant small --dataset digits"
FOLDER = "video/dvdgan_folder --variant small"
RADAR = "video/dvdgan_radar --variant small"
MOLGAN = "molecules/molgan_qm9 --variant small"
NETGAN = "molecules/netgan_cora --variant small --nodes 64"
BAD = (
    (MOCOGAN, "--frames 5", "frames: saw 5, wanted at least 13"),
    (MOCOGAN, "--size 48", "size: saw 48x48, wanted a square of a power of two"),
    (MOCOGAN, "--digit-size 40", "size: saw 32, wanted an integer, at least 40"),
    (MOCOGAN, "--digits 0", "digits: saw 0, wanted at least 1"),
    (MOCOGAN, "--judged 0", "judged: saw 0, wanted at least 1"),
    (MOCOGAN, "--motion-size 0", "--motion-size: saw 0, wanted at least 1"),
    (MOCOGAN, "--weight-decay -1", "--weight-decay: saw -1.0, wanted at least 0"),
    (MOCOGAN, "--noise -1", "noise: saw -1.0, wanted at least 0"),
    (MOCOGAN, "--dataset none", "none"),
    (DVDGAN, "--critic-steps 0", "critic_steps: saw 0, wanted"),
    (DVDGAN, "--generator-widths 8 0", "generator_widths: saw (8, 0), wanted"),
    (FOLDER, "--path none", "none: does not exist, wanted a folder or .zip of videos"),
    (FOLDER, "--path texts", "not a video"),
    (FOLDER, "--path ''", "path: saw '', wanted a folder or .zip of videos"),
    (FOLDER, "--channels 2", "channels: saw 2, wanted 1 (gray) or 3 (colour)"),
    (RADAR, "--path none.npz", "none.npz: does not exist, wanted an .npz file of"),
    (RADAR, "--path edges.npz", "edges.npz: saw edges, wanted an .npz file of"),
    (RADAR, "--given 0", "given: saw 0, wanted at least 1"),
    (MOLGAN, "--path none.csv", "none.csv: there is no such file of molecules"),
    (MOLGAN, "--path texts", "texts: saw no suffix, wanted .csv"),
    (MOLGAN, "--path set.csv --column x", "column: saw 'x', wanted one of ['smiles']"),
    (MOLGAN, "--path set.csv --size 2", "line 2: saw 3 atoms in 'CCO', wanted at mos"),
    (MOLGAN, "--size 1", "size: saw 1, wanted an integer, at least 2"),
    (MOLGAN, "--elements C Zz", "elements: saw ['C', 'Zz'], wanted symbols of"),
    (MOLGAN, "--group 3", "group: saw 3, wanted a divisor of the batch of 128"),
    (MOLGAN, "--adversarial-share 2", "--adversarial-share: saw 2.0, wanted at"),
    (MOLGAN, "--reward-start -1", "--reward-start: saw -1, wanted at least 0"),
    (MOLGAN, "--learning-rate 0", "learning_rate: saw 0.0, wanted more than 0"),
    (MOLGAN, "--chance -1", "chance: saw -1.0, wanted"),
    (MOLGAN, "--convolutions 0", "convolutions: saw (0,), wanted"),
    (MOLGAN, "--decay-steps 0", "decay_steps: saw 0, wanted at least 1"),
    (NETGAN, "--path none", "none: there is no such file of edges"),
    (NETGAN, "--path texts/a.txt", "saw no edges"),
    (NETGAN, "--path edges.npz", "nodes: saw 64, wanted at most the graph's 4"),
    (NETGAN, "--path sparse.npz", "saw node 4000000000, wanted nodes from 0 to 49999"),
    (NETGAN, "--nodes 4", "nodes: saw 4, wanted an integer, at least 8"),
    (NETGAN, "--length 1", "length: saw 1, wanted an integer, at least 2"),
    (NETGAN, "--hidden 0", "hidden: saw 0, wanted"),
    (NETGAN, "--width 0", "width: saw 0, wanted"),
    (NETGAN, "--samples 0", "samples: saw 0, wanted at least 1"),
    (NETGAN, "--learning-rate nan", "learning_rate: saw nan, wanted a finite number"),
    (NETGAN, "--latent-size 0", "latent_size: saw 0, wanted"),
)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder in which some of the files are."""
    folder = tmp_path_factory.mktemp("bad")
    (folder / "texts").mkdir()
    (folder / "texts" / "a.txt").write_text("no video, nor edges\n")
    (folder / "set.csv").write_text("smiles\nCCO\nCCN\n")
    np.savez(folder / "edges.npz", edges=np.array([[0, 1], [1, 2], [2, 3]]))
    np.savez(folder / "sparse.npz", edges=np.array([[0, 4_000_000_000]]))
    return folder


@pytest.mark.parametrize(("experiment", "words", "told"), BAD)
def test_a_line_tells(experiment, words, told, place, monkeypatch, capsys):
    """And nothing is compiled for it."""
    monkeypatch.chdir(place)

    def compiled(*_, **__):
        raise AssertionError("compiled before it was told")

    monkeypatch.setattr(jax.stages.Lowered, "compile", compiled)
    name, *more = experiment.split()
    file = EXPERIMENTS / f"{name}.py"
    if name.startswith("molecules/molgan"):
        pytest.importorskip("rdkit")
    arguments = ["train", str(file), *more, *shlex.split(words), "--run-dir", "new"]
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    errors = capsys.readouterr().err
    assert ended.value.code == 2
    assert told in errors
    assert [line[:6] for line in errors.splitlines()].count("error:") == 1
    assert "Traceback" not in errors
    assert not (place / "new").exists()
