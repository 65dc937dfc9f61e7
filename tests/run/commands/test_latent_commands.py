"""Pictures found in a run's latent space, directions in it, and edits, by command."""

import json
import pathlib

import numpy as np
import pytest
from PIL import Image

import jaxgan
from jaxgan import data
from jaxgan.run import launch
from jaxgan.run.commands import cli
from jaxgan.run.editing import fitted_pictures, latent_file
from jaxgan.run.files import provenance
from jaxgan.run.sampling import sampler
from tests.experiments.test_experiments import EXPERIMENTS, fake_dataset
from tests.run import images

FILE = EXPERIMENTS["stylegan2_ffhq"]


@pytest.fixture(scope="module")
def style(tmp_path_factory):
    """One step of StyleGAN2, tiny."""
    folder = tmp_path_factory.mktemp("hands") / "run"
    sizes = ("size=8", "batch-size=8", "latent-size=4", "mapping-layers=1", "group=4")
    widths = ("channel-base=32", "channel-max=4", "steps=1", f"run-dir={folder}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(data, "image_dataset", fake_dataset)
        flags = [f"--{flag}" for flag in (*sizes, *widths)]
        assert launch.train(FILE, ["--variant=small", *flags]) == 0
        yield folder


@pytest.fixture(scope="module")
def noise(tmp_path_factory):
    """One step of a game of noise."""
    folder = tmp_path_factory.mktemp("hands") / "noise"
    jaxgan.train(images.__file__, steps=1, run_dir=str(folder))
    return folder


@pytest.fixture
def pictures(tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    rng = np.random.default_rng(0)
    Image.fromarray(rng.integers(0, 255, (12, 9, 3), np.uint8)).save(folder / "a.png")
    Image.fromarray(rng.integers(0, 255, (8, 8), np.uint8)).save(folder / "b.png")
    layers = rng.integers(0, 255, (16, 16, 4), np.uint8)
    Image.fromarray(layers, "RGBA").save(folder / "c.png")
    return folder


@pytest.mark.slow
def test_pictures_are_found_and_the_generator_is_tuned(
    style, pictures, tmp_path, capsys
):
    out = tmp_path / "found"
    words = ["--steps", "30", "--pivotal", "20", "--at-once", "2", "--out", str(out)]
    cli.main(["project", str(style), str(pictures), *words])
    told = capsys.readouterr()
    assert "a.png: the middle 9 x 9 of 9 x 12 is taken, resized to 8 x 8" in told.err
    assert "made grey" in told.err
    assert "c.png: transparency is laid over white, resized to 8 x 8" in told.err
    assert "b.png:" not in told.err
    *table, last = told.out.splitlines()
    assert last == str(out)
    assert table[0].split() == ["pixels", "the", "mean", "found", "tuned"]
    for line, name in zip(table[1:], ("a.png", "b.png", "c.png"), strict=True):
        first, *numbers = line.split()
        before, found, tuned = map(float, numbers)
        assert first == name
        assert tuned < found < before
    with Image.open(out / "before_after.png") as picture:
        assert picture.size[0] > picture.size[1]  # four in a row, of three
    with Image.open(out / "way.gif") as video:
        assert video.n_frames > 10
    assert provenance.read(out / "latents.npz").source.startswith("sha256:")
    latents = latent_file.read(out / "latents.npz")
    assert latents.code.shape == (3, 4, 4)
    assert latents.names == ("a.png", "b.png", "c.png")
    assert [x.shape for x in latents.noise] == [(3, 4, 4), (3, 8, 8), (3, 8, 8)]
    about = json.loads((out / "tuned" / "tuned.json").read_text())
    assert about["pictures"] == ["a.png", "b.png", "c.png"]
    # The tuned run is a run: edited by nothing it shows what it was tuned to.
    file = tmp_path / "same.npz"
    flags = ["--latents", str(out / "tuned" / "latents.npz"), "--amount", "0"]
    cli.main(["edit", str(out / "tuned"), *flags, "--out", str(file)])
    capsys.readouterr()
    made = np.load(file)["value"]
    assert made.shape == (3, 1, 8, 8, 1)
    shown = np.load(out / "tuned" / "latents.npz")["distance"]
    targets = [
        fitted_pictures.fit(Image.open(path).copy(), (8, 8, 1))[0]
        for path in sorted(pictures.iterdir())
    ]
    seen = np.mean(np.square(made[:, 0] - np.stack(targets)), axis=(1, 2, 3))
    np.testing.assert_allclose(seen, shown, rtol=0.05)
    # It walks from one to the next, by way of what was tuned.
    words = ["--latents", str(out / "tuned" / "latents.npz"), "--frames", "2"]
    cli.main(["interpolate", str(out / "tuned"), *words, "--loop"])
    walk = out / "tuned" / "generated" / "interpolation_loop_latents_step_1_seed_0.png"
    assert capsys.readouterr().out == f"{walk}\n"
    with Image.open(walk) as picture:
        assert picture.size == (6 * 128, 128)  # of three legs, two each
        strip = np.asarray(picture.convert("L"))[::16, ::16] / 127.5 - 1.0
    ends = np.clip(made[:, 0, :, :, 0], -1, 1)
    for place in range(3):
        np.testing.assert_allclose(
            strip[:, 16 * place : 16 * place + 8], ends[place], atol=0.01
        )
    assert jaxgan.load(out / "tuned").step == 1
    assert jaxgan.load(out / "tuned").sample(2).shape == (2, 8, 8, 1)


@pytest.mark.parametrize("method", ["sefa", "ganspace"])
def test_directions_are_found_shown_and_used(style, method, tmp_path, capsys):
    out = tmp_path / "directions"
    flags = ["--method", method, "--count", "2", "--frames", "3", "--out", str(out)]
    cli.main(["directions", str(style), *flags, "--layers", "0-2"])
    assert capsys.readouterr().out == f"{out}\n"
    names = sorted(path.name for path in out.iterdir())
    shown = ["direction_00.png", "direction_01.png", "directions.npz", "directions.png"]
    assert names == shown
    assert provenance.read(out / "directions.npz").command == "directions"
    found = np.load(out / "directions.npz")
    assert found["vectors"].shape[1] == 4
    np.testing.assert_allclose(np.linalg.norm(found["vectors"], axis=1), 1.0, rtol=1e-5)
    file = tmp_path / "edit.npz"
    flags = ["--directions", str(out / "directions.npz"), "--direction", "1"]
    flags += ["--amount", "-2..2", "--frames", "5", "--num", "2", "--layers", "1-2"]
    cli.main(["edit", str(style), *flags, "--seed", "7", "--out", str(file)])
    value = np.load(file)["value"]
    assert value.shape == (2, 5, 8, 8, 1)
    run = jaxgan.load(style)
    np.testing.assert_allclose(value[:, 2], run.sample(2, seed=7), atol=1e-5)
    assert np.abs(value[:, 0] - value[:, 4]).max() > 1e-6


def test_edits_move(style, tmp_path, capsys):
    for suffix in ("gif", "webp", "png"):
        path = tmp_path / f"edit.{suffix}"
        cli.main(["edit", str(style), "--frames", "4", "--out", str(path)])
        assert capsys.readouterr().out == f"{path}\n"
        with Image.open(path) as picture:
            # There and back again; GIF joins pictures that look the same.
            assert 1 <= getattr(picture, "n_frames", 1) <= 6
            assert picture.format == suffix.upper()
    cli.main(["edit", str(style), "--frames", "2", "--num", "1"])
    path = style / "generated" / "edit_direction_0_step_1.png"
    assert capsys.readouterr().out == f"{path}\n"
    assert path.is_file()


def test_the_same_from_python(style):
    run = jaxgan.load(style)
    found = jaxgan.directions(run)
    strip = jaxgan.edit(run, 0, [-1.0, 0.0, 1.0], num=2, seed=3)
    assert strip.shape == (2, 3, 8, 8, 1)
    np.testing.assert_allclose(strip[:, 1], run.sample(2, seed=3), atol=1e-5)
    np.testing.assert_array_equal(found.vectors, jaxgan.directions(style).vectors)
    picture = Image.fromarray(np.full((8, 8), 255, np.uint8))
    projection = jaxgan.project(run, steps=20, pivotal=5)(picture)
    assert projection.found.distance < projection.found.distance_before
    assert projection.latents.noise == ()
    editor = run.editor().tuned_to(projection)
    same = editor.edit(0, 0.0, latents=projection.latents)
    np.testing.assert_allclose(same, projection.tuned.pictures, atol=1e-5)
    with pytest.raises(jaxgan.RunError, match="method: saw 'pca', wanted sefa"):
        jaxgan.directions(run, "pca")


def test_games_of_noise_can_be_edited_too(noise):
    run = jaxgan.load(noise)
    shape = run.sample(1).shape[1:]
    strip = jaxgan.edit(run, 0, [0.0, 2.0])
    assert strip.shape == (1, 2, *shape)
    target = run.sample(1, seed=5)
    projection = jaxgan.project(run, steps=60)(target)
    assert projection.found.distance < projection.found.distance_before
    np.testing.assert_array_equal(projection.found.targets, target)


def test_noise_is_heard_in_some_layers_only(style, capsys, tmp_path):
    run, path = jaxgan.load(style), tmp_path / "quiet.npz"
    words = ["--num", "4", "--noise-layers", "none", "--out", str(path)]
    cli.main(["sample", str(style), *words])
    quiet = run.experiment.game.noise_in(run.state.ema, [])
    silent = run.state._replace(ema=quiet)
    wanted = sampler.generate(run.experiment, silent, 4).value
    np.testing.assert_array_equal(np.load(path)["value"], wanted)
    np.testing.assert_array_equal(run.sample(4, noise_layers="0-2"), run.sample(4))
    capsys.readouterr()
    with pytest.raises(SystemExit):
        cli.main(["sample", str(style), "--noise-layers", "0-9"])
    assert "--noise-layers: saw '0-9', wanted layers from 0 to 2" in (
        capsys.readouterr().err
    )


@pytest.mark.slow
def test_edits_and_projections_are_traced(style, pictures, capsys, tmp_path):
    edited, found = tmp_path / "edited.gif", tmp_path / "found"
    cli.main(["edit", str(style), "--num", "2", "--frames", "3", "--out", str(edited)])
    cli.main(["trace", str(edited), "--run", str(style)])
    assert "bit for bit" in capsys.readouterr().out
    picture = str(pictures / "a.png")
    words = ["--steps", "3", "--out", str(found)]
    cli.main(["project", str(style), picture, *words])
    shown = str(found / "before_after.png")
    cli.main(["trace", shown, "--run", str(style), "--source", picture])
    assert "bit for bit" in capsys.readouterr().out
    walk = str(tmp_path / "walk.png")
    several = [picture, str(pictures / "c.png")]
    cli.main(["project", str(style), *several, "--steps", "2", "--out", f"{found}2"])
    latents = f"{found}2/latents.npz"
    cli.main(["interpolate", str(style), "--latents", latents, "--out", walk])
    capsys.readouterr()
    with pytest.raises(SystemExit):
        cli.main(["trace", walk, "--run", str(style)])
    told = capsys.readouterr()
    assert "--latents latents.npz, sha256:" in told.err
    assert str(tmp_path) not in str(provenance.read(pathlib.Path(walk)))
