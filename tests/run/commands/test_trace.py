"""What a generated file says of itself, and that it can be made again."""

import dataclasses
import json

import numpy as np
import pytest
from PIL import Image

from jaxgan.run.commands import cli
from jaxgan.run.commands.edit import EditCommand
from jaxgan.run.commands.sample import SampleCommand
from jaxgan.run.commands.trace import words
from jaxgan.run.files import evaluations_log, provenance, xmp
from tests.run.conftest import EXPERIMENT

SAME = "the same, bit for bit"


@pytest.fixture
def run(trained):
    words = ("--steps", 2, "--sample-every", 1, "--save-every", 1)
    return trained(*words, experiment=EXPERIMENT.with_name("images.py"))


def call(capsys, *arguments):
    """The lines, and the error's if it fails."""
    capsys.readouterr()
    try:
        cli.main([str(word) for word in arguments])
    except SystemExit:
        return capsys.readouterr().err
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("sample --num 3 --seed 7", "a.png"),
        ("sample --num 3 --batch-size 2", "a.npz"),
        ("sample --num 3 --current --step 1", "folder"),
        ("interpolate --points 2 --frames 2", "a.gif"),
        pytest.param(
            *("interpolate --points 2 --frames 2", "a.png"), marks=pytest.mark.slow
        ),
    ],
)
def test_files_are_made_again(run, tmp_path, capsys, command, name):
    first, *options = command.split()
    out = tmp_path / name
    call(capsys, first, run, *options, "--out", out)
    path = max(out.rglob("*")) if out.is_dir() else out
    assert SAME in call(capsys, "trace", path, "--run", run)
    made = provenance.read(path)
    assert (made.command, made.run, made.experiment) == (first, "run", "images")
    text = json.dumps([made.options, made.run, made.file])
    assert str(tmp_path) not in text  # nobody learns where its maker keeps files


def test_pictures_of_training_are_drawn_again(run, capsys):
    for step in (1, 2):
        path = run / "samples" / f"step_{step:08d}.png"
        assert SAME in call(capsys, "trace", path, "--run", run)
    assert "does not say" in call(capsys, "trace", run / "samples" / "real.png")
    told = call(capsys, "trace", run / "samples.gif", "--run", run)
    assert "trace one of them" in told


def test_a_changed_pixel_is_told(run, tmp_path, capsys):
    path = tmp_path / "a.png"
    call(capsys, "sample", run, "--num", 4, "--out", path)
    made = provenance.read(path)
    pixels = np.array(Image.open(path))
    pixels[0, 0, 0] ^= 4
    Image.fromarray(pixels).save(path)
    assert "does not say" in call(capsys, "trace", path)
    provenance.mark(path, made)
    told = call(capsys, "trace", path, "--run", run)
    assert f"pixels: 1 of {pixels.size:,}, by 4 at most" in told


def test_another_run_is_told(run, train, tmp_path, capsys):
    train(
        "--steps", 2, "--seed", 1, experiment=EXPERIMENT.with_name("images.py"), run="b"
    )
    path = tmp_path / "a.png"
    call(capsys, "sample", run, "--num", 4, "--out", path)
    assert "another run" in call(capsys, "trace", path, "--run", tmp_path / "b")
    train("--steps", 3, experiment=EXPERIMENT, run="c")
    assert "no checkpoint of step 2" in call(
        capsys, "trace", path, "--run", tmp_path / "c"
    )


def test_no_metadata_leaves_nothing(run, tmp_path, capsys):
    path = tmp_path / "a.png"
    call(capsys, "sample", run, "--num", 4, "--no-metadata", "--out", path)
    assert b"xmp" not in path.read_bytes()
    assert "--no-metadata" in call(capsys, "trace", path)


def test_pictures_of_the_default_place_are_marked(run, capsys):
    path = call(capsys, "sample", run, "--num", 2).strip()
    assert SAME in call(capsys, "trace", path, "--run", run)


@pytest.mark.parametrize(
    "record", ["", "[]", '{"command": 3}', '{"step": "x"}', "{", '{"unknown": 1}']
)
def test_what_is_not_understood_is_a_line(tmp_path, capsys, record):
    path = tmp_path / "a.png"
    Image.fromarray(np.zeros((2, 2), np.uint8)).save(path)
    xmp.embed(path, xmp.packet(record, "x", "tool"))
    assert "not understood" in call(capsys, "trace", path)


def test_options_read_as_they_are_typed():
    options = {
        "num": None,
        "seed": 3,
        "current": True,
        "metadata": False,
        "sampling": {"truncation": [1.0, 0.5], "layers": ["coarse", "fine"], "x": []},
    }
    assert words(options, SampleCommand) == [
        "--seed 3",
        "--current",
        "--truncation 1.0,0.5",
        "--layers coarse fine",
    ]
    assert words({"amount": [-3.0, 3.0]}, EditCommand) == ["--amount -3..3"]
    assert words({"latents": {"file": "a.npz, sha256:0"}}) == ["--latents a.npz"]
    assert words({"seed": 0}) == ["--seed 0"]


def test_what_was_made_of_a_picture_wants_it(tmp_path, capsys, run):
    path = tmp_path / "a.png"
    Image.fromarray(np.zeros((2, 2), np.uint8)).save(path)
    made = provenance.of_training(run, 2)
    provenance.mark(path, made.of_source("mine.jpg", b"bytes"))
    content = path.read_bytes()
    assert provenance.COMPOSITE.encode() in content
    assert provenance.GENERATED.encode() + b"<" not in content
    assert "wanted mine.jpg" in call(capsys, "trace", path, "--run", run)
    other = tmp_path / "other.jpg"
    other.write_bytes(b"others")
    told = call(capsys, "trace", path, "--run", run, "--source", other)
    assert "another picture" in told


@pytest.fixture
def exported(run, tmp_path, capsys):
    for name in ("onnx", "onnxruntime"):
        pytest.importorskip(name, reason=f"{name} is not installed: the extra 'export'")
    call(capsys, "export", run, "--out", tmp_path / "exported")
    return tmp_path / "exported"


@pytest.mark.parametrize("name", ["a.png", "a.npz"])
def test_what_an_exported_folder_drew_is_made_again(
    run, exported, tmp_path, capsys, name
):
    path = tmp_path / name
    call(capsys, "sample", exported, "--num", 3, "--seed", 7, "--out", path)
    told = call(capsys, "trace", path)
    assert "sample.py of a folder of jaxgan export --num 3 --psi 1.0 --seed 7" in told
    assert "of images, at step 2" in told
    assert SAME in call(capsys, "trace", path, "--run", exported)
    told = call(capsys, "trace", path, "--run", run)
    assert "by JAX" in told
    assert told.strip().endswith("the same")
    made = provenance.read(path)
    wrong = tmp_path / f"wrong{path.suffix}"
    call(capsys, "sample", exported, "--num", 3, "--seed", 8, "--out", wrong)
    mislabelled = tmp_path / f"mislabelled{path.suffix}"
    if path.suffix == ".npz":
        with np.load(wrong) as arrays:
            np.savez(mislabelled, value=arrays["value"])
    else:
        Image.open(wrong).save(mislabelled)
    provenance.mark(mislabelled, made)
    assert "wanted at most" in call(capsys, "trace", mislabelled, "--run", run)
    assert "another" in call(capsys, "trace", mislabelled, "--run", exported)


def test_another_exported_folder_is_told(run, exported, tmp_path, capsys):
    call(capsys, "export", run, "--step", 1, "--out", tmp_path / "first")
    path, own = tmp_path / "a.png", tmp_path / "b.png"
    call(capsys, "sample", exported, "--num", 1, "--out", path)
    told = call(capsys, "trace", path, "--run", tmp_path / "first")
    assert "holds another generator: step 1" in told
    call(capsys, "sample", run, "--num", 1, "--out", own)
    told = call(capsys, "trace", own, "--run", exported)
    assert "was exported, wanted the run" in told


def page_picture(run, path, **options):
    """A picture as the page of `jaxgan explore` saves it."""
    identity = provenance.of_training(run, 2)
    checkpoint = {"step": 2, "run_seed": None}
    options = {"current": False, "checkpoint": checkpoint} | options
    made = dataclasses.replace(identity, command="explore", options=options)
    provenance.mark(path, made)


def test_what_the_page_saved_is_made_again(run, tmp_path, capsys):
    path = tmp_path / "a.png"
    folder = tmp_path / "folder"
    call(
        capsys, "sample", run, "--num", 5, "--seed", 3, "--no-metadata", "--out", folder
    )
    file = sorted(folder.iterdir())[4]
    Image.open(file).resize((32, 32), 0).save(path)
    latent = {"seed": 3, "label": None}
    chosen = {"latent": latent, "truncation": None}
    page_picture(run, path, index=4, page="seed=3&index=4", **chosen)
    told = call(capsys, "trace", path, "--run", run)
    assert told.strip().endswith("the same"), told
    Image.open(file).save(path)
    page_picture(run, path, index=3, page="seed=3&index=3", **chosen)
    assert "wanted at most" in call(capsys, "trace", path, "--run", run)
    Image.open(file).save(path)
    page_picture(run, path, index=4, page="index=4&amounts=1_0", **chosen)
    told = call(capsys, "trace", path, "--run", run)
    assert "with #index=4&amounts=1_0 behind its address" in told


@pytest.mark.slow
def test_reports_and_pictures_of_measures_say_so(run, tmp_path, capsys):
    options = ("--metrics", "memorisation", "--num", 16, "--neighbours", 16)
    weights = ("--extractor", "classifier")
    call(capsys, "evaluate", run, *options, *weights, "--truncation", "0.5,1")
    pictures = sorted((run / evaluations_log.PICTURES).glob("*.png"))
    assert {path.name.split("_")[0] for path in pictures} == {
        "neighbours",
        "truncation",
    }
    assert all(provenance.read(path).command == "evaluate" for path in pictures)
    for path in pictures:
        assert provenance.COMPOSITE in path.read_bytes().decode("latin1")
    pytest.importorskip("plotly", reason="jaxgan[report] is not installed")
    call(capsys, "report", run)
    page = run / "report.html"
    assert provenance.read(page).step == 2
    assert "is synthetic" in call(capsys, "trace", page)
    plain = tmp_path / "plain.html"
    call(capsys, "report", run, "--no-metadata", "--out", plain)
    assert "does not say" in call(capsys, "trace", plain)
