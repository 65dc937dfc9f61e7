"""The page about a run holds what the run holds, and asks nobody for anything."""

import base64
import html.parser
import importlib.util
import json
import sys
import types

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxgan.core import Context, Sample, example_keys
from jaxgan.run import checkpoint, cli, launch, pictures, records, sampling
from jaxgan.run.errors import RunError
from jaxgan.run.fingerprint import fingerprint

pytest.importorskip("plotly", reason="jaxgan[report] is not installed")
pytest.importorskip("jinja2", reason="jaxgan[report] is not installed")

from jaxgan.run.report import (
    curves,
    diagnosis,
    document,
    embedded,
    evaluations,
    facts,
    figures,
    landscape,
    signals,
)

from .conftest import EXPERIMENT, ROOT

DIGITS = ROOT / "experiments" / "digits.py"
NASTY = "</script><script>window.broken=1</script>\"'&<img src=http://x.test onerror=x>"


class Page(html.parser.HTMLParser):
    """What a page is made of.

    Attributes:
      tags: (name, attributes) in order.
      ids: of all elements.
      figures: {id: content} of the plots.
      text: of all elements but scripts and styles.
    """

    def __init__(self, text):
        super().__init__()
        self.tags, self.ids, self.figures, self.text = [], [], {}, ""
        self._open = None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.tags.append((tag, attributes))
        self._open = tag
        if "id" in attributes:
            self.ids.append(attributes["id"])
        self._data = tag == "script" and attributes.get("type") == "application/json"

    def handle_endtag(self, tag):
        self._open = None

    def handle_data(self, data):
        if self._open == "script" and self._data and "id" not in self.tags[-1][1]:
            self.figures[self.ids[-1]] = json.loads(data)
        elif self._open not in ("script", "style"):
            self.text += data

    def count(self, tag):
        return sum(name == tag for name, _ in self.tags)


def numbers(encoded):
    """Plotly's arrays: lists, or base64 of a type."""
    if isinstance(encoded, list):
        return np.array(encoded)
    kind = {"f4": "<f4", "f8": "<f8", "i1": "i1", "i2": "<i2", "i4": "<i4"}
    values = np.frombuffer(
        base64.b64decode(encoded["bdata"]), kind.get(encoded["dtype"], encoded["dtype"])
    )
    shape = encoded.get("shape")
    return values.reshape([int(n) for n in shape.split(",")]) if shape else values


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
    assert fingerprint(sampling.load(run).state) in text
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
    rows = records.read_rows(runs / "points" / records.METRICS)
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
    steps = checkpoint.steps(run)
    frames = points.figures["animation"]["frames"]
    assert [frame["name"] for frame in frames] == [str(step) for step in steps]
    surface = points.figures["surface"]["data"][0]
    line, seen = numbers(surface["x"]), numbers(surface["z"])
    loaded = sampling.load(run)
    lattice = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
    context = Context(example_keys(jax.random.key(1), len(lattice)))
    verdict, _ = loaded.experiment.game.discriminate(
        loaded.state.variables.discriminator, Sample(jnp.asarray(lattice)), context
    )
    wanted = np.asarray(verdict.logits) - np.median(verdict.logits)
    np.testing.assert_allclose(seen.ravel(), wanted, rtol=1e-4, atol=1e-5)
    fake = numbers(points.figures["surface"]["data"][2]["x"])
    made = sampling.generate(loaded.experiment, loaded.state, landscape.SAMPLES)
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
    last = records.read_rows(run / records.METRICS)[-1]
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


EVALUATIONS = [
    {"step": 10, "metric": "fid", "value": 9.0, "card": {"samples": 5000}},
    {"step": 10, "metric": "fid", "value": 8.0, "card": {"samples": 5000}},
    {
        "step": 20,
        "metric": "fid",
        "value": 5.25,
        "spread": 0.5,
        "card": {"samples": 5000},
    },
    {"step": 20, "metric": "recall", "value": float("nan"), "card": {}},
    {
        "step": 20,
        "metric": "modes",
        "value": 2,
        "card": {"classifier": "logistic"},
        "classes": {"zero": 0.75, "one": 0.25, "two": 0.0},
    },
]


def test_evaluations(tmp_path):
    lines = [json.dumps(row) for row in EVALUATIONS]
    broken = ['{"step": 1}', '{"step": 20, "met', "[]", '"text"']
    (tmp_path / evaluations.FILE).write_text("\n".join(lines + broken))
    found = evaluations.read(tmp_path)
    assert [(one.step, one.metric) for one in found] == [
        (10, "fid"),
        (20, "fid"),
        (20, "recall"),
        (20, "modes"),
    ]
    assert found[0].value == 8.0  # the later row counts
    tables = evaluations.tables(found)
    shown = {one.metric: one.shown for table in tables for one in table.evaluations}
    assert shown == {"fid": "5.25 ± 0.5", "recall": "nan", "modes": "2"}
    assert {table.title for table in tables} == {
        "samples: 5000",
        "",
        "classifier: logistic",
    }
    (curve,) = evaluations.curves(found)
    assert numbers(json.loads(curve.data)["data"][0]["y"]).tolist() == [8.0, 5.25]
    classes = evaluations.class_coverage(found)
    assert classes is not None
    assert "2 of 3 classes at step 20 (modes); without: two" in classes.about
    bars = json.loads(classes.data)["data"][0]
    assert numbers(bars["y"]).tolist() == [75, 25, 0]


def test_one_table_per_protocol(tmp_path):
    """Seeds of one population share a table; splits do not."""
    card = {"split": "train", "weights": "sha256:" + 64 * "0", "jaxgan": "0.1.0"}
    rows = [
        {
            **{"step": step, "metric": metric, "measure": "precision-recall"},
            **{"value": step / 100, "better": "higher", "seed": seed},
            "card": {**card, "split": split, "seed of the run": seed},
        }
        for split in ("train", "held_out")
        for step in (10, 20)
        for seed in (3, 4)
        for metric in ("precision (x)", "recall (x)")
    ]
    (tmp_path / evaluations.FILE).write_text("\n".join(map(json.dumps, rows)))
    found = evaluations.read(tmp_path)
    first, second = evaluations.tables(found)
    assert (first.title, second.title) == ("split: train", "split: held_out")
    assert [(one.name, one.seed, one.step) for one in first.evaluations] == [
        ("precision (x) ↑", 3, 20),
        ("precision (x) ↑", 4, 20),
        ("recall (x) ↑", 3, 20),
        ("recall (x) ↑", 4, 20),
    ]
    assert dict(first.protocol) == card
    (curve,) = evaluations.curves(found)  # of both metrics, splits and seeds
    assert curve.title == "precision and recall (x)"
    lines = [one["name"] for one in json.loads(curve.data)["data"]]
    assert len(set(lines)) == 8
    assert lines[0] == "precision · split: train · seed 3"


def test_signals_are_drawn_once_and_apart_from_curves():
    row = {
        **{f"{name}/effective_number": 3.0 for name in ("samples", "data")},
        **{"augment/p": 0.5, "signal/Dense_0": 1.0, "memory/other": 2.0},
        **{"discriminator/loss": 1.0, "evaluation/fid": 4.0, "latent/size": 4.0},
    }
    told = [{"step": n, "images": n, "seconds": 1.0, **row} for n in (1, 2)]
    drawn = signals.signals(told)
    assert [one.title for one in drawn] == [
        "Variety",
        "Gradient by layer",
        "Augmentation",
        "memory: other",
    ]
    lines = json.loads(drawn[0].data)["data"]
    assert [line["name"] for line in lines] == ["samples", "data"]
    shown = curves.curves(told, document._is_curve)
    assert [one.title for one in shown] == ["Losses"]
    every = {name for plot in signals.PLOTS for name in plot.labels}
    assert all(signals.is_signal(name) for name in every)
    assert not any(signals.is_signal(f"{p}/loss") for p in ("generator", "x"))


def test_the_samples_nearest_to_training_images(runs):
    run = runs / "digits"
    path = run / "evaluations" / "neighbours_00000002.png"
    pictures.save_png(path, np.zeros((8, 8, 3), np.uint8))
    row = {"step": 2, "metric": "fid", "value": 1.0, "card": {}}
    (run / evaluations.FILE).write_text(json.dumps(row))
    page = page_of(run)
    for file in (path, run / evaluations.FILE):
        file.unlink()
    assert any("nearest training images" in a.get("alt", "") for _, a in page.tags)
    assert "to a training image, at step 2" in page.text


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
    (folder / records.METRICS).write_text("\n".join(map(json.dumps, rows)))
    row = {**EVALUATIONS[-1], "metric": NASTY, "card": {NASTY: NASTY}}
    row["classes"] = {NASTY: 1.0}
    (folder / evaluations.FILE).write_text(json.dumps(row))
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

    monkeypatch.setattr(document.made, "pair", broken)
    page = page_of(runs / "points")
    document.from_checkpoint.cache_clear()
    assert "Real and generated: ZeroDivisionError: in the picture" in page.text
    assert "animation" in page.figures
    assert "pair" not in page.ids


def test_diagnosis(runs, monkeypatch):
    name = diagnosis.MODULE
    rows = records.read_rows(runs / "seeds" / records.METRICS)
    given = []

    def diagnose(rows):
        given.append(rows)
        finding = types.SimpleNamespace(
            name="collapse", evidence=NASTY, advice=("`hinge`", NASTY)
        )
        found = [finding] if len(given) == 2 else []
        return types.SimpleNamespace(findings=found, unseen=("the future",))

    module = types.ModuleType(name)
    module.__dict__["diagnose"] = diagnose
    monkeypatch.setitem(sys.modules, name, module)
    page = page_of(runs / "seeds")
    loss = "generator/loss"
    for seed, part in enumerate(given):
        wanted = [row["seeds"][str(seed)][loss] for row in rows if loss in row]
        assert [row[loss] for row in part if loss in row] == wanted
    assert "collapse seed 1" in page.text
    assert page.text.count(NASTY) == 2
    assert page.text.count("Not looked for: the future") == 1
    assert "Nothing that is known to go wrong" in page_of(runs / "points").text
    monkeypatch.delitem(sys.modules, name)
    assert "Looked for: divergence." in page_of(runs / "points").text


def test_without_a_diagnosis_the_section_is_left_out(runs, monkeypatch):
    monkeypatch.setattr(diagnosis, "MODULE", "jaxgan.evaluation.not_there")
    assert diagnosis.read([{"step": 1}]) is None
    assert "diagnosis" not in page_of(runs / "points").ids


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--out x.txt", "saw x.txt, wanted NAME.html"),
        ("--live --out x.html", "--live writes no file"),
        ("--live --port 99999", "--port: 99999 cannot be used"),
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
    (tmp_path / checkpoint.FOLDER / "3").mkdir(parents=True)
    with pytest.raises(RunError, match="step 3 is damaged"):
        checkpoint.saved_fingerprint(tmp_path, 3)


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


@given(st.lists(st.integers(), unique=True), st.integers(2, 30))
def test_thinned(items, most):
    chosen = embedded.thinned(items, most)
    assert len(chosen) == min(len(items), most)
    assert chosen == [item for item in items if item in chosen]
    assert chosen[:1] + chosen[-1:] == items[:1] + items[-1:]


@given(st.text())
def test_json_cannot_end_its_script(text):
    written = figures.script_json({text: [text + "</script>", 1.5, None]})
    assert not set(written) & set("<>&\u2028\u2029")
    assert json.loads(written) == {text: [text + "</script>", 1.5, None]}


def test_pictures_are_bounded():
    noise = np.random.default_rng(0).integers(256, size=(300, 200, 3), dtype=np.uint8)
    large, small = embedded.picture(noise), embedded.picture(noise, most=3_000)
    assert (large.width, large.height) == (200, 300)
    assert small.width < 200
    assert len(small.source) < 4_100
    assert embedded.picture(noise[:8, :8]).source.startswith("data:image/webp;base64,")


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0.4, "0 s"), (59.4, "59 s"), (60, "1 min 00 s"), (7265, "2 h 01 min")],
)
def test_duration(seconds, shown):
    assert facts.duration(seconds) == shown
