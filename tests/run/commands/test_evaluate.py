"""`jaxgan evaluate` measures what a run or a folder holds, and says how."""

import dataclasses
import functools
import json
import shutil

import numpy as np
import pytest

import jaxgan
from jaxgan.evaluation import classifier as classifiers
from jaxgan.evaluation.classifier_network import Training
from jaxgan.run import launch, pictures
from jaxgan.run.commands import cli
from jaxgan.run.evaluation import judge, real_data
from jaxgan.run.files import evaluations_log
from jaxgan.run.kinds.evaluation_protocol import EvaluationProtocol
from jaxgan.run.kinds.measures import image_measures
from jaxgan.run.kinds.measures.image_measures import MEASURES
from jaxgan.run.sampling import stored_run
from tests.run.commands.test_import_weights import bring, official, save
from tests.run.conftest import EXPERIMENT, ROOT

DIGITS = ROOT / "experiments" / "first" / "digits.py"
MODES = DIGITS.with_name("toy_modes.py")
TINY = ["--steps", "2", "--batch-size", "8", "--width", "8"]
SMALL = ["--steps=2", "--size=8", "--batch-size=8", "--width=4", "--latent-size=4"]


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("evaluated")
    for name, file, words in (
        ("digits", DIGITS, SMALL),
        ("points", EXPERIMENT, ["--steps", "2"]),
        ("modes", MODES, [*TINY, "--evaluate-every", "2", "--evaluate-num", "64"]),
        ("images", EXPERIMENT.with_name("images.py"), ["--steps", "2"]),
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
    monkeypatch.setattr(image_measures, "classifier", made)


def rows(run):
    lines = (run / evaluations_log.FILE).read_text().splitlines()
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
    assert card["generated images"] == "64"
    assert card["generator"] == "running average"
    assert card["split"] == "train"
    assert all(row["card"] == card for row in found)
    told = {row["measure"]: row["about"] for row in found if "about" in row}
    assert "1,498 of 1,498 training images" in told["memorisation"]
    assert "1% of 64 held-out images are" in told["memorisation"]
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


def test_the_card_says_how_samples_were_made(runs, capsys):
    words = ["--num", "32", "--metrics", "fid", "--json"]
    manner = ["--truncation", "0.5", "--standing-statistics", "2"]
    found = []
    for more in ([], manner):
        cli.main(["evaluate", str(runs / "digits"), *words, *more])
        found.append(json.loads(capsys.readouterr().out))
    assert found[0]["value"] != found[1]["value"]
    told = [
        (row["card"]["truncation"], row["card"]["batch statistics"]) for row in found
    ]
    assert told == [("none", "running"), (0.5, "standing: of 2 batches of 64 samples")]


@pytest.fixture
def labelled_images(tmp_path, monkeypatch):
    """A folder of images of 8 pixels and two classes."""
    rng = np.random.default_rng(0)
    monkeypatch.setenv("JAXGAN_CACHE", str(tmp_path / "cache"))
    for number in range(40):
        kind = tmp_path / "images" / str(number % 2)
        picture = rng.integers(0, 120, (8, 8, 3)) + 100 * (number % 2)
        pictures.save_png(kind / f"{number}.png", picture.astype(np.uint8))
    return tmp_path / "images"


def test_an_imported_run_against_a_folder(labelled_images, tmp_path, capsys):
    _, _, entries = official("stylegan2 original")
    run = tmp_path / "run"
    bring(save(tmp_path / "x.npz", entries), run)
    capsys.readouterr()
    words = ["--num", "32", "--metrics", "fid", "--json", "--truncation", "0.5"]
    cli.main(["evaluate", str(run), "--real", str(labelled_images), *words])
    row = json.loads(capsys.readouterr().out)
    assert row["card"]["split"] == str(labelled_images)
    assert row["card"]["truncation"] == 0.5
    assert np.isfinite(row["value"])
    assert rows(run) == [row]


def test_a_gray_run_reads_a_folder_gray(labelled_images, runs, capsys):
    words = ["--metrics", "fid", "--num", "32", "--json"]
    run = runs / "digits"
    cli.main(["evaluate", str(run), "--real", str(labelled_images), *words])
    told = capsys.readouterr()
    row = json.loads(told.out)
    assert row["card"]["split"] == str(labelled_images)
    assert np.isfinite(row["value"])
    assert told.err.count("32 generated images are few to measure by") == 1


def test_figures_that_cannot_be_kept_are_told(runs, tmp_path, capsys):
    run = tmp_path / "run"
    shutil.copytree(runs / "modes", run)
    (run / evaluations_log.FILE).unlink()
    (run / evaluations_log.FILE).mkdir()
    words = ["evaluate", str(run), "--num", "300", "--metrics", "frechet"]
    with pytest.raises(SystemExit) as ended:
        cli.main(words)
    assert ended.value.code == 1
    told = capsys.readouterr()
    assert "Fréchet distance (values)" in told.out
    warning, error = told.err.splitlines()
    assert f"{run / evaluations_log.FILE} cannot be written: Is a directory" in warning
    assert f"error: the figures above are not in {run}" in error
    found = jaxgan.load(run).evaluate("frechet", num=300)
    assert f"{found['Fréchet distance (values)']:.4g}" in told.out


def test_each_split_by_any_of_its_names(runs, capsys):
    """The classifier stays that of the training data; copies are looked for there."""
    run, found = runs / "images", {}
    for name in ("train", "held_out", "test"):
        words = ["--num", "64", "--metrics", "fid", "memorisation", "--json"]
        cli.main(["evaluate", str(run), "--split", name, *words])
        lines = capsys.readouterr().out.splitlines()
        found[name] = [json.loads(line) for line in lines]
    cards = {name: rows[0]["card"] for name, rows in found.items()}
    assert cards["train"]["split"] == "train"
    assert cards["train"]["real images"] == "64 of 1,400"
    assert cards["held_out"]["split"] == "held_out (test)"
    assert cards["held_out"]["real images"] == "64 of 397"
    assert found["test"] == found["held_out"]
    fid, copies = zip(*([r["value"] for r in found[n]] for n in ("train", "test")))
    assert fid[0] != fid[1]
    assert copies[0] == copies[1]
    for card in cards.values():
        assert card["weights"] == cards["train"]["weights"]
    for _, row in found.values():
        assert "64 held-out images" in row["about"]
        assert "1,400 of 1,400 training images" in row["about"]


def test_a_generator_that_copies(runs):
    """Training images themselves are found, each at its own place."""
    experiment = stored_run.load(runs / "images").experiment
    protocol = EvaluationProtocol(("memorisation",), 200)
    judged = judge.Judge(real_data.choose(experiment, "train"), protocol)
    source = experiment.data.source
    places = np.arange(0, 1_400, 7)
    copied = judged(source.examples(places))
    near = copied.near
    assert near is not None
    assert copied.scores[0][1].value == 1.0
    np.testing.assert_array_equal(near.distances, 0.0)
    np.testing.assert_array_equal(near.indices, places)
    fresh = experiment.held_out.source.examples(np.arange(200))
    assert judged(fresh).scores[0][1].value < 0.05
    alone = real_data.choose(dataclasses.replace(experiment, held_out=None), "train")
    ((_, score),) = judge.Judge(alone, protocol)(fresh).scores
    assert "1% of 200 of them are to another" in score.about
    # Of some training images, the others are not found.
    few = judge.Judge(
        real_data.choose(experiment, "train"), protocol._replace(neighbours=100)
    )
    ((_, score),) = few(source.examples(places)).scores
    assert 0 < score.value < 0.2
    assert "100 of 1,400 training images" in score.about


def test_points_are_measured_by_their_experiment_and_by_their_kind(runs, capsys):
    run = runs / "modes"
    meanwhile = rows(run)
    cli.main(["evaluate", str(run), "--num", "64", "--json"])
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert rows(run) == meanwhile + found
    first = [row for row in found if row["card"].get("measured by")]
    assert found[: len(first)] == first
    assert [row["metric"] for row in first] == [
        "coverage/modes",
        "coverage/high_quality",
        "coverage/reverse_divergence",
    ]
    experiment, state, *_ = stored_run.load(run)
    assert {row["metric"]: row["value"] for row in first} == experiment.measure(state)
    others = found[len(first) :]
    assert [row["measure"] for row in others[:2]] == ["frechet", "sliced-wasserstein"]
    assert others[0]["card"]["real points"] == "64 of 100,000"
    # The first of the kind's measures is what was measured while it trained.
    assert meanwhile == [{**others[0], "step": 2}]
    cli.main(["evaluate", str(run), "--num", "64"])
    told = capsys.readouterr().out
    assert told.count("of step 2, measured so:") == 2
    assert "measured by      the experiment\n" in told
    cli.main(["evaluate", str(run), "--num", "64", "--metrics", "frechet", "--json"])
    assert json.loads(capsys.readouterr().out) == others[0]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "a source without `examples(indices)`, so there are no points"),
        (["--split", "tran"], "--split: saw 'tran', wanted train"),
        (["--metrics", "fid"], "saw 'fid', which is no measure of points"),
    ],
)
def test_points_that_cannot_be_read(runs, capsys, words, message):
    with pytest.raises(SystemExit):
        cli.main(["evaluate", str(runs / "points"), *words])
    assert message in capsys.readouterr().err


def test_a_folder_against_itself(tmp_path, capsys, monkeypatch):
    rng = np.random.default_rng(0)
    for number in range(40):
        kind = tmp_path / "images" / str(number % 2)
        picture = rng.integers(0, 120, (8, 8, 3)).astype(np.uint8) + 100 * (number % 2)
        pictures.save_png(kind / f"{number}.png", picture.astype(np.uint8))
    folder = str(tmp_path / "images")
    monkeypatch.setenv("JAXGAN_CACHE", str(tmp_path / "cache"))
    words = ["--size", "8", "--metrics", "fid", "precision-recall", "--json"]
    cli.main(["compare", folder, folder, *words])
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    fid, precision, recall = (row["value"] for row in found)
    assert abs(fid) < 1e-4
    assert precision == recall == 1
    assert found[0]["card"]["real"] == folder
    cli.main(["compare", folder, folder, *words[:-1]])
    out = capsys.readouterr().out
    assert "resized to        8 pixels" in out
    assert "of step" not in out
    for words in (["--split", "train"], ["--step", "3"], ["--current"]):
        with pytest.raises(SystemExit):
            cli.main(["compare", folder, folder, *words])
        assert f"compare knows no '{words[0]}'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--metrics", "fdi"], "fid"),
        (["--num", "3"], "wanted at least 16"),
        (["--metrics", "modes"], "saw modes, wanted some that fit these data"),
        (["--step", "77"], "77"),
        (["--weights", "no.pth"], "no.pth"),
        (["--truncation", "0.5,-1"], "saw -1.0, wanted more than 0"),
        (["--truncation", "-1"], "saw -1.0, wanted more than 0"),
        (["--split", "test"], "wanted train"),
        (["--neighbours", "3"], "--neighbours: saw 3, wanted at least 16"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_written(runs, capsys, words, message):
    run = runs / "digits"
    before = sorted(run.rglob("*"))
    with pytest.raises(SystemExit):
        cli.main(["evaluate", str(run), *words])
    assert message in capsys.readouterr().err
    assert sorted(run.rglob("*")) == before
