"""Everything after training needs the run's folder only."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from PIL import Image

from jaxgan.run import kinds
from jaxgan.run.commands import cli
from jaxgan.run.errors import RunError
from jaxgan.run.experiment import examples
from jaxgan.run.files import checkpoints
from jaxgan.run.files.fingerprint import fingerprint
from jaxgan.run.sampling import interpolation, preview_grid, sampler, stored_run


@pytest.fixture
def run(trained):
    return trained("--steps", 2)


@pytest.fixture
def labelled(trained):
    return trained("--steps", 2, "--variant", "labelled", run="labelled")


def test_load_and_fingerprint(run, capsys):
    loaded = stored_run.load(run)
    assert loaded.step == 2
    assert (loaded.name, loaded.config.widths) == ("points", (8,))
    # Without the experiment: dicts instead of named tuples, but the same hash.
    assert fingerprint(checkpoints.read(run).state) == fingerprint(loaded.state)
    cli.main(["fingerprint", str(run), "--step", "2"])
    assert fingerprint(loaded.state) in capsys.readouterr().out


def test_one_bit_changes_the_fingerprint(run):
    state = stored_run.load(run).state
    original = fingerprint(state)
    leaves, structure = jax.tree.flatten(state)
    for place, leaf in enumerate(leaves):
        typed = jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key)
        data = np.array(jax.random.key_data(leaf) if typed else leaf)
        data.reshape(-1).view(np.uint8)[-1] ^= 1
        changed = jax.random.wrap_key_data(data) if typed else data
        leaves[place] = changed
        assert fingerprint(jax.tree.unflatten(structure, leaves)) != original
        leaves[place] = leaf
    assert fingerprint(jax.tree.unflatten(structure, leaves)) == original


def test_samples_do_not_depend_on_batch_size_or_number(labelled):
    experiment, state, *_ = stored_run.load(labelled)
    many = sampler.generate(experiment, state, 20, seed=5)
    few = sampler.generate(experiment, state, 7, seed=5, batch_size=3)
    np.testing.assert_array_equal(few.given, many.given[:7])
    np.testing.assert_allclose(few.value, many.value[:7], rtol=1e-5, atol=1e-6)
    other = sampler.generate(experiment, state, 20, seed=6)
    assert not np.allclose(other.value, many.value)
    latents = [
        sampler.Sampler(experiment, size=n).latents(state, 5, np.arange(3, 3 + n))[1]
        for n in (2, 9)
    ]
    np.testing.assert_array_equal(latents[0].value, latents[1].value[:2])


def test_labels(labelled, run):
    experiment, state, *_ = stored_run.load(labelled)
    for label in ("point 3", "3", 3):
        sample = sampler.generate(experiment, state, 4, label=label)
        assert sample.given.tolist() == [3] * 4
    with pytest.raises(RunError, match="did you mean 'point 3'"):
        sampler.generate(experiment, state, 4, label="pont 3")
    loaded = stored_run.load(run)
    with pytest.raises(RunError, match="not conditioned on labels"):
        sampler.generate(loaded.experiment, loaded.state, 4, label=3)


@pytest.mark.parametrize("number", [-1, 8, 99])
def test_numbers_of_no_class(labelled, number):
    experiment, state, *_ = stored_run.load(labelled)
    draw = sampler.Sampler(experiment, size=2)
    with pytest.raises(RunError, match="wanted them from 0 to 7"):
        draw(state, 0, np.arange(2), np.array([0, number]))


def test_grids_have_a_class_per_column(labelled):
    experiment = stored_run.load(labelled).experiment
    grid = preview_grid.grid_of(sampler.Sampler(experiment), kinds.points.preview)
    wanted = [list(np.repeat(range(8), 3))] * 24
    assert grid.labels.reshape(24, 24).tolist() == wanted
    grid = preview_grid.grid_of(sampler.Sampler(experiment), kinds.images.preview)
    assert grid.num == 64
    assert grid.labels.reshape(8, 8).tolist() == [list(range(8))] * 8


def test_no_data_are_read(run, labelled):
    """Labels that are not asked for are drawn, of every class alike."""

    class Unread:
        def __init__(self, data):
            self.source, self.batch_size = data.source, data.batch_size

        def __call__(self, step):
            raise AssertionError(f"the batch of step {step} was read")

    for folder in (run, labelled):
        loaded = stored_run.load(folder)
        data = Unread(loaded.experiment.data)
        experiment = dataclasses.replace(loaded.experiment, data=data)
        sample = sampler.generate(experiment, loaded.state, 400)
    assert np.bincount(sample.given, minlength=8).min() > 25


def test_examples_by_index(run):
    data = stored_run.load(run).experiment.data
    both = [data(step).value for step in (0, 1)]
    picked = examples(data, np.array([17, 3, 16, 0])).value
    wanted = [both[1][1], both[0][3], both[1][0], both[0][0]]
    np.testing.assert_array_equal(picked, wanted)


def test_truncation_and_average(run):
    experiment, state, *_ = stored_run.load(run)
    draw = sampler.Sampler(experiment, size=64, truncation=0.5)
    _, latent = draw.latents(state, 0, np.arange(64))
    assert 0.4 < np.abs(latent.value).max() <= 0.5
    average, current = (
        sampler.generate(experiment, state, 4, ema=ema).value for ema in (True, False)
    )
    assert not np.allclose(average, current, atol=1e-6)
    with pytest.raises(RunError, match="wanted more than 0"):
        sampler.Sampler(experiment, truncation=-1.0)


@pytest.mark.parametrize("size", [4, 64])
def test_a_walk_passes_through_its_samples(run, size):
    experiment, state, *_ = stored_run.load(run)
    draw = sampler.Sampler(experiment, size=size)
    walk = interpolation.interpolate(draw, state, 3, range(3), frames=5)
    ends = draw(state, 3, np.arange(3))
    assert len(walk.value) == 11
    np.testing.assert_allclose(walk.value[::5], ends.value, rtol=1e-6, atol=1e-7)
    steps = np.linalg.norm(np.diff(walk.value, axis=0), axis=1)
    assert (steps > 0).all()


def test_commands_write_pictures(run, tmp_path, capsys):
    cli.main(["sample", str(run), "--num", "9", "--seed", "1"])
    name = run / "generated" / "samples_step_2_seed_1.png"
    assert capsys.readouterr().out == f"{name}\n"
    with Image.open(name) as picture:
        assert picture.size == (500, 500)  # small pictures are enlarged
    cli.main(["sample", str(run), "--num", "3", "--out", str(tmp_path / "some")])
    names = sorted(path.name for path in (tmp_path / "some").glob("*.csv"))
    assert names == ["000000.csv", "000001.csv", "000002.csv"]
    cli.main(["sample", str(run), "--num", "5", "--out", str(tmp_path / "x.npz")])
    with np.load(tmp_path / "x.npz") as arrays:
        assert arrays["value"].shape == (5, 2)
        third = arrays["value"][2]
    written = np.loadtxt(tmp_path / "some" / "000002.csv", delimiter=",", skiprows=1)
    np.testing.assert_allclose(written, third, rtol=1e-6)
    walk = ["interpolate", str(run), "--points", "2", "--frames", "3", "--out"]
    cli.main([*walk, str(tmp_path / "walk.gif")])
    with Image.open(tmp_path / "walk.gif") as gif:
        assert gif.n_frames > 1
    cli.main([*walk, str(tmp_path / "walk.png")])
    with Image.open(tmp_path / "walk.png") as strip:
        assert strip.size == (400, 100)
