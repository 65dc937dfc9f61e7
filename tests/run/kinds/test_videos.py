"""Clips, and predictions of frames, go through all of it."""

import contextlib
import importlib
import io
import json
import pathlib

import numpy as np
import pytest
from PIL import Image, ImageSequence

from jaxgan import data
from jaxgan.core import Sample
from jaxgan.evaluation import i3d
from jaxgan.run import launch
from jaxgan.run.commands import cli
from jaxgan.run.errors import RunError
from jaxgan.run.files import evaluations_log, provenance
from jaxgan.run.kinds import DigitVideos, Predictions, Videos, predictions, videos
from jaxgan.run.kinds.drawing.film_strips import EDGE
from jaxgan.run.kinds.evaluation_protocol import EvaluationProtocol
from jaxgan.run.kinds.measures.measure import Material
from jaxgan.run.sampling import sampler, stored_run
from jaxgan.weights import WeightsError
from tests.evaluation.i3d_state import random_state

EXPERIMENT = pathlib.Path(__file__).with_name("flights.py")


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("videos")
    for name in ("clips", "predictions"):
        words = ["--variant", name, "--run-dir", str(folder / name)]
        words += ["--diagnose-every", "100"]
        with contextlib.redirect_stdout(io.StringIO()):
            assert launch.train(EXPERIMENT, words) == 0
    return folder


def said(capsys, *words):
    capsys.readouterr()
    status = 0
    try:
        cli.main([str(word) for word in words])
    except SystemExit as error:
        status = error.code
    told = capsys.readouterr()
    return status, told.out + told.err


def frames_of(path):
    with Image.open(path) as image:
        return [np.asarray(x.convert("RGB")) for x in ImageSequence.Iterator(image)]


def clips(count=3, frames=6, size=8, channels=1, seed=0):
    rng = np.random.default_rng(seed)
    return rng.uniform(-1, 1, (count, frames, size, size, channels)).astype(np.float32)


def predicted(count=3, target=True):
    given, value, truth = clips(count, 2), clips(count, seed=1), clips(count, seed=2)
    return Sample(value, given, {"target": truth} if target else ())


def test_a_picture_has_a_strip_of_every_clip():
    value = clips(2, 5, 8)
    drawn = videos.picture(Sample(value))
    pixels = np.rint((value + 1.0) * 127.5)
    for clip, frame in np.ndindex(2, 5):
        down, right = (48 + 4) * clip, (48 + 2) * frame
        seen = drawn[down : down + 48 : 6, right : right + 48 : 6, 0]
        np.testing.assert_allclose(seen, pixels[clip, frame, ..., 0], atol=1)


def test_many_clips_and_frames_are_thinned():
    long = videos.picture(Sample(clips(1, 40)))
    assert long.shape == (48, 16 * 50 - 2, 3)
    many = videos.picture(Sample(clips(40, 20)))
    assert many.shape[0] == 14 * (48 + 4) - 4
    assert many.shape[1] == 3 * (5 * 50 - 2 + 4) - 4


def test_predictions_lie_below_their_truth():
    sample = predicted(2)
    drawn = predictions.picture(sample)
    assert drawn.shape[0] == 4 * (48 + 4) - 4
    truth, made, *_ = (drawn[at : at + 48] for at in range(0, 208, 52))
    np.testing.assert_array_equal(truth[:, :98], made[:, :98])  # what is given
    assert (truth[0, :48] == EDGE).all()
    wanted = np.rint((sample.value[0, 0, ..., 0] + 1) * 127.5)
    np.testing.assert_allclose(made[::6, 100:148:6, 0], wanted, atol=1)
    wanted = np.rint((sample.features["target"][0, 0, ..., 0] + 1) * 127.5)
    np.testing.assert_allclose(truth[::6, 100:148:6, 0], wanted, atol=1)


def test_of_real_examples_there_is_the_truth_alone():
    real = Sample(clips(3), clips(3, 2))
    assert predictions.picture(real).shape[0] == 3 * (48 + 4) - 4
    assert len(predictions.frames(real)) == 8


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_frames_move_together(channels):
    drawn = videos.frames(Sample(clips(4, 5, channels=channels)))
    assert len(drawn) == 5
    assert drawn[0].shape == (98, 98, 3)
    beside = predictions.frames(predicted(3))
    assert len(beside) == 2 + 6
    assert beside[0].shape == (3 * 50 - 2, 98, 3)
    np.testing.assert_array_equal(beside[0][:, :48], beside[0][:, 50:])


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".png"])
def test_a_clip_is_written(tmp_path, suffix):
    path = tmp_path / "below" / f"clip{suffix}"
    Videos(suffix=suffix, rate=8.0).write(path, Sample(clips(1)))
    with Image.open(path) as image:
        assert getattr(image, "n_frames", 1) == (1 if suffix == ".png" else 6)


def test_mp4_is_written_where_it_can_be(tmp_path):
    pytest.importorskip("imageio_ffmpeg", reason="needs jaxgan[video]")
    kind = Videos(suffix=".mp4", rate=8.0)
    kind.write(tmp_path / "clip.mp4", Sample(clips(1, size=32)))
    found = data.videos(tmp_path, 6, 32)
    assert found.lengths.tolist() == [6]


@pytest.mark.parametrize(
    ("attributes", "told"),
    [
        ({"rate": 0.0}, "rate: saw 0.0"),
        ({"rate": 1e6}, "rate: saw 1000000.0"),
        ({"suffix": ".avi"}, "suffix: saw '.avi'"),
    ],
)
def test_odd_kinds_are_refused(attributes, told):
    with pytest.raises(RunError, match=told):
        Videos(**attributes)


@pytest.mark.parametrize("shape", [(3, 6, 8, 8), (3, 6, 8, 8, 2), (3, 8, 8, 1)])
def test_what_are_no_clips_is_refused(shape):
    with pytest.raises(RunError, match=r"videos: saw shape .*wanted \[N, T, H, W, C\]"):
        videos.picture(Sample(np.zeros(shape)))


def test_predictions_want_frames_given():
    with pytest.raises(RunError, match="predictions: saw given tuple"):
        predictions.picture(Sample(clips(2)))


def protocol(*names, **options):
    return EvaluationProtocol(names or ("frechet",), 64, **options)


def test_no_distance_is_called_fvd_without_its_weights(tmp_path, monkeypatch):
    source = data.moving_mnist(9, 16, 1, dataset="digits", digit_size=8)
    assert "FVD" not in videos.features(source, protocol()).title("Fréchet distance")
    with pytest.raises(
        RunError, match=r"--metrics: saw 'fvd', .* give them by --weigh"
    ):
        videos.features(source, protocol("kid", "fvd"))
    weights = tmp_path / "i3d.npz"
    np.savez(weights, **random_state())
    monkeypatch.setattr(i3d, "black_to_white", lambda variables: 12.0)
    title = videos.features(source, protocol(weights=weights)).title("Fréchet distance")
    assert title == "Fréchet distance (I3D of other weights)"
    with pytest.raises(RunError, match=r"i3d\.npz holds no published weights .* 12\.0"):
        videos.features(source, protocol("fvd", weights=weights))
    monkeypatch.setattr(i3d, "black_to_white", lambda variables: 131.4)
    found = videos.features(source, protocol("fvd", weights=weights))
    assert found.title("Fréchet distance") == "FVD"


def test_networks_that_do_not_suit_clips_are_refused(tmp_path):
    weights = tmp_path / "i3d.pt"
    weights.write_bytes(b"weights")
    source = data.moving_mnist(9, 16, 1, dataset="digits", digit_size=8)
    with pytest.raises(WeightsError, match=r"i3d\.pt"):
        videos.features(source, protocol(weights=weights))
    short = data.moving_mnist(4, 16, 1, dataset="digits", digit_size=8)
    with pytest.raises(RunError, match=r"clips: saw shape .* at least 9 frames"):
        videos.features(short, protocol("fvd", weights=weights))
    with pytest.raises(RunError, match="--extractor: saw 'inception'"):
        videos.features(source, protocol(extractor="inception"))
    with pytest.raises(RunError, match="clips: saw shape"):
        videos.features(data.digits(), protocol())


@pytest.mark.parametrize("kind", [videos, predictions])
def test_fvd_is_measured_where_it_is_named(kind):
    assert "fvd" in kind.measures
    assert "fvd" not in kind.usual_measures
    assert {"frechet", "kid"} <= set(kind.usual_measures)


def test_folders_of_other_shapes_are_refused(tmp_path):
    with pytest.raises(RunError, match="--real: the run's samples are"):
        videos.folder(tmp_path, (4, 8, 16, 1))
    with pytest.raises(RunError, match="--real: no folders of predictions"):
        predictions.folder(tmp_path, (4, 8, 8, 1))


def material(sample, examples=None):
    return Material(None, None, None, 0, sample, lambda: examples)  # pyright: ignore


def test_predictions_are_measured_beside_what_learns_nothing():
    given = data.prediction(
        data.moving_mnist(6, 32, 1, dataset="digits", digit_size=16, clips=8), 3
    ).examples(np.arange(8))
    perfect = Sample(given.value, given.given, {"target": given.value})
    kind = Predictions(thresholds=(0.0, 0.5))
    assert list(kind.measures)[:4] == ["mse", "ssim", "csi-0", "csi-0.5"]
    for name in ("mse", "csi-0"):
        made, still, moved = kind.measures[name].scores(material(perfect))
        assert made.value == (0.0 if name == "mse" else 1.0)
        assert still.metric.endswith("of persistence")
        assert moved.metric.endswith("of advection")
        assert abs(made.value - moved.value) < abs(made.value - still.value)
        assert str(made.about).count(",") == 2


def test_ensembles_are_scored_by_rank():
    """Members -½ and ½ of a truth of 0: E|X - y| = ½, E|X - X'| = ½."""
    truth = np.zeros((2, 3, 12, 12, 1), np.float32)
    given = np.ones((2, 2, 12, 12, 1), np.float32)

    def drawn(number):
        value = truth + (0.5 if number % 2 else -0.5)
        return Sample(value, given, {"target": truth})

    measure = Predictions(members=2).measures["crps"]
    whole = material(drawn(0))._replace(drawn_again=drawn)
    made, still, *_ = measure.scores(whole)
    assert made.metric == "CRPS of 2 members"
    assert made.value == pytest.approx(0.5 - 0.25)
    assert made.about == "by lead time: 0.25, 0.25, 0.25"
    assert still.metric == "CRPS of persistence"
    assert still.value == pytest.approx(1.0)  # the mean absolute error
    assert measure.scores(material(drawn(0))) == []


def test_thresholds_are_of_what_numbers_mean():
    truth = np.full((1, 2, 12, 12, 1), 0.0, np.float32)  # 30 dBZ
    sample = Sample(truth, truth, {"target": truth})
    kind = Predictions(thresholds=(29.0, 31.0), scale=data.to_dbz, scale_unit="dBZ")
    below, *_ = kind.measures["csi-29"].scores(material(sample))
    assert below.metric == "CSI of 29 dBZ"
    assert below.value == 1.0
    assert kind.measures["csi-31"].scores(material(sample)) == []


def test_digits_are_followed(monkeypatch):
    source = data.moving_mnist(8, 48, 1, dataset="digits", digit_size=16, clips=16)
    from jaxgan.run.kinds.measures import video_measures

    class Judge:
        shape, description = (16, 16, 1), "judge"

        def probabilities(self, pictures):
            return np.tile([1.0, 0.0], (len(pictures), 1))

    monkeypatch.setattr(video_measures, "classifier", lambda *x, **y: Judge())
    kind = DigitVideos(digits=source.pictures, count=1, speed=source.speed)
    assert "digits" not in videos.measures
    every = source.examples(np.arange(16))
    apart, same, speed, error = kind.measures["digits"].scores(material(every, every))
    assert apart.value > 0.9
    assert same.value == 1.0
    assert speed.value == pytest.approx(source.speed, abs=0.4)
    assert "of the data" in str(error.about)
    noise = Sample(clips(4, 8, 48))
    (only,) = kind.measures["digits"].scores(material(noise, every))
    assert only.value == 0.0


def test_training_draws_strips_and_what_moves(runs):
    for name in ("clips", "predictions"):
        folder = runs / name / "samples"
        drawn = frames_of(folder / "moving.webp")
        made = provenance.read(folder / "moving.webp")
        assert len(drawn) == 6
        assert (made.command, made.step) == ("train", 4)
        assert (folder / "step_00000004.png").is_file()


@pytest.mark.parametrize("name", ["clips", "predictions"])
def test_samples_move(runs, tmp_path, capsys, name):
    path = tmp_path / "all.gif"
    assert said(capsys, "sample", runs / name, "--num", 4, "--out", path)[0] == 0
    experiment, state, *_ = stored_run.load(runs / name)
    wanted = experiment.kind.frames(sampler.generate(experiment, state, 4))
    assert len(frames_of(path)) == len(wanted) == 6
    assert provenance.read(path).command == "sample"
    assert said(capsys, "trace", path, "--run", runs / name)[0] == 0


def test_samples_have_a_file_each(runs, tmp_path, capsys):
    out = tmp_path / "each"
    assert said(capsys, "sample", runs / "clips", "--num", 3, "--out", out)[0] == 0
    files = sorted(out.iterdir())
    assert [path.name for path in files] == [f"{n:06d}.gif" for n in range(3)]
    assert len(frames_of(files[0])) == 6
    assert provenance.read(files[2]).file == "000002.gif"


def test_walks_move_or_are_strips(runs, tmp_path, capsys):
    for suffix, count in ((".gif", 6), (".webp", 6), (".png", 1)):
        path = tmp_path / f"walk{suffix}"
        words = ("--points", 2, "--frames", 3, "--out", path)
        assert said(capsys, "interpolate", runs / "clips", *words)[0] == 0
        assert len(frames_of(path)) == count
    status, told = said(capsys, "interpolate", runs / "predictions")
    assert status
    assert "Traceback" not in told


def test_runs_are_measured(runs, capsys):
    words = ("--num", 32, "--metrics", "frechet", "kid")
    assert said(capsys, "evaluate", runs / "clips", *words)[0] == 0
    (first, *_) = evaluations_log.read(runs / "clips")
    assert "random frames and changes" in str(first)
    words = ("--metrics", "mse", "ssim", "csi-0", "crps", "--num", 16)
    status, text = said(capsys, "evaluate", runs / "predictions", *words)
    assert status == 0
    assert "MSE of persistence" in text
    assert "CSI of 0 of advection" in text
    assert "CRPS of 8 members" in text


def test_skill_is_told_by_lead_time(runs, tmp_path, capsys, monkeypatch):
    folder = pathlib.Path(__file__).parents[3] / "experiments" / "benchmarks" / "video"
    monkeypatch.syspath_prepend(folder)
    lead_times = importlib.import_module("lead_times")
    options = {"num": 6, "members": 2, "out": tmp_path}
    lead_times.main(lead_times.Options((runs / "predictions",), **options))
    table = json.loads((tmp_path / "lead_times.json").read_text())
    assert list(table) == ["MSE", "MSE of the mean", "SSIM", "CRPS", "CSI of 0"]
    assert list(table["CRPS"]) == ["predictions", "persistence", "advection"]
    assert all(len(row) == 4 for rows in table.values() for row in rows.values())
    # The game has no noise: the mean of its members is each of them.
    assert table["MSE"]["predictions"] == table["MSE of the mean"]["predictions"]
    assert "advection" in capsys.readouterr().out
    assert len(frames_of(tmp_path / "clips.gif")) == 6
    with pytest.raises(SystemExit, match="saw videos, wanted predictions"):
        lead_times.main(lead_times.Options((runs / "clips",), **options))


def test_reports_play(runs, capsys):
    for name, title in (("clips", "Clips"), ("predictions", "Truth and prediction")):
        status, _ = said(capsys, "report", runs / name)
        assert status == 0
        page = (runs / name / "report.html").read_text()
        assert f">{title}<" in page
        assert 'class="moving"' in page


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (("sample", "{clips}", "--out", "a.avi"), None),
        (
            ("sample", "{clips}", "--out", "a.jpg"),
            "--out: saw a.jpg, wanted NAME.png, NAME.npz",
        ),
        (("sample", "{clips}", "--label", "3"), "--label"),
        (("sample", "{clips}", "--num", "0"), "--num"),
        (
            ("interpolate", "{clips}", "--out", "a.avi"),
            "wanted NAME.gif, NAME.webp, NAME.mp4 or NAME.png",
        ),
        (("interpolate", "{clips}", "--rate", "1000", "--out", "a.gif"), "--rate: saw"),
        (("evaluate", "{clips}", "--metrics", "fvd"), "--metrics: saw 'fvd'"),
        (("evaluate", "{clips}", "--metrics", "fid"), "no measure of videos"),
        (("evaluate", "{clips}", "--extractor", "inception"), "--extractor"),
        (("evaluate", "{clips}", "--real", "{folder}"), "saw no files"),
        (("evaluate", "{predictions}", "--real", "{folder}"), "--real: no folders"),
        (
            ("evaluate", "{predictions}", "--metrics", "csi-9"),
            "no measure of predictions",
        ),
        (("interpolate", "{predictions}", "--out", "a.gif"), "have no latents"),
    ],
)
def test_bad_input_is_told_in_a_line(
    runs, tmp_path, monkeypatch, capsys, command, told
):
    monkeypatch.chdir(tmp_path)
    empty = tmp_path / "empty"
    empty.mkdir()
    places = {"clips": runs / "clips", "predictions": runs / "predictions"}
    words = [word.format(folder=empty, **places) for word in command]
    if told is None:  # any other name is a folder's
        assert said(capsys, *words, "--num", "1")[0] == 0
        return
    status, text = said(capsys, *words)
    assert status
    assert told in text
    assert "Traceback" not in text
    assert not list(tmp_path.glob("a.*"))


def test_samples_of_other_kinds_do_not_move(tmp_path):
    from jaxgan.run.kinds import images
    from jaxgan.run.sampling import sample_files

    with pytest.raises(RunError, match=r"saw a\.gif, wanted NAME.png, NAME.npz or a"):
        sample_files.check_path(tmp_path / "a.gif", images)
    sample_files.check_path(tmp_path / "a.gif", videos)
