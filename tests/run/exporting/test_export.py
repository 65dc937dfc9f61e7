"""Folders that stand alone: what they make is what the run makes."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import types

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import export
from PIL import Image

from jaxgan import data, recipes
from jaxgan.core import Sample, init_state
from jaxgan.games.latent import uniform_labels
from jaxgan.games.paired import PairedGame
from jaxgan.games.style import StyleGame
from jaxgan.models import pix2pix, restoration, stylegan2
from jaxgan.run.commands import cli
from jaxgan.run.errors import RunError
from jaxgan.run.experiment import Experiment
from jaxgan.run.exporting import (
    export_folder,
    exported_folder,
    formats,
    sample_program,
)
from jaxgan.run.exporting.parts import Axes, B, Part, parts
from jaxgan.run.files import run_program
from jaxgan.run.kinds import pairs
from jaxgan.run.sampling.stored_run import StoredRun
from tests.export.same import NEEDED
from tests.golden.runs import make

RUNS = pathlib.Path(make.__file__).parent
STYLED = {"mapping_layers": 1, "channel_base": 32, "channel_max": 4}


@pytest.fixture(autouse=True)
def needs_onnx():
    for name in NEEDED:
        pytest.importorskip(name, reason=f"{name} is not installed: the extra 'export'")


@pytest.fixture
def run(tmp_path):
    """Bars of two classes, trained and stored."""
    shutil.copytree(RUNS / "bars", tmp_path / "run")
    run_program.remember(tmp_path / "run")
    return tmp_path / "run"


def stored(game, batch, first=None, **options):
    """A run of a game that was not trained, but has moved away from its start."""
    source = data.arrays(*batch)
    recipe = recipes.nonsaturating(1e-3)
    examples = data.batches(source, 4)
    experiment = Experiment(game, recipe, examples, **options)
    first = first or examples(0)
    state = jax.jit(
        lambda key: init_state(key, game, recipe.turns, recipe.optimizers, first)
    )(jax.random.key(0))
    state = state._replace(ema=jax.tree.map(lambda x: x + 0.01, state.ema))
    return StoredRun(experiment, state, 3, None, "odd", pathlib.Path("odd"))


def styled():
    game = StyleGame(
        stylegan2.Generator((8, 8, 1), 2, 4, **STYLED),
        stylegan2.Discriminator(2, group=2, **STYLED),
        latent_size=3,
        conditioning=uniform_labels(2),
    )
    images = np.random.default_rng(0).integers(0, 255, (8, 8, 8, 1)).astype(np.uint8)
    return stored(game, (images, np.arange(8) % 2, ("dark", "light")))


def test_a_folder_makes_what_the_run_makes(run, tmp_path, capsys):
    out = tmp_path / "folder"
    cli.main(["export", str(run), "--out", str(out), "--license", "CC0"])
    said = capsys.readouterr()
    assert said.out.strip() == str(out)
    assert said.err.count("largest difference from JAX") == 2
    card = json.loads((out / "card.json").read_text())
    assert card["kind"] == "latent"
    assert card["classes"] == ["horizontal", "vertical"]
    assert card["license"] == "CC0"
    assert card["step"] == 20
    assert all(part["difference"] < 1e-5 for part in card["parts"].values())
    assert len((out / "README.md").read_text().splitlines()) <= 10

    import jaxgan

    known = jaxgan.load(run)
    generator = sample_program.Generator(out)
    for label in (None, "vertical"):
        wanted = known.sample(5, seed=7, label=label)
        made = generator.sample(5, seed=7, label=label)
        np.testing.assert_allclose(made, wanted, atol=1e-5)
    tail = known.sample(5, seed=7)[3:]
    np.testing.assert_allclose(generator.sample(2, 7, first=3), tail, atol=1e-5)
    with pytest.raises(ValueError, match=r"--label: saw 'x', wanted one of horizontal"):
        generator.sample(1, label="x")
    for said, options in (
        ("--psi: only styles are truncated", {"num": 1, "psi": 0.5}),
        ("--num: saw 0, wanted at least 1", {"num": 0}),
        ("--seed: saw -1, wanted a whole number", {"num": 1, "seed": -1}),
        ("--seed: saw 18446744073709551616", {"num": 1, "seed": 2**64}),
    ):
        with pytest.raises(ValueError, match=said):
            generator.sample(**options)


def test_a_folder_needs_no_jax(run, tmp_path):
    """Its program and `jaxgan sample` write pictures, and load neither JAX nor Flax."""
    out = tmp_path / "folder"
    cli.main(["export", str(run), "--out", str(out)])
    (tmp_path / "jax.py").write_text("raise ImportError('JAX was loaded')")
    places = os.pathsep.join([str(tmp_path), *sys.path])
    environment = os.environ | {"PYTHONPATH": places}

    def here(*words):
        done = subprocess.run(
            [sys.executable, *words],
            capture_output=True,
            text=True,
            env=environment,
            cwd=tmp_path,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    assert here(str(out / "sample.py"), "--num", "4", "--seed", "3") == "samples.png"
    options = ["--num", "4", "--seed", "3", "--out", "b.png"]
    assert here("-m", "jaxgan", "sample", str(out), *options) == "b.png"
    first, second = (tmp_path / name for name in ("samples.png", "b.png"))
    assert first.read_bytes() == second.read_bytes()
    with Image.open(first) as image:
        assert image.mode == "L"
        assert "trainedAlgorithmicMedia" in image.info["XML:com.adobe.xmp"]
        assert '"seed": 3' in image.info["Description"]
        assert min(image.size) > 400


def test_pictures_are_turned_upright(tmp_path):
    turned = Image.new("L", (9, 21))
    turned.getexif()[0x0112] = 6  # a quarter turn
    turned.save(tmp_path / "a.jpg", exif=turned.getexif())
    assert sample_program.read(tmp_path / "a.jpg", 1).shape == (9, 21, 1)


def test_what_onnxruntime_cannot_run_is_one_line(tmp_path):
    """Of pictures that are compared: there is no `Less` of bools."""

    def generate(z):
        return jax.lax.lt(z > 1, z > 0)

    part = Part(generate, {"z": Axes((B, 3), "float32", "")}, ("x",))
    with pytest.raises(RunError, match="--to onnx: onnxruntime cannot run it: ") as got:
        formats.onnx(part)
    assert "\n" not in str(got.value)


@pytest.mark.parametrize(
    ("kind", "words", "said"),
    [
        ("latent", ["a.png"], "PICTURES: saw some, but this generator takes none"),
        ("picture", [], "PICTURES: saw none, wanted files"),
        ("picture", ["a.png", "--num", "3"], "--num: is of generators that draw"),
    ],
)
def test_what_a_folder_cannot_mean(monkeypatch, capsys, kind, words, said):
    folder = types.SimpleNamespace(card={"kind": kind})
    monkeypatch.setattr(sample_program, "Generator", lambda: folder)
    monkeypatch.setattr(sys, "argv", ["sample.py", *words])
    with pytest.raises(SystemExit):
        sample_program.main()
    assert capsys.readouterr().err == f"error: {said}\n"


@pytest.mark.parametrize(
    ("shape", "ending"), [((2, 3, 3, 1), "png"), ((2, 3, 3, 4), "npz"), ((2, 3), "npz")]
)
def test_what_is_no_picture_is_kept_as_numbers(tmp_path, shape, ending):
    """Four channels are latents; PNG would show them as colours with transparency."""
    values = np.zeros(shape, np.float32)
    folder = types.SimpleNamespace(sample=lambda **_: values, about=lambda **_: {})
    out = tmp_path / "x.png"
    sample_program.write_samples(folder, out, marked=False)
    assert [path.name for path in tmp_path.iterdir()] == [f"x.{ending}"]


def test_options_that_a_folder_has_not_got(run, tmp_path, capsys):
    out = tmp_path / "folder"
    cli.main(["export", str(run), "--out", str(out)])
    for option in ("--current", "--step=3", "--truncation=1,0.5"):
        with pytest.raises(SystemExit):
            cli.main(["sample", str(out), option])
        assert "an exported folder takes --num" in capsys.readouterr().err


def test_what_is_there_is_left_alone(run, tmp_path):
    out = tmp_path / "folder"
    out.mkdir()
    (out / "mine").write_text("precious")
    with pytest.raises(SystemExit):
        cli.main(["export", str(run), "--out", str(out)])
    assert [path.name for path in out.iterdir()] == ["mine"]


def test_what_differs_is_not_written(tmp_path, monkeypatch):
    monkeypatch.setattr(formats, "BOUND", 0.0)
    with pytest.raises(RunError, match=r"difference from JAX is .* nothing was"):
        export_folder.write(styled(), tmp_path / "folder", "onnx")
    assert list(tmp_path.iterdir()) == []


def test_styles_are_mapped_apart(tmp_path):
    """ψ goes from the mean style to the sample's own; labels are an input."""
    loaded, out = styled(), tmp_path / "folder"
    export_folder.write(loaded, out, "onnx")
    generator = sample_program.Generator(out)
    assert generator.card["kind"] == "style"
    draw = loaded.sampler(size=4)
    for psi in (0.0, 0.5, 1.0):
        truncated = loaded.sampler(size=4, truncation=psi)
        for label in (None, 1):
            labels = None if label is None else np.full(4, label, np.int32)
            wanted = truncated(loaded.state, 11, np.arange(4), labels).value
            made = generator.sample(4, 11, label, psi)
            np.testing.assert_allclose(made, wanted, atol=1e-5)
    assert np.ptp(draw(loaded.state, 11, np.arange(4)).value, axis=0).max() > 1e-3


def test_half_precision(tmp_path):
    loaded = styled()
    export_folder.write(loaded, tmp_path / "half", "onnx", half=True)
    half = sample_program.Generator(tmp_path / "half")
    assert half.card["half"]
    assert 0 < half.card["parts"]["synthesis"]["difference"] < formats.HALF_BOUND


def test_pictures_of_any_size(tmp_path):
    """Dropout comes from the seed; sides that do not fit are mirrored and cut off."""
    images = np.random.default_rng(0).uniform(-1, 1, (8, 16, 16, 1)).astype(np.float32)
    game = PairedGame(
        restoration.SRResNet(2, 1, 3, 2),
        pix2pix.Discriminator(2, 0),
        judges_source=False,
    )
    small = jnp.asarray(images[:4, ::2, ::2])
    first = Sample(jnp.asarray(images[:4]), small)
    pictures = ((images * 127 + 127).astype(np.uint8),)
    loaded = stored(game, pictures, kind=pairs, first=first)
    out = tmp_path / "folder"
    export_folder.write(loaded, out, "onnx")
    generator = sample_program.Generator(out)
    assert generator.card["kind"] == "picture"
    from jaxgan.run.application.application import Application

    application = Application(loaded.experiment, loaded.state, seed=5)
    for sides in ((16, 16), (9, 21)):
        image = np.random.default_rng(1).uniform(-1, 1, (*sides, 1)).astype(np.float32)
        made, wanted = generator.apply(image, 5), application(image)
        np.testing.assert_allclose(np.clip(made, -1, 1), wanted, atol=1e-5)
    Image.fromarray(np.full((9, 21, 3), 100, np.uint8)).save(tmp_path / "a.png")
    sample_program.apply_to_files(generator, tmp_path / "made", [tmp_path / "a.png"], 5)
    with Image.open(tmp_path / "made" / "a.png") as image:
        assert image.size == (42, 18)
    both = [tmp_path / "a.png", tmp_path / "a.jpg"]
    with pytest.raises(ValueError, match="PICTURES: saw several called a, wanted"):
        sample_program.apply_to_files(generator, tmp_path / "made", both, 5)
    with pytest.raises(RunError, match="PICTURES: saw none"):
        exported_folder.sample(out, tmp_path / "a.png", 1, 0)


@pytest.mark.slow
def test_stablehlo_for_three_platforms(tmp_path):
    loaded, out = styled(), tmp_path / "folder"
    export_folder.write(loaded, out, "stablehlo")
    card = json.loads((out / "card.json").read_text())
    assert max(part["difference"] for part in card["parts"].values()) < 1e-5
    assert not (out / "sample.py").exists()
    data = (out / "synthesis.stablehlo").read_bytes()
    program = export.deserialize(bytearray(data))
    assert program.platforms == ("cpu", "cuda", "tpu")
    made = parts(loaded.experiment, loaded.state).parts["synthesis"]
    arrays = made.examples(5)
    (found,) = jax.tree.leaves(program.call(*arrays))
    np.testing.assert_allclose(found, made.function(*arrays), atol=1e-5)


@pytest.mark.slow
def test_litert(tmp_path):
    """One example at a time; latents are the user's to draw."""
    for name in ("litert_converter", "ai_edge_litert"):
        pytest.importorskip(name, reason=f"{name} is not installed: the extra 'litert'")
    loaded, out = styled(), tmp_path / "folder"
    export_folder.write(loaded, out, "litert")
    card = json.loads((out / "card.json").read_text())
    assert set(card["parts"]) == {"mapping", "synthesis"}
    assert max(part["difference"] for part in card["parts"].values()) < 1e-5
