"""`--start-from`: what fits is copied to the bit, all else begins anew, and is said."""

import dataclasses
import json
import pathlib
import shutil

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.core import schedules
from jaxgan.core.growth import Growing
from jaxgan.models import progan
from jaxgan.run.devices import placement, seed_axis
from jaxgan.run.errors import RunError
from jaxgan.run.files import checkpoints, experiment_file, origin, run_directory
from jaxgan.run.options import Options
from jaxgan.run.sampling import stored_run
from jaxgan.run.training import gentle_start, stored_networks, warm_start
from jaxgan.run.training.prepare import prepare
from tests.run import images
from tests.run.conftest import EXPERIMENT, ROOT, finish, rows, spawn_together


def bits(leaf):
    key = jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key)
    return np.asarray(jax.random.key_data(leaf) if key else leaf)


def assert_equal(one, other):
    leaves = jax.tree_util.tree_leaves_with_path(one)
    for (path, seen), wanted in zip(leaves, jax.tree.leaves(other), strict=True):
        name = jax.tree_util.keystr(path)
        np.testing.assert_array_equal(bits(seen), bits(wanted), name, strict=True)


def prepared_points(source, seeds=(7,), discriminator=None, average=False, **options):
    """The experiment `points`, to start from a run, or from two."""
    module = experiment_file.load_module(EXPERIMENT)
    experiments = [module.build(module.Config(seed=seed)) for seed in seeds]
    start = source and str(source)
    weights = stored_networks.read(start, discriminator, average=average)
    return prepare(experiments, Options(**options), seeds, weights)


@pytest.fixture(scope="module")
def one(tmp_path_factory):
    """A run of 20 steps, with checkpoints of steps 10 and 20."""
    return trained(tmp_path_factory.mktemp("one") / "run")


@pytest.fixture(scope="module")
def three(tmp_path_factory):
    """Seeds 3, 4, 5 of the same, on devices that share large parameters."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(placement, "LARGE", 8)
        folder = tmp_path_factory.mktemp("three") / "run"
        words = ["--seed", 3, "--seeds", 3, "--devices", 4, "--model-parallel", 2]
        return trained(folder, *words)


def trained(folder, *words):
    from jaxgan.run import launch

    words = [*map(str, words), "--steps", "20", "--run-dir", str(folder)]
    assert launch.train(EXPERIMENT, words) == 0
    return folder


@pytest.mark.parametrize("step", [10, 20])
def test_all_that_fits_is_copied_and_nothing_else(one, step):
    prepared = prepared_points(f"{one}:{step}")
    state = prepared.first_state()
    source = stored_run.load(one, step).state
    assert_equal(state.variables, source.variables)
    assert_equal(state.ema, source.ema)
    fresh = prepared.program.init()
    for name in state._fields:
        if name not in ("variables", "ema"):
            assert_equal(getattr(state, name), getattr(fresh, name))
    assert int(state.step) == 0


@pytest.mark.parametrize("average", [False, True])
@pytest.mark.parametrize("discriminator", [None, 10, 20])
@pytest.mark.parametrize("step", [10, 20])
def test_a_generator_of_the_average_and_another_discriminator(
    one, step, discriminator, average
):
    """Each array is of one checkpoint: D reload and EMA reload of published stages."""
    other = discriminator and f"{one}:{discriminator}"
    prepared = prepared_points(f"{one}:{step}", discriminator=other, average=average)
    state = prepared.first_state()
    source = stored_run.load(one, step).state
    judge = stored_run.load(one, discriminator or step).state.variables.discriminator
    generator = source.ema if average else source.variables.generator
    assert_equal(state.variables.generator, generator)
    assert_equal(state.variables.discriminator, judge)
    assert_equal(state.ema, source.ema)
    record = prepared.warm_start.record((7,))
    assert (record["step"], record.get("from_average", False)) == (step, average)
    assert record.get("discriminator_from", {}).get("step") == discriminator
    assert not any(record[name] for name in ("unlike", "missing", "left_out"))


def test_the_average_is_not_the_generator(one):
    """Or the test above would say little."""
    state = stored_run.load(one).state
    pairs = zip(jax.tree.leaves(state.ema), jax.tree.leaves(state.variables.generator))
    assert all(np.any(bits(average) != bits(current)) for average, current in pairs)


def test_a_discriminator_alone(one):
    prepared = prepared_points(None, discriminator=f"{one}:10")
    state, fresh = prepared.first_state(), prepared.program.init()
    source = stored_run.load(one, 10).state
    assert_equal(state.variables.discriminator, source.variables.discriminator)
    assert_equal(state.variables.generator, fresh.variables.generator)
    assert_equal(state.ema, fresh.ema)
    start = f"starting from the discriminator of {one}, step 10"
    wanted = [f"{start}: arrays copied: discriminator 4 of 4"]
    assert prepared.warm_start.lines() == wanted


def test_it_lies_as_a_first_state_does(one, monkeypatch):
    monkeypatch.setattr(placement, "LARGE", 8)
    prepared = prepared_points(one, devices=4, model_parallel=2)
    state = prepared.first_state()
    wanted = jax.tree.map(lambda x: x.sharding, prepared.program.target)
    assert jax.tree.map(lambda x: x.sharding, state) == wanted
    assert_equal(state.ema, stored_run.load(one).state.ema)


@pytest.mark.parametrize("seeds", [(4,), (5, 6)])
def test_several_seeds(three, seeds):
    """Each starts from its namesake, or from the first."""
    state = prepared_points(three, seeds).first_state()
    for place, seed in enumerate(seeds):
        member = seed_axis.member(state, place, len(seeds))
        source = stored_run.load(three, seed=seed if seed in (3, 4, 5) else 3).state
        assert_equal(member.variables, source.variables)
        assert_equal(member.ema, source.ema)


def test_seeds_of_both_starts(one, three):
    """Each seed takes of either what is its own, or the first's."""
    state = prepared_points(one, (4, 9), discriminator=str(three)).first_state()
    for place, seed in enumerate((4, 3)):
        member = seed_axis.member(state, place, 2)
        judge = stored_run.load(three, seed=seed).state.variables.discriminator
        assert_equal(member.variables.discriminator, judge)
        assert_equal(member.ema, stored_run.load(one).state.ema)


def test_one_run_is_the_start_of_all_seeds(one):
    state = prepared_points(one, (0, 1)).first_state()
    source = stored_run.load(one).state
    for place in range(2):
        assert_equal(seed_axis.member(state, place, 2).variables, source.variables)


def test_training_goes_on_from_it(train, one, tmp_path, capsys):
    """The first rows are those of trained networks; the record tells which."""
    train("--steps", 20, "--start-from", one, "--seed", 8, "--log-every", 1)
    record = origin.read(tmp_path / "run")
    assert (record["run"], record["step"]) == (str(one), 20)
    assert record["fingerprint"] == checkpoints.saved_fingerprint(one, 20)
    assert record["seeds"] == {"8": 0}
    assert len(record["copied"]) == 3 * 4
    assert not record["unlike"]
    identity = run_directory.read_identity(tmp_path / "run")
    assert identity.start_from == f"{one}:20"
    first = rows(tmp_path / "run")[0]["discriminator/real_logits"]
    before = rows(one)[-1]["discriminator/real_logits"]
    train("--steps", 1, "--seed", 8, run="new")
    anew = rows(tmp_path / "new")[0]["discriminator/real_logits"]
    assert abs(first - before) < abs(anew - before)


def test_what_does_not_fit_is_said_and_made_anew(train, one, tmp_path, capsys):
    words = ("--variant", "labelled", "--start-from", str(one), "--steps", "1")
    from jaxgan.run import launch

    words = [*words, "--run-dir", str(tmp_path / "run")]
    assert launch.train(EXPERIMENT, words) == 0
    said = capsys.readouterr().out
    assert f"starting from {one}, step 20: arrays copied: generator 4 of 5" in said
    assert "\n  generator/params/Embed_0: saw none\n" in said
    record = origin.read(tmp_path / "run")
    assert [name for name in record["missing"] if "Embed_0" in name]
    assert len(record["copied"]) == 3 * 4


def test_networks_that_grow_again_say_so(one):
    """All would be small at first, whatever the other run's have learned."""
    prepared = prepared_points(one)
    experiment = prepared.experiment
    weights, target = stored_networks.read(str(one)), prepared.program.target
    plain = warm_start.fit(weights, target, (7,), experiment).lines()
    assert not [line for line in plain if "--first-size" in line]
    for first, said in (
        (2, []),
        (0, ["grow from 4 to 16 pixels per side once more", "--first-size 16 begins"]),
    ):
        generator = progan.Generator((16, 16, 3), growing=Growing(2, 4, first))
        game = dataclasses.replace(experiment.game, generator=generator)
        growing = dataclasses.replace(experiment, game=game)
        lines = warm_start.fit(weights, target, (7,), growing).lines()
        assert lines[: len(plain)] == plain
        assert len(lines) == len(plain) + bool(said)
        assert all(words in lines[-1] for words in said)


def test_resuming(train, one, tmp_path):
    """With the option, without it, and killed before anything was saved."""
    words = ("--seed", 8, "--steps")
    whole = train(*words, 20, "--start-from", one, run="whole")
    train(*words, 10, "--start-from", one)
    assert train(*words, 20) == whole
    assert train(*words, 20, "--start-from", one) == whole
    assert train(*words, 20, "--start-from", f"{one}:20") == whole
    shutil.rmtree(tmp_path / "run" / "checkpoints")
    assert train(*words, 20) == whole


def test_it_begins_gently_unless_told_otherwise(train, one, tmp_path):
    """The first update is small, and the average goes on; 0 is as from nothing."""
    first = {}
    for name, words in {"gentle": (), "plain": ("--warm-up", 0)}.items():
        train("--steps", 1, "--start-from", one, *words, run=name)
        state = stored_run.load(tmp_path / name).state
        source = stored_run.load(one).state
        pairs = zip(
            jax.tree.leaves(state.variables.generator["params"]),
            jax.tree.leaves(source.variables.generator["params"]),
        )
        first[name] = [np.asarray(new - old) for new, old in pairs]
    for small, whole in zip(first["gentle"], first["plain"]):
        np.testing.assert_allclose(101 * small, whole, rtol=0.05, atol=1e-4)
    stored = {
        name: run_directory.read_identity(tmp_path / name).warm_up for name in first
    }
    assert stored == {"gentle": gentle_start.STEPS, "plain": 0}
    # It is the run's own: without the option it stays, with another it is another run.
    train("--steps", 2, run="plain")
    assert run_directory.read_identity(tmp_path / "plain").warm_up == 0
    with pytest.raises(RunError, match="warm_up: run has 0, you asked 7"):
        train("--steps", 3, "--start-from", one, "--warm-up", 7, run="plain")
    with pytest.raises(RunError, match="--warm-up: saw 3 without --start-from"):
        train("--steps", 1, "--warm-up", 3, run="new")


def test_the_average_goes_on(one):
    """At the decay that it has in the long run, if that is short."""
    module = experiment_file.load_module(EXPERIMENT)
    experiment = module.build(module.Config())
    young = experiment.recipe._replace(ema_decay=schedules.half_life(1e3, 0.05))
    experiment = dataclasses.replace(experiment, recipe=young)
    gentle = gentle_start.gentle(experiment, Options(start_from=str(one)))
    assert young.ema_decay(jnp.int32(0), 8) == 0
    late = young.ema_decay(jnp.int32(10**6), 8)
    assert gentle.recipe.ema_decay(jnp.int32(0), 8) == late > 0.99
    for options in (Options(), Options(start_from=str(one), warm_up=0)):
        assert gentle_start.gentle(experiment, options) is experiment


def test_another_start_is_another_run(train, one, tmp_path):
    train("--steps", 10, "--start-from", f"{one}:20")
    said = f"start_from: run has '{one}:20', you asked '{one}:10'"
    with pytest.raises(RunError, match=said):
        train("--steps", 20, "--start-from", f"{one}:10")
    with pytest.raises(RunError, match="you asked 'elsewhere'"):
        train("--steps", 20, "--start-from", "elsewhere")
    train("--steps", 10, run="new")
    with pytest.raises(RunError, match="start_from: run has None, you asked"):
        train("--steps", 20, "--start-from", one, run="new")


def test_a_stage_is_resumed(train, one, tmp_path, capsys):
    """Its options may be left out; others are another run."""
    stage = ("--start-from", one, "--from-average", "--discriminator-from", f"{one}:10")
    whole = train("--steps", 20, *stage, run="whole")
    train("--steps", 10, *stage)
    said = origin.read(tmp_path / "run")
    assert said["from_average"]
    assert said["discriminator_from"]["step"] == 10
    assert train("--steps", 20) == whole
    identity = run_directory.read_identity(tmp_path / "run")
    assert identity.start_from == f"{one}:20"
    assert identity.discriminator_from == f"{one}:10"
    assert identity.from_average
    train("--steps", 10, "--start-from", one, run="plain")
    for words, wanted in (
        (("--from-average",), "from_average: run has False, you asked True"),
        (("--discriminator-from", one), "discriminator_from: run has None, you asked"),
    ):
        with pytest.raises(RunError, match=wanted):
            train("--steps", 20, "--start-from", one, *words, run="plain")
    with pytest.raises(RunError, match=r"discriminator_from: run has '.*:10', you"):
        train("--steps", 20, "--discriminator-from", f"{one}:20")


def test_what_is_refused(train, one, tmp_path, monkeypatch):
    """Before anything is compiled, or the folder is touched."""
    monkeypatch.setattr("jaxgan.run.training.loop.train", None)
    for start, said in (
        ("nowhere", "--start-from: nowhere does not exist: there is no config.json"),
        (f"{one}:15", r"has no checkpoint of step 15; it has \[10, 20\]"),
        (":3", "--start-from: saw ':3', wanted RUN or RUN:STEP"),
        ("", "--start-from: saw '', wanted RUN or RUN:STEP"),
    ):
        for option in ("--start-from", "--discriminator-from"):
            with pytest.raises(RunError, match=said.replace("--start-from", option)):
                train("--steps", 10, option, start)
    with pytest.raises(RunError, match="--from-average: saw it without --start-from"):
        train("--steps", 10, "--from-average", "--discriminator-from", one)
    with pytest.raises(RunError) as error:
        train("--start-from", one, experiment=pathlib.Path(images.__file__))
    lines = str(error.value).splitlines()
    start = f"error: --start-from: nothing of {one}:20 fits: arrays copied: generator 0"
    assert lines[0].startswith(start)
    wanted = "  generator/params/Dense_0/kernel: saw [4, 8], wanted [4, 32]"
    assert lines[1] == wanted
    with pytest.raises(RunError) as error:
        train("--discriminator-from", one, experiment=pathlib.Path(images.__file__))
    start = f"error: --discriminator-from: nothing of {one}:20 fits: arrays copied: di"
    assert str(error.value).startswith(start)
    assert not list(tmp_path.iterdir())


def test_a_damaged_checkpoint_is_no_start(train, one, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(one, copy)
    shutil.rmtree(copy / "checkpoints" / "20" / "state")
    with pytest.raises(RunError, match="--start-from: the checkpoint of step 20 is"):
        train("--steps", 10, "--start-from", f"{copy}:20")
    train("--steps", 10, "--start-from", copy)
    assert origin.read(tmp_path / "run")["step"] == 10


def test_agreement():
    assert origin.agree(None, None)
    assert origin.agree("a:1", None)
    assert origin.agree("a:1", "a")
    assert origin.agree("a:1", "b/../a:1")
    assert not origin.agree("a:1", "a:2")
    assert not origin.agree("a:1", "b:1")
    assert not origin.agree(None, "a:1")


@pytest.mark.slow
def test_two_processes(one, tmp_path):
    words = ("--steps", 10, "--start-from", one, "--run-dir", tmp_path / "run")
    both = [finish(process) for process in spawn_together(*words)]
    assert [code for code, *_ in both] == [0, 0], both
    assert len(json.loads((tmp_path / "run" / origin.FILE).read_text())["copied"]) == 12


@pytest.mark.slow
def test_fine_tuning_is_ahead(train, tmp_path):
    """Of the same steps on data in another order, from nothing."""
    digits = ROOT / "experiments" / "first" / "digits.py"
    words = ("--log-every", 100, "--evaluate-every", 100, "--evaluate-num", 500)
    train("--steps", 2000, run="source", experiment=digits)
    distances = {}
    for name, start in (("new", ()), ("tuned", ("--start-from", tmp_path / "source"))):
        train(*words, *start, "--seed", 1, "--steps", 100, run=name, experiment=digits)
        distances[name] = rows(tmp_path / name)[-1]["evaluation/fid_classifier"]
    assert distances["tuned"] < distances["new"] / 4
