"""Several seeds in one program are the runs of these seeds."""

import dataclasses
import json

import jax
import numpy as np
import pytest
from PIL import Image

from jaxgan.run import launch
from jaxgan.run.commands import cli
from jaxgan.run.devices import seed_axis
from jaxgan.run.diagnosis import stored_diagnosis
from jaxgan.run.errors import RunError
from jaxgan.run.files import metrics_log
from jaxgan.run.sampling import sampler, stored_run
from tests.run.conftest import EXPERIMENT, fingerprint_in

SEEDS = (3, 4)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two runs at once, and each alone; 25 steps, off every rhythm."""
    folder = tmp_path_factory.mktemp("seeds")

    def train(name, *words):
        flags = ["--steps", "25", "--variant", "labelled", "--run-dir"]
        assert launch.train(EXPERIMENT, [*flags, str(folder / name), *words]) == 0

    train("both", "--seed", "3", "--seeds", "2")
    for seed in SEEDS:
        train(str(seed), "--seed", str(seed))
    return folder


def test_each_is_its_own_run(folder):
    for seed in SEEDS:
        ours = stored_run.load(folder / "both", seed=seed)
        alone = stored_run.load(folder / str(seed))
        assert dataclasses.asdict(ours.config) == dataclasses.asdict(alone.config)
        for (path, a), b in zip(
            jax.tree_util.tree_leaves_with_path(ours.state),
            jax.tree.leaves(alone.state),
            strict=True,
        ):
            if jax.numpy.issubdtype(a.dtype, jax.dtypes.prng_key):
                a, b = jax.random.key_data(a), jax.random.key_data(b)
            name = jax.tree_util.keystr(path)
            np.testing.assert_allclose(a, b, 1e-4, 1e-5, err_msg=name, strict=True)


def test_rows_have_each_mean_and_spread(folder):
    rows = metrics_log.read_rows(folder / "both" / "metrics.jsonl")
    assert [row["step"] for row in rows] == [10, 20, 25]
    for place, row in enumerate(rows):
        alone = [
            metrics_log.read_rows(folder / str(seed) / "metrics.jsonl")[place]
            for seed in SEEDS
        ]
        for name in ("discriminator/loss", "generator/fake_logits"):
            values = [other[name] for other in alone]
            for seed, value in zip(SEEDS, values):
                seen = row["seeds"][str(seed)][name]
                assert seen == pytest.approx(value, rel=1e-3, abs=1e-5)
            assert row[name] == pytest.approx(np.mean(values), rel=1e-3, abs=1e-5)
            spread = np.std(values, ddof=1)
            assert row["spread"][name] == pytest.approx(spread, rel=1e-2, abs=1e-4)


def test_pictures_of_each(folder, tmp_path, capsys):
    samples = folder / "both" / "samples"
    names = {path.name for path in samples.iterdir()}
    assert names >= {"real.png", *(f"seed_{seed}" for seed in SEEDS)}
    assert (samples / "seed_4.gif").is_file()
    for seed in SEEDS:
        name = "step_00000020.png"
        ours = np.asarray(Image.open(samples / f"seed_{seed}" / name), np.int32)
        theirs = np.asarray(Image.open(folder / str(seed) / "samples" / name), np.int32)
        assert np.abs(ours - theirs).mean() < 1
    with Image.open(folder / "both" / "curves.png") as curves:
        assert curves.size == (800, 300)
    out = tmp_path / "x.npz"
    words = ["sample", str(folder / "both"), "--run-seed", "4", "--num", "7"]
    cli.main([*words, "--out", str(out)])
    alone = stored_run.load(folder / "4")
    wanted = sampler.generate(alone.experiment, alone.state, 7)
    np.testing.assert_allclose(np.load(out)["value"], wanted.value, 1e-3, 1e-4)
    with pytest.raises(RunError, match=r"--run-seed: saw 6, wanted .*\[3, 4\]"):
        stored_run.load(folder / "both", seed=6)


@pytest.mark.parametrize("devices", [pytest.param(1, marks=pytest.mark.slow), 8])
def test_they_resume_to_the_same_bits(devices, train):
    flags = ["--seeds", 2, "--devices", devices, "--steps"]
    whole = train(*flags, 8, run="whole")
    train(*flags, 3)
    assert train(*flags, 8) == whole


def test_the_number_of_seeds_is_part_of_the_run(train):
    train("--steps", 1)
    with pytest.raises(RunError, match="seeds: run has 1, you asked 2"):
        train("--steps", 2, "--seeds", 2)


@pytest.mark.parametrize("every", [1, 10])
def test_what_is_not_finite_is_of_a_seed(train, tmp_path, every):
    """In rows that are written already, and before the first of them."""
    path, run = tmp_path / "points.py", tmp_path / "run"
    ill = "if self.seed == 1 and step == self.poison_at"
    path.write_text(EXPERIMENT.read_text().replace("if step == self.poison_at", ill))
    words = ["--seeds", 3, "--poison-at", 3, "--log-every", every]
    with (
        jax.debug_nans(False),
        pytest.raises(RunError, match="step 4: not finite: discriminator") as error,
    ):
        train(*words, experiment=path)
    assert "\n  of seed 1; of the others all are finite\n" in str(error.value)
    assert "each of the others is the run that it would be alone" in error.value.hint
    record = json.loads((run / "not_finite.json").read_text())
    assert (record["step"], record["seeds"]) == (4, [1])
    told = stored_diagnosis.diagnoses(run)
    ends = {seed: one.verdict for seed, one in told.items()}
    assert ends.pop("1") == "divergence"
    assert ends == dict.fromkeys("02" if every == 1 else "", "too early to tell")


def test_an_experiment_without_a_seed():
    with pytest.raises(RunError, match=r"--seeds: .* no field 'seed'"):
        seed_axis.configs(object(), 2)


def test_the_benchmark_counts_all_images(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert launch.train(EXPERIMENT, ["--benchmark", "2", "--seeds", "4"]) == 0
    out = capsys.readouterr().out
    assert '"seeds": 4' in out
    with pytest.raises(IndexError):
        fingerprint_in(out)
