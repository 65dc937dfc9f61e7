"""Experiments are found by path or by name: the own ones, then those of jaxgan."""

import pathlib

import pytest

from jaxgan.run.errors import RunError
from jaxgan.run.files import experiment_catalogue
from tests.run.conftest import EXPERIMENT, ROOT


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A folder with two experiments, one of them of a name that jaxgan has too."""
    for name in ("points.py", "toys/digits.py"):
        path = tmp_path / "experiments" / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(EXPERIMENT.read_text())
    monkeypatch.chdir(tmp_path)
    return pathlib.Path("experiments")


def test_the_checkout_has_them_beside_the_package():
    assert experiment_catalogue.packaged() == ROOT / "experiments"


def test_own_experiments_go_first(own):
    assert experiment_catalogue.find("points") == own / "points.py"
    assert experiment_catalogue.find("digits") == own / "toys" / "digits.py"
    assert experiment_catalogue.find("mlp_mnist").is_relative_to(ROOT)
    path = own / "toys" / "digits.py"
    assert experiment_catalogue.find(str(path)) == path
    assert set(experiment_catalogue.experiments()) > {"points", "digits", "wgan_mnist"}


def test_an_installed_package_holds_them(own, monkeypatch, tmp_path):
    """There no pyproject.toml lies beside it, whatever else does."""
    package = tmp_path / "site-packages" / "jaxgan"
    file = package / "run" / "files" / "experiment_catalogue.py"
    monkeypatch.setattr(experiment_catalogue, "__file__", str(file))
    (tmp_path / "site-packages" / "experiments").mkdir(parents=True)
    assert experiment_catalogue.packaged() == package / "experiments"
    assert set(experiment_catalogue.experiments()) == {"points", "digits"}


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("pionts", "there is no experiment pionts\nhint: did you mean 'points'?"),
        ("experiments/pionts.py", "experiments/pionts.py\nhint: did you mean 'points'"),
        ("toys/digits", "there is no experiment toys/digits\nhint: did you mean 'dig"),
        ("run", "run is a run, wanted an experiment\nhint: to resume the run, repeat "),
    ],
)
def test_what_is_said_of_others(own, word, said):
    run = own.parent / "run"
    run.mkdir()
    (run / "config.json").write_text("{}")
    (run / "command.txt").write_text("jaxgan train points\n")
    with pytest.raises(RunError) as error:
        experiment_catalogue.find(word)
    assert said in str(error.value)
