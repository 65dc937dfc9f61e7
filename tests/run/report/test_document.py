"""The page about a run holds what the run holds, and asks nobody for anything."""

import importlib.util
import json
import shutil
import types

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxgan.core import Context, Sample, example_keys
from jaxgan.diagnosis import Diagnosis, Finding
from jaxgan.run import launch, pictures
from jaxgan.run.commands import cli
from jaxgan.run.diagnosis import stored_diagnosis
from jaxgan.run.errors import RunError
from jaxgan.run.files import (
    checkpoints,
    evaluations_log,
    metrics_log,
    not_finite_record,
)
from jaxgan.run.files.fingerprint import fingerprint
from jaxgan.run.sampling import sampler, stored_run

pytest.importorskip("plotly", reason="jaxgan[report] is not installed")
pytest.importorskip("jinja2", reason="jaxgan[report] is not installed")

from jaxgan.run.kinds.sections import landscape
from jaxgan.run.report import (
    curves,
    document,
    run_facts,
    samples,
    sections,
    signal_curves,
)
from tests.run.conftest import EXPERIMENT, ROOT
from tests.run.report.page import Page, numbers

DIGITS = ROOT / "experiments" / "first" / "digits.py"
NASTY = "</script><script>window.broken=1</script>\"'&<img src=http://x.test onerror=x>"


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Tiny runs, trained once: points, of two seeds, labelled, and digits."""
    folder = tmp_path_factory.mktemp("runs")
    small = ["--size=8", "--batch-size=8", "--width=4", "--latent-size=4"]
    for name, experiment, words in (
        ("points", EXPERIMENT, ["--steps", "40", "--keep", "3"]),
        ("seeds", EXPERIMENT, ["--steps", "20", "--seeds", "2"]),
        ("labelled", EXPERIMENT, ["--steps", "20", "--variant", "labelled"]),
        ("digits", DIGITS, ["--steps", "2", "--sample-every", "1", *small]),
    ):
        assert launch.train(experiment, [*words, "--run-dir", str(folder / name)]) == 0
    return folder


def page_of(run):
    return Page(document.page(document.contents(run)))


@pytest.fixture(scope="module")
def points(runs):
    return page_of(runs / "points")


def files_of(run):
    return {path: path.stat().st_mtime_ns for path in run.rglob("*") if path.is_file()}


def test_only_the_report_is_written(runs, capsys):
    run = runs / "points"
    before = files_of(run)
    cli.main(["report", str(run)])
    path = run / "report.html"
    assert capsys.readouterr().out == f"{path}\n"
    after = files_of(run)
    assert after.pop(path)
    assert after == before
    path.unlink()
    cli.main(["report", str(run), "--out", str(runs / "elsewhere" / "x.html")])
    assert files_of(run) == before
    assert (runs / "elsewhere" / "x.html").stat().st_size < 6_000_000


def test_nothing_is_asked_of_the_network(points):
    for tag, attributes in points.tags:
        for name in ("src", "href", "action", "srcset", "poster", "data"):
            value = attributes.get(name)
            assert value is None or value.startswith(("data:", "#")), (tag, value)
    policies = [a["content"] for t, a in points.tags if a.get("http-equiv")]
    assert len(policies) == 1
    assert "default-src 'none'" in policies[0]
    assert "connect-src 'none'" in policies[0]
    ours = [document.HERE / "templates" / name for name in ("report.js", "report.css")]
    assert not any("http" in path.read_text() for path in ours)
    assert "showSendToCloud: false" in ours[0].read_text()


def test_it_says_how_to_make_it_again(runs, points):
    run = runs / "points"
    text = points.text
    assert "Points on a ring, by two tiny networks." in text
    assert fingerprint(stored_run.load(run).state) in text
    assert (run / "command.txt").read_text().strip() in text
    assert jax.__version__ in text
    assert "learning_rate" in text
    assert "def draws():" in text  # the experiment's file
    assert f"jaxgan evaluate {run}" in text


def test_every_picture_and_plot_has_words(points):
    for tag, attributes in points.tags:
        if tag == "img":
            assert attributes["alt"]
        if attributes.get("role") == "img":
            assert attributes["aria-label"]
        if tag == "input":
            assert attributes["aria-label"]
    assert len(points.ids) == len(set(points.ids))
    linked = {a["href"][1:] for t, a in points.tags if t == "a"}
    assert linked <= set(points.ids)
    assert {"plane", "samples", "pair", "curves", "metrics", "reproduce"} <= linked


def test_curves_are_the_rows(runs, points):
    rows = metrics_log.read_rows(runs / "points" / metrics_log.METRICS)
    drawn = points.figures["curve-loss"]["data"]
    assert [one["name"] for one in drawn] == ["discriminator", "generator"]
    for one in drawn:
        name = f"{one['name']}/loss"
        steps = [row["step"] for row in rows if name in row]
        assert numbers(one["x"]).tolist() == steps
        wanted = [row[name] for row in rows if name in row]
        np.testing.assert_allclose(numbers(one["y"]), wanted, rtol=1e-6)
    # What only repeats a loss is left out; the term that adds to it is not.
    assert "curve-adversarial" not in points.figures
    assert "curve-draws" in points.figures


def test_slider_has_every_picture(runs, points):
    files = sorted((runs / "points" / "samples").glob("step_*.png"))
    shown = [a for t, a in points.tags if t == "img" and "data-label" in a]
    wanted = [f"step {int(path.stem[5:])}" for path in files]
    assert [a["data-label"] for a in shown] == wanted
    assert ["hidden" in a for a in shown] == [True] * (len(files) - 1) + [False]


def test_landscape_is_the_discriminator(runs, points):
    run = runs / "points"
    steps = checkpoints.steps(run)
    frames = points.figures["animation"]["frames"]
    assert [frame["name"] for frame in frames] == [str(step) for step in steps]
    surface = points.figures["surface"]["data"][0]
    line, seen = numbers(surface["x"]), numbers(surface["z"])
    loaded = stored_run.load(run)
    lattice = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
    context = Context(example_keys(jax.random.key(1), len(lattice)))
    verdict, _ = loaded.experiment.game.discriminate(
        loaded.state.variables.discriminator, Sample(jnp.asarray(lattice)), context
    )
    wanted = np.asarray(verdict.logits) - np.median(verdict.logits)
    np.testing.assert_allclose(seen.ravel(), wanted, rtol=1e-4, atol=1e-5)
    fake = numbers(points.figures["surface"]["data"][2]["x"])
    made = sampler.generate(loaded.experiment, loaded.state, landscape.SAMPLES)
    np.testing.assert_allclose(fake, made.value[:, 0], rtol=1e-4, atol=1e-5)


def test_a_pack_sees_each_point_repeated():
    def discriminate(variables, sample, context):
        del variables, context
        packs = sample.value.reshape(-1, 3, 2)
        return types.SimpleNamespace(logits=packs.sum((1, 2))), {}

    game = types.SimpleNamespace(discriminate=discriminate)
    value = np.float32([[1, 2], [3, 4]])
    logits = landscape.judge(game, {}, jnp.int32(0), value)
    np.testing.assert_allclose(logits, 3 * value.sum(1))


def test_labelled_points_have_no_landscape(runs):
    page = page_of(runs / "labelled")
    assert "animation" in page.figures
    assert "surface" not in page.figures
    assert "missing" not in page.ids


def test_pictures_have_walks(runs):
    page = page_of(runs / "digits")
    assert {"walks", "pair", "samples"} <= set(page.ids)
    assert "missing" not in page.ids
    assert "animation" not in page.figures


def test_seeds_are_compared(runs):
    run = runs / "seeds"
    page = page_of(run)
    last = metrics_log.read_rows(run / metrics_log.METRICS)[-1]
    for seed in ("0", "1"):
        assert f"{last['seeds'][seed]['discriminator/loss']:.4g}" in page.text
    losses = page.figures["seeds-discriminator/loss"]["data"]
    assert [one["name"] for one in losses] == ["seed 0", "seed 1"]
    assert numbers(losses[1]["y"])[-1] == pytest.approx(
        last["seeds"]["1"]["discriminator/loss"], rel=1e-6
    )
    gallery = [a for t, a in page.tags if t == "img" and "Newest" in a["alt"]]
    assert len(gallery) == 2
    # Mean, one spread around it, and both seeds, of both players.
    assert len(page.figures["curve-loss"]["data"]) == 2 * 4


def test_signals_are_drawn_once_and_apart_from_curves():
    row = {
        **{f"{name}/effective_number": 3.0 for name in ("samples", "data")},
        **{"augment/p": 0.5, "signal/Dense_0": 1.0, "memory/other": 2.0},
        **{"discriminator/loss": 1.0, "evaluation/fid": 4.0, "latent/size": 4.0},
    }
    told = [{"step": n, "images": n, "seconds": 1.0, **row} for n in (1, 2)]
    drawn = signal_curves.signals(told)
    assert [one.title for one in drawn] == [
        "Variety",
        "Gradient by layer",
        "Augmentation",
        "memory: other",
    ]
    lines = json.loads(drawn[0].data)["data"]
    assert [line["name"] for line in lines] == ["samples", "data"]
    shown = curves.curves(told, sections.is_curve)
    assert [one.title for one in shown] == ["Losses"]
    every = {name for plot in signal_curves.PLOTS for name in plot.labels}
    assert all(signal_curves.is_signal(name) for name in every)
    assert not any(signal_curves.is_signal(f"{p}/loss") for p in ("generator", "x"))


def test_the_samples_nearest_to_training_images(runs):
    run = runs / "digits"
    path = run / "evaluations" / "neighbours_00000002.png"
    pictures.save_png(path, np.zeros((8, 8, 3), np.uint8))
    row = {"step": 2, "metric": "fid", "value": 1.0, "card": {}}
    (run / evaluations_log.FILE).write_text(json.dumps(row))
    page = page_of(run)
    for file in (path, run / evaluations_log.FILE):
        file.unlink()
    assert any("nearest training images" in a.get("alt", "") for _, a in page.tags)
    assert "nearest to training images, at step 2" in page.text


def bare(folder, rows=()):
    """A run of which nothing but text is left, and the text is nasty."""
    folder.mkdir()
    identity = {
        "experiment": NASTY,
        "variant": NASTY,
        "config": {"seed": 0, NASTY: NASTY},
    }
    (folder / "config.json").write_text(json.dumps(identity))
    (folder / "command.txt").write_text(NASTY)
    (folder / "versions.json").write_text(json.dumps({NASTY: NASTY}))
    (folder / "experiment.py").write_text(f'"""{NASTY[:30]}"""\nx = r"""{NASTY}"""')
    (folder / metrics_log.METRICS).write_text("\n".join(map(json.dumps, rows)))
    row = {"step": 20, "metric": NASTY, "value": 2, "card": {NASTY: NASTY}}
    row["classes"] = {NASTY: 1.0}
    (folder / evaluations_log.FILE).write_text(json.dumps(row))
    return folder


def nasty_rows():
    names = {f"discriminator/{NASTY}": 1.0, "discriminator/loss": 2.0}
    return [{"step": n, "images": n, "seconds": 1.0, **names} for n in (1, 2)]


def test_text_of_the_run_stays_text(tmp_path, points):
    page = page_of(bare(tmp_path / "a <b> & 'c'", nasty_rows()))
    assert NASTY in page.text
    assert page.count("script") - len(page.figures) == (
        points.count("script") - len(points.figures)
    )
    assert not page.count("img")
    assert not [a for _, a in page.tags if any(name.startswith("on") for name in a)]
    (bars,) = page.figures["classes"]["data"]
    assert "<" not in bars["x"][0]  # plotly reads HTML in labels


def test_a_run_that_has_only_begun(tmp_path):
    page = page_of(bare(tmp_path / "run"))
    assert "training has only begun" in page.text
    assert "There is no checkpoint yet." in page.text
    assert not {"samples", "pair", "curves", "seeds"} & set(page.ids)


def test_what_the_experiment_raises_costs_its_part_only(runs, monkeypatch):
    document.from_checkpoint.cache_clear()

    def broken(loaded):
        raise ZeroDivisionError("in the picture")

    broken_pair = samples.PAIR._replace(draw=broken)
    monkeypatch.setattr(samples, "PAIR", broken_pair)
    page = page_of(runs / "points")
    document.from_checkpoint.cache_clear()
    assert "Real and generated: ZeroDivisionError: in the picture" in page.text
    assert "animation" in page.figures
    assert "pair" not in page.ids


def test_diagnosis(runs, monkeypatch):
    rows = metrics_log.read_rows(runs / "seeds" / metrics_log.METRICS)
    given = []

    def diagnose(rows):
        given.append(rows)
        finding = Finding("collapse", NASTY, ("`hinge`", NASTY))
        found = (finding,) if len(given) == 2 else ()
        return Diagnosis(1, found, ("the future",), ("collapse",))

    with monkeypatch.context() as patch:
        patch.setattr(stored_diagnosis, "diagnose", diagnose)
        page = page_of(runs / "seeds")
        points = page_of(runs / "points")
    loss = "generator/loss"
    for seed, part in enumerate(given[:2]):
        wanted = [row["seeds"][str(seed)][loss] for row in rows if loss in row]
        assert [row[loss] for row in part if loss in row] == wanted
    assert "collapse seed 1" in page.text
    assert page.text.count(NASTY) == 2
    assert page.text.count("Not looked for: the future") == 1
    assert "Nothing that is known to go wrong" in points.text
    assert "Looked for: divergence." in page_of(runs / "points").text


def test_the_diagnosis_is_that_of_diagnose(runs, tmp_path, capsys):
    """A number that was not finite is named on the page too."""
    run = tmp_path / "run"
    shutil.copytree(runs / "points", run)
    last = metrics_log.read_rows(run / metrics_log.METRICS)[-1]["step"]
    not_finite_record.write(run, last + 3, ("generator/loss",), "step")
    cli.main(["diagnose", str(run)])
    said = "not finite: generator/loss; first tensor: step"
    assert said in capsys.readouterr().out
    assert said in page_of(run).text


def test_without_metrics_there_is_no_diagnosis(tmp_path):
    assert "diagnosis" not in page_of(bare(tmp_path / "run", ())).ids


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--out x.txt", "saw x.txt, wanted NAME.html"),
        ("--live --out x.html", "--live writes no file"),
        ("--live --port 99999", "--port: saw 99999, wanted at least 0, at most 65535"),
    ],
)
def test_mistakes(runs, words, said, capsys):
    with pytest.raises(SystemExit):
        cli.main(["report", str(runs / "points"), *words.split()])
    assert said in capsys.readouterr().err


def test_the_extra_is_named(runs, monkeypatch, capsys):
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name: (name != "plotly" and find(name)) or None,
    )
    with pytest.raises(SystemExit):
        cli.main(["report", str(runs / "points")])
    said = capsys.readouterr().err
    assert "needs plotly" in said
    assert "jaxgan[report]" in said


def test_saved_fingerprint_of_a_damaged_checkpoint(tmp_path):
    (tmp_path / checkpoints.FOLDER / "3").mkdir(parents=True)
    with pytest.raises(RunError, match="step 3 is damaged"):
        checkpoints.saved_fingerprint(tmp_path, 3)


@given(st.integers(0, 5000), st.integers(0, 2**32 - 1))
@settings(max_examples=25, deadline=None)
def test_long_curves_keep_their_peaks(count, seed):
    values = np.random.default_rng(seed).normal(size=count)
    kept = curves.points(np.arange(count), values)
    assert len(kept["x"]) == len(kept["y"]) <= curves.MOST_POINTS
    assert (np.diff(kept["x"]) > 0).all()
    np.testing.assert_array_equal(kept["y"], np.float32(values[kept["x"]]))
    if count:
        assert kept["y"].max() == np.float32(values.max())
        assert kept["y"].min() == np.float32(values.min())


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0.4, "0 s"), (59.4, "59 s"), (60, "1 min 00 s"), (7265, "2 h 01 min")],
)
def test_duration(seconds, shown):
    assert run_facts.duration(seconds) == shown
