"""What a generated file says of itself, and that it can be made again."""

import json

import numpy as np
import pytest
from PIL import Image

from jaxgan.run.commands import cli
from jaxgan.run.commands.edit import EditCommand
from jaxgan.run.commands.sample import SampleCommand
from jaxgan.run.commands.trace import words
from jaxgan.run.files import provenance, xmp
from tests.run.conftest import EXPERIMENT

SAME = "the same, bit for bit"


@pytest.fixture
def run(train, tmp_path):
    train(
        "--steps",
        2,
        *("--sample-every", 1, "--save-every", 1),
        experiment=EXPERIMENT.with_name("images.py"),
    )
    return tmp_path / "run"


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
        ("interpolate --points 2 --frames 2", "a.png"),
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
