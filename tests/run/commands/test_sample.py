"""Everything after training needs the run's folder only."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from jaxgan.run import kinds
from jaxgan.run.commands import cli
from jaxgan.run.errors import RunError
from jaxgan.run.experiment import examples
from jaxgan.run.files import checkpoints
from jaxgan.run.files.fingerprint import fingerprint
from jaxgan.run.sampling import interpolation, preview_grid, sampler, stored_run


@pytest.fixture
def run(train, tmp_path):
    train("--steps", 2)
    return tmp_path / "run"


@pytest.fixture
def labelled(train, tmp_path):
    train("--steps", 2, "--variant", "labelled", run="labelled")
    return tmp_path / "labelled"


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


def test_grids_have_a_class_per_column(labelled):
    experiment, state, *_ = stored_run.load(labelled)
    grid = preview_grid.grid_of(sampler.Sampler(experiment), experiment, state)
    wanted = [list(np.repeat(range(8), 3))] * 24
    assert grid.labels.reshape(24, 24).tolist() == wanted
    images = dataclasses.replace(experiment, kind=kinds.images)
    grid = preview_grid.grid_of(sampler.Sampler(images), images, state)
    assert grid.num == 64
    assert grid.labels.reshape(8, 8).tolist() == [list(range(8))] * 8


def test_data_are_read_only_for_labels(run, labelled, monkeypatch):
    for folder, wanted in ((run, 1), (labelled, 5)):
        loaded, calls = stored_run.load(folder), []
        data = loaded.experiment.data

        class Counting:
            source, batch_size = data.source, data.batch_size

            def __call__(self, step, data=data, calls=calls):
                calls.append(step)
                return data(step)

        experiment = dataclasses.replace(loaded.experiment, data=Counting())
        sampler.generate(experiment, loaded.state, 64)
        assert len(calls) == wanted


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


vectors = st.lists(st.floats(-9, 9, width=32), min_size=3, max_size=3)


@given(vectors, vectors, st.floats(0, 1))
@settings(max_examples=50, deadline=None)
def test_slerp(a, b, share):
    a, b = np.float32(a), np.float32(b)
    np.testing.assert_array_equal(interpolation.slerp(a, b, 0.0), a)
    np.testing.assert_array_equal(interpolation.slerp(a, b, 1.0), b)
    between = interpolation.slerp(a, b, share)
    assert np.isfinite(between).all()
    cosine = np.dot(a, b) / max(np.linalg.norm(a) * np.linalg.norm(b), 1e-9)
    if abs(cosine) < 0.99 and min(np.linalg.norm(a), np.linalg.norm(b)) > 0.1:
        unit = interpolation.slerp(a / np.linalg.norm(a), b / np.linalg.norm(b), share)
        np.testing.assert_allclose(np.linalg.norm(unit), 1.0, rtol=1e-4)


def test_commands_write_pictures(run, tmp_path, capsys):
    cli.main(["sample", str(run), "--num", "9", "--seed", "1"])
    name = run / "generated" / "samples_step_2_seed_1.png"
    assert capsys.readouterr().out == f"{name}\n"
    with Image.open(name) as picture:
        assert picture.size == (500, 500)  # small pictures are enlarged
    cli.main(["sample", str(run), "--num", "3", "--out", str(tmp_path / "some")])
    names = sorted(path.name for path in (tmp_path / "some").iterdir())
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
