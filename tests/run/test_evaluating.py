"""`jaxgan evaluate` measures what a run or a folder holds, and says how."""

import functools
import json

import numpy as np
import pytest

from jaxgan.evaluation import classifier as classifiers
from jaxgan.evaluation.classifier_network import Training
from jaxgan.run import cli, evaluating, launch, pictures
from jaxgan.run.measures import MEASURES

from .conftest import EXPERIMENT, ROOT

DIGITS = ROOT / "experiments" / "digits.py"
SMALL = ["--steps", "2", "--batch-size", "8", "--width", "4", "--latent-size", "4"]


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("evaluated")
    for name, file, words in (
        ("digits", DIGITS, SMALL),
        ("points", EXPERIMENT, ["--steps", "2"]),
    ):
        assert launch.train(file, [*words, "--run-dir", str(folder / name)]) == 0
    return folder


@pytest.fixture(autouse=True)
def quick(monkeypatch, tmp_path_factory):
    """A classifier that is trained for a moment."""
    made = functools.partial(
        classifiers.classifier,
        training=Training(steps=20),
        cache_dir=tmp_path_factory.getbasetemp() / "classifiers",
    )
    monkeypatch.setattr(evaluating, "classifier", made)


def rows(run):
    lines = (run / evaluating.FILE).read_text().splitlines()
    return [json.loads(line) for line in lines]


def test_the_same_run_has_the_same_figures_each_with_its_card(runs, capsys):
    run = runs / "digits"
    for _ in range(2):
        cli.main(["evaluate", str(run), "--num", "64"])
    found = rows(run)
    half = len(found) // 2
    assert found[:half] == found[half:]
    names = [row["metric"] for row in found[:half]]
    assert len(set(names)) == len(names) >= len(MEASURES)
    # By the features of a classifier nothing goes by the plain name.
    assert all(name.endswith("(classifier)") for name in names)
    card = found[0]["card"]
    assert card["weights"].startswith("sha256:")
    assert card["fake images"] == 64
    assert card["average"] is True
    assert found[0]["step"] == 2
    shown = capsys.readouterr().out
    assert "FID (classifier)" in shown
    assert card["weights"] in shown
    assert (run / "evaluations" / "neighbours_00000002.png").is_file()


def test_another_seed_of_the_samples_gives_other_figures(runs, capsys):
    values = []
    for seed in ("0", "1"):
        words = ["--num", "32", "--metrics", "fid", "--json", "--seed", seed]
        cli.main(["evaluate", str(runs / "digits"), *words])
        values.append(json.loads(capsys.readouterr().out)["value"])
    assert values[0] != values[1]


def test_points_without_a_measure(runs, capsys):
    run = runs / "points"
    with pytest.raises(SystemExit):
        cli.main(["evaluate", str(run)])
    assert "nothing else to measure" in capsys.readouterr().err


def test_a_folder_against_itself(tmp_path, capsys, monkeypatch):
    rng = np.random.default_rng(0)
    for number in range(40):
        kind = tmp_path / "images" / str(number % 2)
        picture = rng.integers(0, 120, (8, 8, 3)).astype(np.uint8) + 100 * (number % 2)
        pictures.save_png(kind / f"{number}.png", picture.astype(np.uint8))
    folder = str(tmp_path / "images")
    monkeypatch.setenv("JAXGAN_CACHE", str(tmp_path / "cache"))
    words = ["--size", "8", "--metrics", "fid", "precision-recall", "--json"]
    cli.main(["evaluate", folder, folder, *words])
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    fid, precision, recall = (row["value"] for row in found)
    assert abs(fid) < 1e-4
    assert precision == recall == 1
    assert found[0]["card"]["real"] == folder


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--metrics", "fdi"], "fid"),
        (["--num", "3"], "wanted at least 16"),
        (["--metrics", "modes"], "saw modes, wanted some that fit these data"),
        (["--step", "77"], "77"),
        (["--weights", "no.pth"], "no.pth"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_written(runs, capsys, words, message):
    run = runs / "digits"
    before = sorted(run.rglob("*"))
    with pytest.raises(SystemExit):
        cli.main(["evaluate", str(run), *words])
    assert message in capsys.readouterr().err
    assert sorted(run.rglob("*")) == before
