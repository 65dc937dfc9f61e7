"""Bad files among the user's, from the command line to the stored run."""

import json
import shutil
import warnings

import numpy as np
import pytest
from PIL import Image

import jaxgan
from jaxgan import data
from jaxgan.run import launch
from jaxgan.run.commands import cli
from jaxgan.run.errors import RunError
from jaxgan.run.files import user_files
from jaxgan.run.files.run_directory import read_identity
from jaxgan.run.sampling import stored_run

EXPERIMENT = '''"""A small GAN of a folder."""
import dataclasses
from jaxgan import data, recipes
from jaxgan.games.latent import LatentGame
from jaxgan.models import mlp
from jaxgan.run.experiment import Experiment


@dataclasses.dataclass(frozen=True)
class Config:
    """What identifies a run."""

    path: str = "pictures"
    """Of the images."""


VARIANTS = {"default": Config()}


def build(config):
    """Builds the experiment."""
    source = data.folder(config.path, 2, 1, labels="optional")
    players = mlp.Generator(source.shape, (4,)), mlp.Discriminator((4,), 0.0)
    return Experiment(
        game=LatentGame(*players, 4),
        recipe=recipes.nonsaturating(),
        data=data.batches(source, 8),
    )
'''


@pytest.fixture
def pictures(tmp_path, monkeypatch):
    """A folder of 20 images and two bad files, beside an experiment."""
    monkeypatch.setenv("JAXGAN_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.py").write_text(EXPERIMENT)
    top = tmp_path / "pictures"
    top.mkdir()
    for number in range(20):
        Image.new("L", (3, 3), number * 12).save(top / f"{number:02}.png")
    for name in ("03.png", "notes.txt"):
        (top / name).write_bytes(b"?")
    return top


def test_a_run_leaves_bad_files_out_and_remembers_it(pictures, tmp_path, capsys):
    path, flags = tmp_path / "own.py", ["--steps=1", "--run-dir=run"]
    with pytest.raises(
        RunError, match=r"2 of 21 files cannot be used:(.|\n)*notes.txt"
    ):
        launch.train(path, flags)
    assert not (tmp_path / "run").exists()
    assert launch.train(path, [*flags, "--skip-bad"]) == 0
    told = capsys.readouterr().err
    assert "warning: pictures: 2 of 21 files are left out" in told
    assert told.count("19 images are few") == 1
    assert "UserWarning" not in told
    assert read_identity(tmp_path / "run").skip_bad
    with pytest.raises(RunError, match=r"skip_bad: run has True, you asked False"):
        launch.train(path, ["--steps=2", "--run-dir=run"])
    assert launch.train(path, ["--steps=2", "--run-dir=run", "--skip-bad"]) == 0
    assert jaxgan.load("run").sample(3).shape == (3, 2, 2, 1)
    experiment = stored_run.load("run").experiment
    shutil.rmtree(tmp_path / "cache")
    with pytest.warns(UserWarning, match="2 of 21 files are left out"):
        assert experiment.data(0).value.shape == (8, 2, 2, 1)


def test_an_older_run_leaves_none_out(pictures, tmp_path):
    stored = {"experiment": "own", "variant": "default", "config": {}}
    (tmp_path / "config.json").write_text(json.dumps(stored))
    assert not read_identity(tmp_path).skip_bad


def test_folders_that_are_compared(pictures, tmp_path, capsys):
    np.savez(tmp_path / "none.npz", weight=np.zeros(3, np.float32))
    arguments = ["compare", "pictures", "pictures", "--size=8", "--num=16"]
    arguments += ["--extractor=inception", "--weights=none.npz"]
    for flags, wanted in (
        ([], r"error: pictures: 2 of 21 files cannot be used"),
        (["--skip-bad"], r"warning: pictures: 2 of 21 files are left out"),
    ):
        with pytest.raises(SystemExit):
            cli.main([*arguments, *flags])
        told = capsys.readouterr().err
        assert wanted in told


def test_warnings_of_data_are_plain(capsys):
    with user_files.reading():
        warnings.warn("the disk is full", stacklevel=1)
    assert capsys.readouterr().err == "warning: the disk is full\n"
    with pytest.raises(RunError, match="error: values: saw NaN"), user_files.reading():
        data.arrays(np.full((1, 2), np.nan))
