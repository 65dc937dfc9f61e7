"""A kind of data that `jaxgan.run` has never heard of goes through all of it."""

import contextlib
import io
import json
import pathlib

import numpy as np
import pytest
from PIL import Image

from jaxgan.run import launch
from jaxgan.run.commands import cli
from jaxgan.run.files import evaluations_log
from jaxgan.run.sampling import sampler, stored_run
from tests.run.conftest import rows
from tests.run.kinds.curves import curves, roughness

EXPERIMENT = pathlib.Path(__file__).with_name("waves.py")
WORDS = ("--evaluate-every", "4", "--evaluate-num", "32")


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """The run, and what was said while it trained."""
    folder = tmp_path_factory.mktemp("curves") / "run"
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        assert launch.train(EXPERIMENT, [*WORDS, "--run-dir", str(folder)]) == 0
    return folder, said.getvalue()


@pytest.fixture
def run(trained):
    return trained[0]


def test_what_is_said(trained):
    assert " curves/s  discriminator " in trained[1]
    assert "step 4: roughness " in trained[1]


def test_pictures_during_training(run):
    names = sorted(path.name for path in (run / "samples").glob("*.png"))
    assert names == ["real.png", "step_00000002.png", "step_00000004.png"]
    experiment, state, *_ = stored_run.load(run)
    drawn = curves.picture(sampler.generate(experiment, state, curves.preview))
    with Image.open(run / "samples" / names[-1]) as picture:
        shape = np.asarray(picture).shape
        # Small pictures are enlarged.
        assert shape == (3 * drawn.shape[0], 3 * drawn.shape[1], 3)
        np.testing.assert_array_equal(np.asarray(picture)[::3, ::3], drawn)


@pytest.mark.parametrize(
    "name", ["evaluation/roughness", "samples/precision", "memory/distance_ratio"]
)
def test_what_is_measured_while_it_trains(run, name):
    """The first of the kind's measures, and the signals of `jaxgan diagnose`."""
    found = {row["step"]: row[name] for row in rows(run) if name in row}
    assert list(found) == [4]
    assert np.isfinite(found[4])


def test_samples_as_files(run, tmp_path, capsys):
    cli.main(["sample", str(run), "--num", "3", "--out", str(tmp_path / "all.npz")])
    with np.load(tmp_path / "all.npz") as arrays:
        values = arrays["value"]
    assert values.shape == (3, 40, 1)
    cli.main(["sample", str(run), "--num", "3", "--out", str(tmp_path / "each")])
    for place, curve in enumerate(values):
        path = tmp_path / "each" / f"{place:06d}.csv"
        np.testing.assert_allclose(np.loadtxt(path, skiprows=1), curve[:, 0], rtol=1e-6)
    cli.main(["sample", str(run), "--num", "3"])
    path = capsys.readouterr().out.splitlines()[-1]
    with Image.open(path) as picture:
        assert picture.size == (3 * 160, 3 * 60)


def test_walks_as_files(run, tmp_path, capsys):
    words = ["interpolate", str(run), "--points", "2", "--frames", "3", "--out"]
    cli.main([*words, str(tmp_path / "walk.png")])
    with Image.open(tmp_path / "walk.png") as picture:
        assert picture.size == (4 * 160, 60)
    cli.main([*words, str(tmp_path / "walk.gif")])
    with Image.open(tmp_path / "walk.gif") as picture:
        assert picture.n_frames > 1
    with pytest.raises(SystemExit):
        cli.main([*words, str(tmp_path / "walk.wav")])
    said = capsys.readouterr().err
    assert "saw walk.wav, wanted NAME.png, NAME.gif, NAME.webp or NAME.mp4" in said


def test_measures(run, capsys):
    before = evaluations_log.read(run)
    cli.main(["evaluate", str(run), "--num", "32", "--json"])
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["metric"] for row in found] == [
        "roughness",
        "roughness of the data",
        "spectral distance, dB",
        "Fréchet distance (values)",
    ]
    # While it trained no features were wanted, so nothing was said of any.
    (first, *_), card = before, found[0]["card"]
    assert first.value == found[0]["value"]
    assert card["extractor"] == "values: the numbers themselves"
    assert "extractor" not in first.card
    assert "weights" not in card
    assert (card["real curves"], card["generated curves"]) == ("32 of 200", "32")
    experiment, state, *_ = stored_run.load(run)
    samples = sampler.generate(experiment, state, 32)
    assert found[0]["value"] == pytest.approx(roughness(samples), rel=1e-6)
    # A wave of two periods goes from -1 to 1 and back twice in 39 steps.
    assert found[1]["value"] == pytest.approx(8 / 39, rel=0.2)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--metrics", "fid"], "saw 'fid', which is no measure of curves"),
        (["--metrics", "spectral-distanse"], "did you mean 'spectral-distance'?"),
        (["--extractor", "inception"], "but curves are measured without a network"),
        (["--real", "."], "--real: no folders of curves are read"),
    ],
)
def test_what_curves_have_not(run, capsys, words, said):
    before = (run / evaluations_log.FILE).read_text()
    with pytest.raises(SystemExit):
        cli.main(["evaluate", str(run), "--num", "32", *words])
    assert said in capsys.readouterr().err
    assert (run / evaluations_log.FILE).read_text() == before


def test_the_report_has_its_section(run):
    pytest.importorskip("plotly", reason="jaxgan[report] is not installed")
    pytest.importorskip("jinja2", reason="jaxgan[report] is not installed")
    from jaxgan.run.report import document
    from tests.run.report.page import Page, numbers

    page = Page(document.page(document.contents(run)))
    assert {"spectrum", "walks", "pair", "samples"} <= set(page.ids)
    assert "missing" not in page.ids
    real, fake = page.figures["spectra"]["data"]
    assert (real["name"], fake["name"]) == ("real", "generated")
    # Two or three periods: nothing above the fifth frequency, of 20.
    power = numbers(real["y"])
    assert power[:6].sum() > 0.95 * power.sum()
    assert "curves / s" in page.text
