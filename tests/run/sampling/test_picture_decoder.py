"""Runs in latents: players see latents, people and measures see pictures."""

import pathlib

import jax
import numpy as np
import pytest
from PIL import Image

import jaxgan
import tests.run.latents as experiment
from jaxgan import data
from jaxgan.core import Context, example_keys
from jaxgan.run import pictures
from jaxgan.run.commands import cli
from jaxgan.run.errors import RunError
from jaxgan.run.evaluation import real_data
from jaxgan.run.experiment import Decoder, Experiment
from jaxgan.run.exporting.parts import parts
from jaxgan.run.files import checkpoints, frozen_record
from jaxgan.run.sampling import stored_run
from jaxgan.run.sampling.picture_decoder import PictureDecoder
from jaxgan.run.sampling.real_samples import real_samples

PATH = pathlib.Path(experiment.__file__)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("weights")


@pytest.fixture
def gain(folder):
    """The file of the decoder, as it was if a test has changed it."""
    np.save(folder / "gain.npy", np.float32(3.0))
    return folder / "gain.npy"


@pytest.fixture
def run(trained, gain):
    return trained("--file", gain, experiment=PATH)


def refused(*arguments):
    with pytest.raises(SystemExit) as stopped:
        cli.main(list(map(str, arguments)))
    return stopped.value.code


def test_samples_are_decoded(run, capsys):
    """By hand: the game's latents of the same keys, through the decoder."""
    loaded = stored_run.load(run)
    draw = loaded.sampler(size=4)
    seen = draw(loaded.state, 5, np.arange(6)).value
    assert seen.shape == (6, 8, 8, 1)
    keys, latent = draw.latents(loaded.state, 5, np.arange(4))
    game, state = loaded.experiment.game, loaded.state
    made, _ = game.generate(state.ema, latent, Context(keys, step=state.step))
    assert made.value.shape == (4, 4, 4, 1)
    wanted = experiment.decode({"gain": np.float32(3.0)}, made.value)
    np.testing.assert_allclose(seen[:4], wanted, rtol=1e-5, atol=1e-6)
    again = jaxgan.load(run).sample(6, seed=5)
    np.testing.assert_allclose(again, seen, rtol=1e-5, atol=1e-6)
    out = run.parent / "samples.png"
    cli.main(["sample", str(run), "--num", "4", "--out", str(out)])
    grid = loaded.experiment.kind.picture(draw(loaded.state, 0, np.arange(4)))
    with Image.open(out) as image:
        drawn = np.asarray(image).astype(int)
    assert np.abs(drawn - pictures.enlarged(grid)).max() <= 1


def test_pictures_of_training_are_decoded(run):
    loaded = stored_run.load(run)
    real = real_samples(loaded.experiment, loaded.state, np.arange(64))
    assert real.value.shape == (64, 8, 8, 1)
    # Means of 2×2 pixels, as half floats, without a draw.
    source = data.pictures_of(loaded.experiment.data.source)
    rows = loaded.experiment.data.rows(0).indices
    shown = source.examples(rows).value.reshape(8, 4, 2, 4, 2, 1).mean((2, 4))
    np.testing.assert_allclose(real.value[:8, ::2, ::2], shown, atol=2e-3)
    picture = pictures.enlarged(loaded.experiment.kind.picture(real))
    with Image.open(run / "samples" / "real.png") as image:
        np.testing.assert_array_equal(np.asarray(image), picture)


def test_what_is_trained_on_is_latents(run):
    loaded = stored_run.load(run)
    batch = loaded.experiment.data(0)
    assert batch.value.shape == (8, 4, 4, 2)
    context = Context(example_keys(jax.random.key(0), 8), batch, train=True)
    game = loaded.experiment.game
    real, _ = game.real(loaded.state.variables.generator, (), context)
    assert real.value.shape == (8, 4, 4, 1)
    assert checkpoints.steps(run) == [2, 4]
    ((name, told),) = frozen_record.lines(run)
    assert (name, told.endswith("(gain.npy)")) == ("frozen decoder", True)


def test_interrupted_and_resumed(run, train, gain):
    """The same bits, draws of latents included."""
    whole = train("--file", gain, experiment=PATH)  # which is done: it trains no step
    train("--file", gain, "--steps", 2, run="parts", experiment=PATH)
    assert train("--file", gain, run="parts", experiment=PATH) == whole


def test_samples_are_measured_against_the_pictures(run):
    """Not against what the decoder makes of latents."""
    loaded = stored_run.load(run)
    found = real_data.find(loaded.experiment)
    assert found.real.shape == found.train.shape == (8, 8, 1)
    assert found.held_out is not None
    assert found.held_out.size == 32
    held_out = real_data.choose(loaded.experiment, "held_out")
    assert held_out.real is found.held_out
    folder = run.parent / "real"
    folder.mkdir()
    for number in range(3):
        Image.new("L", (9, 9), 50 * number).save(folder / f"{number}.png")
    assert real_data.find(loaded.experiment, folder).real.shape == (8, 8, 1)


def test_other_decoders_are_refused(run, gain, capsys):
    np.save(gain, np.float32(4.0))
    loaded = stored_run.load(run)
    with pytest.raises(RunError, match=r"network 'decoder' .* wanted sha256"):
        loaded.sampler(size=2)(loaded.state, 0, np.arange(2))
    gain.unlink()
    assert refused("sample", run, "--num", 2) == 1
    said = capsys.readouterr().err.splitlines()[0]
    assert said.startswith("error: the frozen network 'decoder' (gain.npy) cannot be r")


def test_exports_make_pictures(run):
    """The decoder is part of what is exported."""
    loaded = stored_run.load(run)
    generator = parts(loaded.experiment, loaded.state).parts["generator"]
    keys, latent = loaded.sampler(size=4).latents(loaded.state, 5, np.arange(4))
    made = generator.function(latent.value, jax.random.key_data(keys))
    seen = loaded.sampler(size=4)(loaded.state, 5, np.arange(4)).value
    np.testing.assert_allclose(made, seen, rtol=1e-5, atol=1e-6)


def test_latents_are_not_edited(run, capsys):
    assert refused("directions", run) == 2
    assert "samples are decoded of what is generated" in capsys.readouterr().err


def test_without_a_decoder_nothing_happens(gain):
    made = experiment.build(experiment.Config(file=str(gain)))
    plain = Experiment(made.game, made.recipe, made.data)
    decoder, sample = PictureDecoder(plain), made.data(0)
    assert not decoder
    assert decoder(sample) is sample
    assert decoder.shapes(sample) is sample
    assert decoder.traced()(3) == 3


def test_shapes_need_no_file(gain):
    made = experiment.build(experiment.Config(file=str(gain)))
    sample = made.data(0)._replace(value=jax.ShapeDtypeStruct((2, 4, 4, 1), np.float32))
    gain.unlink()
    assert PictureDecoder(made).shapes(sample).value.shape == (2, 8, 8, 1)


def test_decoders_are_of_frozen_networks(gain):
    made = experiment.build(experiment.Config(file=str(gain)))
    with pytest.raises(ValueError, match="decoder: saw that of 'vae', wanted one of"):
        Experiment(
            *(made.game, made.recipe, made.data),
            frozen=made.frozen,
            decoder=Decoder("vae", experiment.decode),
        )
