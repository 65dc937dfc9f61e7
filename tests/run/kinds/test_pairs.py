"""Pictures made of pictures go through all of `jaxgan.run`: pairs, and two domains."""

import json
import pathlib
import shutil

import jax.numpy as jnp
import numpy as np
import pytest
from PIL import Image

from jaxgan import data
from jaxgan.core import Sample
from jaxgan.data.source import DataError
from jaxgan.evaluation.extractor import Outputs
from jaxgan.evaluation.frechet_distance import frechet_distance
from jaxgan.evaluation.lpips import PerceptualDistance
from jaxgan.run import launch
from jaxgan.run.commands import cli
from jaxgan.run.errors import RunError
from jaxgan.run.files import evaluations_log
from jaxgan.run.kinds import Comparison, Pairs, domains, images, pairs
from jaxgan.run.kinds.measures.measure import Material
from jaxgan.run.kinds.route import Translation, as_sample
from jaxgan.run.sampling import sampler, stored_run
from tests.run.conftest import rows as metric_rows
from tests.run.kinds import paintings

EXPERIMENT = pathlib.Path(paintings.__file__)


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    folder = tmp_path_factory.mktemp("paintings") / "pictures"
    paintings.draw(folder)
    return folder


def trained(pictures, variant, *words):
    folder = pictures.with_name(variant)
    where = ["--path", str(pictures), "--run-dir", str(folder)]
    assert launch.train(EXPERIMENT, ["--variant", variant, *where, *words]) == 0
    return folder


@pytest.fixture(scope="module")
def run(pictures):
    words = ["--evaluate-every", "4", "--evaluate-metrics", "psnr", "ssim"]
    return trained(pictures, "pairs", *words)


@pytest.fixture(scope="module")
def both_ways(pictures):
    return trained(pictures, "domains")


def held_out_pairs(pictures):
    return data.pairs(pictures, size=12, load_size=14, split="test")


def by_hand(state, source, name=None):
    """What the linear map makes of colours."""
    params = state.ema["params"] if name is None else state.ema["params"][name]
    layer = params["Dense_0"]
    return source @ np.asarray(layer["kernel"]) + np.asarray(layer["bias"])


def test_samples_are_made_of_held_out_pairs(run, pictures):
    """Of the first ones, in order, whatever the seed; and of no more than there are."""
    wanted = held_out_pairs(pictures).examples(np.arange(5))
    experiment, state, *_ = stored_run.load(run)
    for seed in (0, 7):
        sample = sampler.generate(experiment, state, 64, seed)
        np.testing.assert_array_equal(sample.given, wanted.given)
        np.testing.assert_array_equal(sample.features["target"], wanted.value)
        output = by_hand(state, wanted.given)
        np.testing.assert_allclose(sample.value, output, rtol=1e-5, atol=1e-6)


def test_pictures_during_training(run):
    experiment, state, *_ = stored_run.load(run)
    drawn = pairs.picture(sampler.generate(experiment, state, pairs.preview))
    names = sorted(path.name for path in (run / "samples").glob("*.png"))
    assert names == ["real.png", "step_00000002.png", "step_00000004.png"]
    with Image.open(run / "samples" / names[-1]) as picture:
        np.testing.assert_array_equal(np.asarray(picture), drawn)
    # Three rows: source, output, target.
    assert drawn.shape == (3 * 60 + 4, 64 + 5 * 60 + 8, 3)


def test_samples_as_files(run, tmp_path, capsys):
    cli.main(["sample", str(run), "--out", str(tmp_path / "each")])
    files = sorted((tmp_path / "each").iterdir())
    assert [file.name for file in files] == [f"{i:06d}.png" for i in range(5)]
    cli.main(["sample", str(run), "--out", str(tmp_path / "all.npz")])
    with np.load(tmp_path / "all.npz") as arrays:
        value, given, target = (
            images_of(arrays[name]) for name in ("value", "given", "features/target")
        )
    with Image.open(files[3]) as strip:
        seen = np.asarray(strip)
    assert seen.shape == (12, 3 * 12 + 2 * 2, 3)
    for place, wanted in enumerate((given, value, target)):
        start = place * 14
        np.testing.assert_array_equal(seen[:, start : start + 12], wanted[3])
    cli.main(["sample", str(run), "--num", "2"])
    with Image.open(capsys.readouterr().out.splitlines()[-1]) as picture:
        assert picture.size == (3 * 186, 3 * 184)


def images_of(values):
    return np.rint((np.clip(values, -1, 1) + 1) * 127.5).astype(np.uint8)


@pytest.mark.parametrize("split", ["held_out", "train"])
def test_measures_against_targets(run, capsys, split):
    words = [] if split == "held_out" else ["--split", split]
    cli.main(
        ["evaluate", str(run), "--metrics", "psnr", "psnr-y", "ssim", "--json", *words]
    )
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["metric"] for one in found] == ["PSNR", "PSNR of Y", "SSIM"]
    experiment, state, *_ = stored_run.load(run)
    source = (experiment.held_out if split == "held_out" else experiment.data).source
    real = source.examples(np.arange(source.size))
    seen, wanted = images_of(by_hand(state, real.given)), images_of(real.value)
    errors = np.square(seen.astype(float) - wanted).mean(axis=(1, 2, 3))
    expected = np.mean(10 * np.log10(255.0**2 / errors))
    assert found[0]["value"] == pytest.approx(expected, abs=1e-3)
    weights = np.array([65.481, 128.553, 24.966]) / 255
    errors = np.square((seen.astype(float) - wanted) @ weights).mean(axis=(1, 2))
    expected = np.mean(10 * np.log10(255.0**2 / errors))
    assert found[1]["value"] == pytest.approx(expected, abs=1e-3)
    card = found[0]["card"]
    assert card["split"] == {"held_out": "held_out (test)", "train": "train"}[split]
    assert card["generated pairs"] == {"held_out": "5", "train": "20"}[split]
    assert "in decibels, of pictures rounded to bytes, borders included" in json.dumps(
        found[0]
    )


def test_measures_while_it_trains(run, capsys):
    (row,) = [row for row in metric_rows(run) if "evaluation/psnr" in row]
    first = evaluations_log.read(run)[0]
    assert (first.metric, first.value) == ("PSNR", row["evaluation/psnr"])
    assert first.card["split"] == "held_out (test)"


def test_too_few_to_compare_as_sets(run, capsys):
    with pytest.raises(SystemExit):
        cli.main(["evaluate", str(run), "--metrics", "fid"])
    said = capsys.readouterr().err
    assert "saw 5 real ones, wanted at least 16" in said
    assert "fewer do for --metrics psnr psnr-y ssim ssim-y" in said


def test_both_ways_and_back(both_ways, pictures):
    options = {"size": 12, "load_size": 14, "split": "test", "partners": "aligned"}
    real = data.unpaired(pictures, **options).examples(np.arange(5)).value
    experiment, state, *_ = stored_run.load(both_ways)
    sample = sampler.generate(experiment, state, 64)
    for key, other, there, back in (
        ("y", "x", "x_to_y", "y_to_x"),
        ("x", "y", "y_to_x", "x_to_y"),
    ):
        np.testing.assert_array_equal(sample.given[key], real[other])
        np.testing.assert_array_equal(sample.features["target"][key], real[key])
        output = by_hand(state, real[other], there)
        close = {"rtol": 1e-5, "atol": 1e-5}
        np.testing.assert_allclose(sample.value[key], output, **close)
        returned = by_hand(state, output, back)
        np.testing.assert_allclose(sample.features["back"][key], returned, **close)
    # Eight rows: x, fake y, back, partner y; and the other way.
    assert domains.picture(sample).shape[0] == 8 * 60 + 7 * 2


def test_measures_of_each_way(both_ways, capsys):
    cli.main(["evaluate", str(both_ways), "--metrics", "psnr", "ssim-y"])
    said = capsys.readouterr().out
    for name in ("PSNR, x to y", "PSNR, y to x", "SSIM of Y, x to y"):
        assert name in said


def test_sets_are_compared_each_way():
    rng = np.random.default_rng(0)
    real, fake = (
        {key: rng.normal(size=(40, 3)) for key in ("x", "y")} for _ in range(2)
    )
    pixels = np.zeros((40, 4, 4, 3), np.float32)
    made = as_sample({key: Translation(pixels, pixels) for key in ("y", "x")})
    outputs = (Outputs(both, both) for both in (real, fake))
    material = Material(*outputs, None, 0, made, lambda: made)
    found = domains.measures["fid"].scores(material)
    assert {score.metric: score.value for score in found} == pytest.approx(
        {
            f"FID, {name}": frechet_distance(real[key], fake[key])
            for key, name in (("y", "x to y"), ("x", "y to x"))
        }
    )
    # Without partners nothing can be compared with any.
    assert domains.measures["psnr"].scores(material) == []


def test_one_way(pictures):
    """What has no way back is not led back, and y is led nowhere."""
    run = trained(pictures, "one_way")
    experiment, state, *_ = stored_run.load(run)
    sample = sampler.generate(experiment, state, 3)
    assert list(sample.value) == list(sample.features["target"]) == ["y"]
    assert "back" not in sample.features
    assert domains.picture(sample).shape[0] == 3 * 60 + 2 * 2


def test_sources_that_the_game_makes(pictures):
    """Of targets alone."""
    run = trained(pictures, "degraded")
    experiment, state, *_ = stored_run.load(run)
    sample = sampler.generate(experiment, state, 5)
    np.testing.assert_array_equal(sample.given, -sample.features["target"])
    output = by_hand(state, sample.given)
    np.testing.assert_allclose(sample.value, output, rtol=1e-5, atol=1e-6)
    (found, *_) = pairs.measures["psnr"].scores(
        Material(*[Outputs((), ())] * 2, None, 0, sample, lambda: sample)
    )
    assert np.isfinite(found.value)


def test_what_there_is_not(run, both_ways, capsys):
    for words, said in (
        (["interpolate", str(run)], "makes its samples of examples: it has no latents"),
        (["sample", str(run), "--label", "1"], "not conditioned on labels"),
        (["sample", str(run), "--truncation", "0.5"], "has no truncation"),
        (["evaluate", str(both_ways), "--real", "."], "no folders of two domains"),
    ):
        with pytest.raises(SystemExit):
            cli.main(words)
        assert said in capsys.readouterr().err
    with pytest.raises(RunError, match="have no latents to walk between"):
        pairs.walk(pathlib.Path("x.gif"), Sample(()), 1.0)


def test_data_that_are_gone(run, pictures, tmp_path, capsys):
    """Samples need the examples that they are made of; other pictures do instead."""
    moved = shutil.move(pictures, tmp_path / "elsewhere")
    try:
        with pytest.raises(SystemExit):
            cli.main(["sample", str(run)])
    finally:
        shutil.move(moved, pictures)
    said = capsys.readouterr().err
    assert "the run's data cannot be opened" in said
    assert "jaxgan apply RUN PICTURES" in said


def test_another_kind_knows_no_way(run):
    experiment, *_ = stored_run.load(run)
    object.__setattr__(experiment, "kind", images)
    with pytest.raises(RunError, match="saw images, but PairGame makes its samples of"):
        sampler.Sampler(experiment)


def test_the_report_shows_before_and_after(both_ways):
    pytest.importorskip("plotly", reason="jaxgan[report] is not installed")
    pytest.importorskip("jinja2", reason="jaxgan[report] is not installed")
    from jaxgan.run.report import document
    from tests.run.report.page import Page

    page = Page(document.page(document.contents(both_ways)))
    assert {"before-after", "pair", "samples"} <= set(page.ids)
    assert "missing" not in page.ids
    ranges = [x for tag, x in page.tags if tag == "input" and x["type"] == "range"]
    labels = [x["aria-label"] for x in ranges if "aria-label" in x]
    wanted = [f"{way} {place}" for way in ("x to y", "y to x") for place in range(1, 6)]
    assert [
        label.removeprefix("Source and output of ").partition(":")[0]
        for label in labels
        if label.startswith("Source")
    ] == wanted
    assert page.text.count("source | output, and the target") == 10


def test_pictures_of_any_size_and_channels():
    """A small source is enlarged to its target's size, and further ones come below."""
    rng = np.random.default_rng(1)
    small = rng.uniform(-1, 1, (10, 16, 16, 1)).astype(np.float32)
    large = rng.uniform(-1, 1, (10, 64, 64, 3)).astype(np.float32)
    sample = as_sample({"": Translation(small, large, large)})
    drawn = pairs.picture(sample)
    assert drawn.shape == (6 * 64 + 5 * 2, 64 + 8 * 64 + 7 * 2, 3)
    first = images_of(small[0]).repeat(4, axis=0).repeat(4, axis=1)
    np.testing.assert_array_equal(
        drawn[:64, 64:128], np.broadcast_to(first, (64, 64, 3))
    )
    below = images_of(large[9])
    np.testing.assert_array_equal(
        drawn[4 * 66 : 4 * 66 + 64, 64 + 66 : 64 + 130], below
    )
    real = pairs.picture(Sample(large, small))
    assert real.shape[0] == 4 * 64 + 3 * 2
    with pytest.raises(RunError, match="wanted pictures"):
        pairs.picture(Sample(large))


def test_comparisons_of_ones_own():
    """Such as LPIPS, which the experiment knows the weights of; of the border too."""
    rng = np.random.default_rng(2)
    output, target = rng.uniform(-1, 1, (2, 6, 20, 20, 3)).astype(np.float32)
    sample = as_sample({"": Translation(target, output, target)})

    def difference(one, other):
        return np.abs(one - other).mean(axis=(1, 2, 3))

    own = Comparison("L1", difference, about="by hand")
    kind = Pairs(crop=3, comparisons={"l1": lambda: own})
    nothing = Outputs(np.zeros((0, 0)), np.zeros((0, 0)))
    material = Material(nothing, nothing, None, 0, sample, lambda: sample)
    (found,) = kind.measures["l1"].scores(material)
    assert (found.metric, found.better, found.about) == ("L1", "lower", "by hand")
    assert found.value == pytest.approx(np.abs(output - target).mean())
    inner = images_of(output)[:, 3:-3, 3:-3], images_of(target)[:, 3:-3, 3:-3]
    errors = np.square(inner[0].astype(float) - inner[1]).mean(axis=(1, 2, 3))
    (found,) = kind.measures["psnr"].scores(material)
    assert found.value == pytest.approx(np.mean(10 * np.log10(255.0**2 / errors)))
    assert "3 pixels of border left out" in found.about
    # Of gray pictures there is no luma to tell, of tiny ones no structure.
    small = as_sample(
        {"": Translation(target, output[:, :16, :, :1], target[:, :16, :, :1])}
    )
    assert kind.measures["psnr-y"].scores(material._replace(samples=small)) == []
    assert kind.measures["ssim"].scores(material._replace(samples=small)) == []


def test_lpips_of_weights_that_are_there():
    """Its network is asked for when it is measured, and sees what files would hold."""
    rng = np.random.default_rng(4)
    output = rng.uniform(-1.5, 1.5, (3, 32, 32, 3)).astype(np.float32)
    target = rng.uniform(-1, 1, (3, 32, 32, 3)).astype(np.float32)
    asked = []

    def network():
        asked.append(True)
        return PerceptualDistance(
            *("tiny", True, "nothing", "sha256:0", np.float32(2.0)),
            lambda weight, one, other: weight * jnp.abs(one - other).mean((1, 2, 3)),
        )

    kind = Pairs(perceptual=network)
    measure = kind.measures["lpips"]
    assert not asked
    sample = as_sample({"": Translation(target, output, target)})
    material = Material(*[Outputs((), ())] * 2, None, 0, sample, lambda: sample)
    (found,) = measure.scores(material)
    assert (found.metric, found.better) == ("LPIPS (tiny)", "lower")
    seen, wanted = images_of(output) / 127.5, images_of(target) / 127.5
    assert found.value == pytest.approx(2 * np.abs(seen - wanted).mean(), rel=1e-5)
    assert "lpips" not in pairs.measures

    def missing():
        raise DataError("no such file")

    with pytest.raises(RunError, match="lpips: no such file"):
        Pairs(perceptual=missing).measures["lpips"].scores(material)
