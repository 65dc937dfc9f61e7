"""A run knows its data, wherever they are by now, and whatever lies in their place."""

import json
import pathlib
import shutil

import numpy as np
import pytest
from PIL import Image

import jaxgan
from jaxgan.run import launch
from jaxgan.run.commands import cli
from jaxgan.run.errors import RunError
from jaxgan.run.files import run_directory
from tests.run.conftest import fingerprint_in

EXPERIMENT = pathlib.Path(__file__).parents[1] / "named_pictures.py"


def paint(folder, names=("ant", "bee", "cat"), count=18):
    for number in range(count):
        path = pathlib.Path(folder) / names[number % 3] / f"{number:02}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        noise = np.random.default_rng(number).integers(0, 256, (3, 3, 3))
        Image.fromarray(noise.astype(np.uint8)).save(path)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A folder with pictures, and a run of two steps on them."""
    top = tmp_path_factory.mktemp("trained")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(top)
        patch.setenv("JAXGAN_CACHE", str(top / "cache"))
        paint("pictures")
        assert launch.train(EXPERIMENT, ["--run-dir", "run"]) == 0
    return top


@pytest.fixture
def here(trained, tmp_path, monkeypatch):
    """The same, to be changed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JAXGAN_CACHE", str(tmp_path / "cache"))
    for name in ("run", "pictures"):
        shutil.copytree(trained / name, name)
    record = pathlib.Path("run/data.json")
    record.write_text(record.read_text().replace(str(trained), str(tmp_path)))
    return tmp_path


def resume(*words):
    return launch.train(EXPERIMENT, ["--run-dir", "run", *map(str, words)])


def record():
    return json.loads(pathlib.Path("run/data.json").read_text())


def files():
    return {
        path: path.read_bytes()
        for path in pathlib.Path("run").rglob("*")
        if path.is_file()
    }


def test_what_is_recorded(here):
    (run,) = record()["runs"]
    (opened,) = run["opened"]
    assert (opened["by"], opened["place"]) == ("folder", "pictures")
    assert opened["path"] == str(here / "pictures")
    assert opened["size"] == 18
    assert opened["classes"] == run["data"]["classes"] == ["ant", "bee", "cat"]
    assert run["batch"] == {"value": "float32[8, 2, 2, 3]", "given": "int32[8]"}


def test_names_are_those_of_the_run(here):
    before = jaxgan.load("run").generate(3, label="bee")
    pathlib.Path("pictures/ant").rename("pictures/zebra")
    after = jaxgan.load("run")
    assert after.classes == ("ant", "bee", "cat")
    np.testing.assert_array_equal(after.sample(3, label="bee"), before.value)
    with pytest.raises(RunError, match="no class 'zebra'"):
        after.sample(3, label="zebra")
    unchanged = files()
    with pytest.raises(RunError) as error:
        resume("--steps", 4)
    assert "classes ant, bee, cat" in error.value.args[0]
    assert "classes bee, cat, zebra" in error.value.args[0]
    assert "--data-changed" in error.value.hint
    assert files() == unchanged


@pytest.mark.parametrize("elsewhere", [False, True])
def test_nothing_else_needs_them(here, elsewhere, capsys, monkeypatch):
    shutil.rmtree("pictures")
    run = here / "run"
    if elsewhere:
        pathlib.Path("other").mkdir()
        monkeypatch.chdir("other")
        paint("pictures", ("x", "y", "z"), count=9)
    words = {
        "sample": ("--label", "cat", "--out", "samples.npz"),
        "interpolate": ("--points", "2", "--frames", "1"),
        "fingerprint": (),
        "diagnose": (),
    }
    for command, options in words.items():
        cli.main([command, str(run), *options])
    cli.main(["list", "--runs", str(here)])
    assert np.load("samples.npz")["given"].tolist() == [2] * 64
    loaded = jaxgan.load(run)
    assert "img" in loaded._repr_html_()
    capsys.readouterr()
    for call in (lambda: loaded.evaluate("precision-recall", num=16), loaded.evaluate):
        with pytest.raises(RunError, match="were 18 of"):
            call()


@pytest.mark.slow
def test_measures_against_a_folder_do_without_them(here):
    pathlib.Path("pictures").rename("real")
    run = jaxgan.load("run")
    assert len(run.evaluate("precision-recall", num=16, real="real")) == 2


def test_the_report_shows_what_training_drew(here):
    pytest.importorskip("jinja2")
    pytest.importorskip("plotly")
    from jaxgan.run.report import document

    shutil.rmtree("pictures")
    run = pathlib.Path("run")
    body = document.body(document.contents(run))
    assert '<section id="pair"' in body
    (run / "samples" / "real.png").unlink()
    document.from_checkpoint.cache_clear()
    gathered = document.contents(run)
    assert any("cannot be opened" in line for line in gathered.why)


def test_resuming_where_they_are_now(here, capsys):
    """The same bits as without the move; the run knows where from then on."""
    shutil.copytree("run", "whole")
    assert launch.train(EXPERIMENT, ["--run-dir", "whole", "--steps", "4"]) == 0
    whole = fingerprint_in(capsys.readouterr().out)
    pathlib.Path("pictures").rename("elsewhere")
    with pytest.raises(RunError) as error:
        resume("--steps", 4)
    assert str(here / "pictures") in error.value.hint
    assert resume("--steps", 4, "--path", "elsewhere") == 0
    assert fingerprint_in(capsys.readouterr().out) == whole
    assert record()["runs"][0]["opened"][0]["path"] == str(here / "elsewhere")
    assert run_directory.read_identity(pathlib.Path("run")).config["path"] == (
        "elsewhere"
    )
    assert jaxgan.load("run").experiment.data(0).value.shape == (8, 2, 2, 3)
    assert resume("--steps", 4, "--path", here / "elsewhere") == 0


CHANGES = {
    "more": lambda: paint("pictures", count=19),
    "fewer": lambda: pathlib.Path("pictures/ant/00.png").unlink(),
    "another": lambda: shutil.copy("pictures/ant/03.png", "pictures/ant/00.png"),
    "labelled otherwise": lambda: pathlib.Path("pictures/ant/00.png").rename(
        "pictures/bee/00.png"
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_others_are_refused(here, name, capsys):
    CHANGES[name]()
    unchanged = files()
    with pytest.raises(RunError) as error:
        resume("--steps", 4)
    text = error.value.args[0]
    assert "trained on other data" in text
    assert "run has data.folder (18 of [2, 2, 3], classes ant, bee, cat, sha256" in text
    assert text.count("sha256:") == 2
    assert files() == unchanged
    with pytest.raises(RunError, match="other data than the run was trained on"):
        jaxgan.load("run").evaluate("precision-recall", num=16)


def test_others_if_asked_for(here, capsys):
    paint("pictures", count=19)
    assert resume("--steps", 4, "--data-changed") == 0
    assert "goes on with other data" in capsys.readouterr().err
    assert record()["runs"][0]["opened"][0]["size"] == 19
    assert pathlib.Path("run/data-1.json").is_file()
    assert resume("--steps", 4) == 0
    assert "other data" not in capsys.readouterr().err


def test_a_path_is_no_pretext(here):
    """Neither for another config, nor for what is not there."""
    with pytest.raises(RunError, match="classes: run has 3, you asked 4"):
        resume("--path", "elsewhere", "--classes", 4)
    with pytest.raises(RunError, match="elsewhere: does not exist"):
        resume("--path", "elsewhere")
    shutil.copytree("pictures", "elsewhere")
    paint("elsewhere", count=19)
    with pytest.raises(RunError, match="elsewhere: run has"):
        resume("--path", "elsewhere")


def test_a_run_without_a_record(here, capsys):
    """As earlier versions have stored: it looks at the data, and has one then."""
    pathlib.Path("run/data.json").unlink()
    assert jaxgan.load("run").generate(2, label="bee").given.tolist() == [1, 1]
    assert resume("--steps", 2) == 0
    assert record()["runs"][0]["opened"][0]["size"] == 18
    told = capsys.readouterr().err.replace("warning: 18 images are few", "")
    assert "warning" not in told


def test_a_start_from_a_run_whose_data_are_gone(here, capsys):
    pathlib.Path("pictures").rename("elsewhere")
    words = ["--start-from", "run", "--path", "elsewhere", "--run-dir", "new"]
    assert launch.train(EXPERIMENT, words) == 0
    assert "starting from run, step 2" in capsys.readouterr().out


@pytest.mark.slow
def test_several_seeds(here, capsys):
    words = ["--seeds", "2", "--run-dir", "seeds"]
    assert launch.train(EXPERIMENT, words) == 0
    text = pathlib.Path("seeds/data.json").read_text()
    assert text.count('"opened"') == 1
    pathlib.Path("pictures").rename("elsewhere")
    for seed in (0, 1):
        run = jaxgan.load("seeds", seed=seed)
        assert run.generate(2, label="cat").given.tolist() == [2, 2]
    assert launch.train(EXPERIMENT, [*words, "--path", "elsewhere"]) == 0


OWN = {
    "of_file": "source = data.of_file(config.path, read)",
    "by itself": "source = read(config.path)",
}


@pytest.mark.parametrize(
    "name", ["of_file", pytest.param("by itself", marks=pytest.mark.slow)]
)
def test_an_experiment_that_reads_files(here, name):
    """By `of_file` its runs do without them; by itself it says what would help."""
    text = EXPERIMENT.read_text().replace(
        "source = data.folder(config.path, 2)", (OWN[name])
    )
    text = text.replace("VARIANTS =", READ).replace('"pictures"', '"set.npz"')
    file = pathlib.Path("own.py")
    file.write_text(text)
    values = np.random.default_rng(0).integers(0, 256, (9, 2, 2, 3), np.uint8)
    arrays = {"values": values, "labels": np.arange(9) % 3}
    np.savez("set.npz", **arrays, names=["ant", "bee", "cat"])
    assert launch.train(file, ["--run-dir", "own"]) == 0
    np.savez("set.npz", **arrays, names=["bee", "cat", "ant"])
    assert jaxgan.load("own").generate(1, label="bee").given.tolist() == [1]
    with pytest.raises(RunError, match="classes bee, cat, ant"):
        launch.train(file, ["--run-dir", "own"])
    pathlib.Path("set.npz").unlink()
    if name == "of_file":
        assert jaxgan.load("own").sample(1).shape == (1, 2, 2, 3)
        return
    with pytest.raises(RunError, match=r"set\.npz") as error:
        jaxgan.load("own")
    assert "data.of_file(path, read)" in error.value.hint


READ = '''import numpy as np


def read(path):
    """The pictures of a file."""
    with np.load(path) as file:
        return data.arrays(file["values"], file["labels"], tuple(file["names"]))


VARIANTS ='''
