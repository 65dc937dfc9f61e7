"""What is chosen for own pictures, and the benchmarks that measure the choice."""

import dataclasses
import functools
import importlib
import json
import os
import pathlib
import signal
import sys
import time
import types

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxgan.core import Augment, Context, Sample, example_keys
from jaxgan.run.devices.first_state import first_state
from jaxgan.run.experiment import pace_of
from jaxgan.run.files import experiment_file, metrics_log
from jaxgan.run.training.span_play import make_play
from tests.experiments.test_experiments import EXPERIMENTS, save_images
from tests.run.conftest import EXPERIMENT

HERE = pathlib.Path(__file__).parents[2] / "experiments/benchmarks/own_images"
own_images = experiment_file.load_module(EXPERIMENTS["own_images"])

sizes = st.sampled_from([8, 16, 32, 64, 128, 256, 512])
counts = st.integers(1, 10**7)


def chosen(size, images, **said):
    return own_images.chosen(own_images.Config(size=size, **said), images)


@given(sizes, counts)
def test_what_is_chosen_can_be_meant(size, images):
    found = chosen(size, images)
    assert found.batch_size <= images
    assert found.batch_size & (found.batch_size - 1) == 0
    assert found.width <= found.channel_max <= 512
    assert 0.0005 <= found.learning_rate <= 0.004
    assert 10_000 <= found.growth <= 600_000
    assert 5_000 <= found.half_life <= 500_000


@settings(deadline=None)
@given(sizes, counts)
def test_what_is_chosen_is_a_schedule(size, images):
    config, found = own_images.Config(size=size), chosen(size, images)
    stages = own_images._growing(config, found, images)
    assert max(stages.pace.sizes) <= images
    assert 4 * 2**stages.last == size
    for probability in (0.0, 0.2):
        augment = own_images._augment(probability, found.augment_from, stages)
        assert (augment == Augment()) == (probability == 0)


@given(sizes, counts, counts)
def test_more_pictures_want_longer_schedules(size, one, other):
    few, many = (chosen(size, count) for count in sorted((one, other)))
    assert few.augment_from <= many.augment_from
    assert few.growth <= many.growth
    assert few.half_life <= many.half_life
    assert few.width <= many.width
    assert few.learning_rate >= many.learning_rate


def test_what_is_said_is_not_chosen():
    said = {
        "batch_size": 7,
        "width": 8,
        "channel_max": 9,
        "learning_rate": 0.5,
        "growth": 11,
        "half_life": 2.0,
        "augment_from": 3,
    }
    assert chosen(32, 1000, **said)._asdict() == said


def test_augmentation_begins_late():
    """Samples are the same to the bit until then, and all are changed at the end."""
    config = own_images.Config(
        size=8, batch_size=2, growth=4, augment=1.0, augment_from=8
    )
    constants = own_images.chosen(config, 6)
    stages = own_images._growing(config, constants, 6)
    assert stages.pace.sizes == (4, 2)  # 4 at a time until one fades in, behind 4
    augment = own_images._augment(1.0, constants.augment_from, stages)
    sample = Sample(jax.random.normal(jax.random.key(0), (6, 8, 8, 3)), ())
    keys = example_keys(jax.random.key(1), 6)

    @jax.jit
    def changed(step):
        seen = augment.apply((), sample, Context(keys, step=step, train=True))
        return jnp.any(seen.value != sample.value, axis=(1, 2, 3))

    begins, ends = stages.pace.steps(8), stages.pace.steps(16)
    assert not any(changed(step).any() for step in range(begins + 1))
    assert changed(ends).all()
    assert changed(1000).all()


@pytest.mark.parametrize(
    ("batch", "count", "conditional"), [(6, 12, True), (7, 10, False), (1, 2, False)]
)
def test_any_batch_and_classes(batch, count, conditional, tmp_path):
    """Every level's step can be traced: groups divide batches, which the set has."""
    for label in ("a", "b"):
        save_images(tmp_path / label, count // 2)
    config = own_images.tiny(own_images.Config(str(tmp_path), conditional=conditional))
    made = own_images.build(dataclasses.replace(config, batch_size=batch, augment=0.5))
    assert batch % made.game.discriminator.group == 0
    spans = pace_of(made.data).spans
    assert len(spans) == 2
    for span in spans:
        examples = made.data(span.start)
        assert examples.value.shape[0] <= count
        state = jax.eval_shape(functools.partial(first_state, made, (0,)), examples)
        jax.eval_shape(make_play(made, (0,), False, span), state, examples)


def test_what_cannot_be_meant():
    for said, message in (
        ({"size": 24}, "size: saw 24, wanted a power of two from 8"),
        ({"size": 4}, "size: saw 4, wanted a power of two from 8"),
        ({"size": 16, "first_size": 2}, "first_size: saw 2, wanted a power of two"),
        ({"size": 16, "first_size": 32}, "first_size: saw 32, wanted at most 16"),
        ({"size": 16, "freeze": 1}, "first_size: saw 4 with freeze 1, wanted 16"),
    ):
        with pytest.raises(ValueError, match=message):
            own_images.build(own_images.Config(**said))


@pytest.fixture
def script(monkeypatch):
    """f(name) imports a script as Python does that runs it: from its own folder."""
    monkeypatch.syspath_prepend(HERE)
    yield importlib.import_module
    for path in HERE.glob("*.py"):
        sys.modules.pop(path.stem, None)


def test_a_run_ends_when_its_time_is_up(script, tmp_path):
    """It is whole, and what was there before is not gone on with."""
    short_runs, run = script("short_runs"), tmp_path / "run"
    steps = []
    for seconds in (0.5, 2.0):
        began = time.process_time()
        found = short_runs.trained(seconds, str(EXPERIMENT), run, seed=3)
        assert time.process_time() - began > seconds
        rows = metrics_log.read_rows(run / metrics_log.METRICS)
        assert found.step == rows[-1]["step"] > 0
        steps.append(found.step)
    assert steps[0] < steps[1] < short_runs.NEVER


def test_a_run_goes_on_from_a_copy(script, tmp_path):
    short_runs, seed = script("short_runs"), {"seed": 3}
    few = short_runs.trained(0.5, str(EXPERIMENT), tmp_path / "few", **seed)
    began, before = time.process_time(), (tmp_path / "few", 0.5)
    more = short_runs.trained(
        1.5, str(EXPERIMENT), tmp_path / "more", before=before, **seed
    )
    assert time.process_time() - began > 1.0
    assert few.step < more.step
    rows = metrics_log.read_rows(tmp_path / "few" / metrics_log.METRICS)
    assert (
        metrics_log.read_rows(tmp_path / "more" / metrics_log.METRICS)[: len(rows)]
        == rows
    )


def test_an_error_is_not_taken_for_the_end(script, tmp_path):
    short_runs = script("short_runs")
    with pytest.raises(KeyError), short_runs.Budget(tmp_path, 1.0):
        raise KeyError("x")
    with pytest.raises(SystemExit, match="143"), short_runs.Budget(tmp_path, 1.0):
        os.kill(os.getpid(), signal.SIGTERM)


def test_rows_are_kept(script, tmp_path):
    kept_rows = script("kept_rows")
    kept = kept_rows.KeptRows(tmp_path / "new", {"num": 5})
    kept.add(arm="a", seed=0, fid=1.0)
    kept.add(arm="a", seed=1, fid=2.0)
    again = kept_rows.KeptRows(tmp_path / "new", {"num": 5})
    assert again.rows == kept.rows
    assert again.has(arm="a", seed=1)
    assert not again.has(arm="b")
    assert [row["fid"] for row in again.of(arm="a")] == [1.0, 2.0]
    with pytest.raises(SystemExit, match="--num: saw 6, wanted 5 as in"):
        kept_rows.KeptRows(tmp_path / "new", {"num": 6})
    (tmp_path / "new" / kept_rows.FILE).write_text('{"rows": ')
    with pytest.raises(SystemExit, match="is damaged, wanted another folder"):
        kept_rows.KeptRows(tmp_path / "new", {"num": 5})
    assert kept_rows.spread([1.0, 2.0, 3.0]) == "2.00 ± 1.00"
    assert kept_rows.spread([4.25], 1) == "4.2"
    assert kept_rows.spread([]) == "-"


@pytest.fixture
def stage(script, monkeypatch):
    """f(scores) lets runs cost nothing: a list of what was trained, as it was said."""
    few, trained = script("few_pictures"), []

    def train(seconds, experiment, run, **said):
        trained.append((seconds, experiment, said))
        step = len(trained)
        return types.SimpleNamespace(step=step, seconds=seconds, said=said)

    def judge(trained_on, num):
        return lambda run, real: few.Distances(
            float(run.step), run.step / 2, run.step / 4
        )

    monkeypatch.setattr(script("short_runs"), "trained", train)
    monkeypatch.setattr(few, "Judge", judge)
    monkeypatch.setattr(few, "show", lambda path, run: None)
    monkeypatch.setattr(few, "opened", lambda *_: np.zeros((2, 8, 8, 3)))
    return trained


def test_arms_of_fine_tuning(script, stage, monkeypatch, tmp_path, capsys):
    """All have the related run's config; what is done is not done again."""
    tuning = script("fine_tuning")
    related = types.SimpleNamespace(
        name="own_images",
        step=9,
        config=own_images.Config(path="old", size=8, seed=4),
        sample=lambda num: np.zeros((num, 8, 8, 3)),
    )
    monkeypatch.setattr("jaxgan.load", lambda run, **at: related)
    options = tuning.Options(
        start="run:9", path="new", minutes=2.0, seeds=2, out=tmp_path / "out"
    )
    table = tuning.main(dataclasses.replace(options, seeds=1))
    assert len(stage) == 3
    table = tuning.main(options)
    assert len(stage) == 6
    assert tuning.main(options) == table
    for seconds, experiment, said in stage:
        assert (seconds, experiment) == (120.0, "own_images")
        assert (said["path"], said["size"]) == ("new", 8)
    names = ("seed", "start_from", "freeze", "first_size")
    starts = [tuple(map(said.get, names)) for *_, said in stage]
    arms = [(None, 0, 4), ("run:9", 0, 8), ("run:9", 1, 8)]
    assert starts == [(seed, *arm) for seed in (0, 1) for arm in arms]
    assert table[2] == "| the related run itself | 0 | 9.00 | 4.5 | 2.2 |"
    assert table[3] == "| from nothing | 2 ± 2 | 2.50 ± 2.12 | 1.2 ± 1.1 | 0.6 ± 0.5 |"
    with pytest.raises(SystemExit, match=r"--minutes: saw 3\.0, wanted 2\.0 as in"):
        tuning.main(dataclasses.replace(options, minutes=3.0))
    with pytest.raises(SystemExit, match="--seeds: saw 0, wanted at least 1"):
        dataclasses.replace(options, seeds=0)


def test_the_choice(script, stage, tmp_path):
    choice = script("own_images_choice")
    options = choice.Options(
        data=("a=here", "b=there"),
        sizes=(32,),
        minutes=(1.0,),
        seeds=2,
        candidates=("dcgan_folder", "projected_folder"),
        trained_on="cifar",
        out=tmp_path,
    )
    table = choice.main(options)
    assert len(stage) == 8
    assert choice.main(options) == table
    assert len(stage) == 8
    assert table[2] == "| a, 32, 1 | **3.00 ± 2.83** | 4.00 ± 2.83 |"
    assert json.loads((tmp_path / "results.json").read_text())["rows"][0] == {
        **{"data": "a", "size": 32, "minutes": 1.0, "seed": 0},
        **{"candidate": "dcgan_folder", "steps": 1, "fid": 1.0, "kid": 0.5},
        "swd": 0.25,
    }
    choice.main(dataclasses.replace(options, minutes=(1.0, 2.0), seeds=1))
    befores = [said.get("before") for *_, said in stage]
    assert befores[:8] == [None] * 8
    assert befores[8] == (tmp_path / "a-32-1-dcgan_folder-0", 60.0)
    said = {experiment: said for _, experiment, said in stage}
    assert said["projected_folder"]["sizes"] == (32, 16, 8)
    assert said["projected_folder"]["trained_on"] == "cifar"
    for words, message in (
        ({"data": ("here",)}, "--data: saw 'here', wanted NAME=PATH"),
        ({"candidates": ("none",)}, "--candidates: saw 'none', wanted some of"),
        ({"minutes": (0.0,)}, "--minutes: saw"),
        ({"num": 1}, "--num: saw 1, wanted at least 2"),
    ):
        with pytest.raises(SystemExit, match=message):
            dataclasses.replace(options, **words)


def test_equal_times(script, monkeypatch, tmp_path):
    """Every time goes on from the one before; what is done is not done again."""
    equal_time, trained = script("equal_time"), []

    def train(seconds, experiment, run, **said):
        trained.append((seconds, experiment, said))

        def sample(num, passes):
            return np.full((num, 8, 8, 1), len(trained) / 99)

        return types.SimpleNamespace(step=len(trained), sample=sample)

    judge = types.SimpleNamespace(features=lambda images: images[:, :2, 0, 0])
    monkeypatch.setattr(script("short_runs"), "trained", train)
    monkeypatch.setattr(script("few_pictures"), "show", lambda path, run: None)
    monkeypatch.setattr(equal_time, "classifier", lambda source: judge)
    monkeypatch.setattr(
        equal_time,
        "measured",
        lambda fake, *_: dict.fromkeys(equal_time.MEASURES, float(fake.mean())),
    )
    options = equal_time.Options(
        data="digits",
        minutes=(1.0,),
        seeds=1,
        candidates=("DCGAN", "AFM-any"),
        num=16,
        out=tmp_path,
    )
    equal_time.main(options)
    assert [said.get("before") for *_, said in trained] == [None, None]
    options = dataclasses.replace(options, minutes=(1.0, 2.0), seeds=2)
    table = equal_time.main(options)
    assert len(trained) == 8
    assert equal_time.main(options) == table
    assert len(trained) == 8
    for seconds, _, said in trained:
        before = said.get("before")
        assert (seconds, before and before[1]) in ((60.0, None), (120.0, 60.0))
    experiment, said = trained[0][1:]
    assert (experiment, said["size"]) == ("dcgan_folder", 8)
    assert len(list((tmp_path / "digits").iterdir())) == 1_797
    assert table[0].startswith("| after 1 minutes | steps | fid |")
    assert [line.split(" | ")[0] for line in table[2:6]] == [
        "| DCGAN",
        *(f"| AFM-any, steps: {passes}" for passes in (1, 2, 4)),
    ]
    for name in ("curves.png", "samples.png"):
        assert (tmp_path / name).exists()
    for words, message in (
        ({"candidates": ("none",)}, "--candidates: saw 'none', wanted some of"),
        ({"minutes": (2.0, 1.0)}, r"--minutes: saw \(2.0, 1.0\), wanted numbers"),
        ({"minutes": ()}, r"--minutes: saw \(\), wanted numbers above 0 that rise"),
        ({"seeds": 0}, "--seeds: saw 0, wanted at least 1"),
    ):
        with pytest.raises(SystemExit, match=message):
            dataclasses.replace(options, **words)


def test_steps_of_a_pace(script, tmp_path):
    """As many as fit: 10 of a second each, and then those of a quarter."""
    paces = script("paces")
    growing = paces.Pace((0, 10), (1.0, 0.25))
    steps = [growing.steps_in(seconds) for seconds in (0.0, 9.5, 10.0, 12.0)]
    assert steps == [0, 9, 10, 18]
    paces.write(tmp_path / "paces.json", {"a, 32": growing})
    assert paces.read(tmp_path / "paces.json") == {"a, 32": growing}
    (tmp_path / "paces.json").write_text('{"a": 1}')
    with pytest.raises(SystemExit, match=r"--paces: saw .*, wanted a file of --count"):
        paces.read(tmp_path / "paces.json")


def test_paces_are_counted_and_kept_to(script, monkeypatch, tmp_path):
    """A pace counted here gives a run of as many steps as the seconds allow."""
    paces, short_runs = script("paces"), script("short_runs")
    monkeypatch.setattr(paces, "TIMED", 0.1)
    pace = paces.count(str(EXPERIMENT), None, {"seed": 3})
    assert pace.starts == (0,)
    assert 0 < pace.seconds[0] < 10
    run = tmp_path / "run"
    pace = paces.Pace((0,), (0.5,))
    assert short_runs.trained(3.0, str(EXPERIMENT), run, pace, seed=3).step == 6


def test_every_candidate_can_be_built(script):
    """What is said to it is a field of its config, at every size."""
    for candidate in script("own_images_choice").CANDIDATES.values():
        module = experiment_file.load_module(EXPERIMENTS[candidate.experiment])
        variant = candidate.variant or next(iter(module.VARIANTS))
        for size in (32, 64):
            said = {"path": "x", "size": size, **candidate.options(size)}
            dataclasses.replace(module.VARIANTS[variant], **said)
