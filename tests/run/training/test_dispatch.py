"""Steps handed over several at a time are the steps handed over one by one."""

import json
import types

import jax
import numpy as np
import pytest

from jaxgan import data
from jaxgan.run.devices import seed_axis
from jaxgan.run.errors import RunError
from jaxgan.run.files import checkpoints, experiment_file
from jaxgan.run.options import Options
from jaxgan.run.sampling import stored_run
from jaxgan.run.training import dispatch
from tests.run.conftest import EXPERIMENT, assert_alike, finish, rows, spawn_together

FIVE = ("--steps-per-dispatch", 5)
WORDS = [
    pytest.param((), marks=pytest.mark.slow),
    ("--addressed", "--variant", "labelled"),
    pytest.param(("--seeds", 2), marks=pytest.mark.slow),
    pytest.param(
        ("--addressed", "--seeds", 2, "--devices", 4, "--model-parallel", 2),
        marks=pytest.mark.slow,
    ),
]


def numbers(state):
    """A state's leaves, the key as bits."""
    return [
        jax.random.key_data(leaf)
        if jax.numpy.issubdtype(leaf.dtype, jax.dtypes.prng_key)
        else leaf
        for leaf in jax.tree.leaves(state)
    ]


@pytest.mark.parametrize("words", WORDS, ids=lambda words: " ".join(map(str, words)))
def test_five_at_a_time(train, tmp_path, words):
    """The same to rounding; and stopped and resumed, the same to the bit."""
    train(*words, "--steps", 20, run="single")
    whole = train(*words, "--steps", 20, *FIVE, run="whole")
    train(*words, "--steps", 5, *FIVE)
    assert train(*words, "--steps", 20) == whole
    for seed in (0, 1) if "--seeds" in words else (0,):
        one, five = (
            stored_run.load(tmp_path / name, seed=seed).state
            for name in ("single", "whole")
        )
        for wanted, seen in zip(numbers(one), numbers(five), strict=True):
            np.testing.assert_allclose(seen, wanted, 1e-4, 1e-5, strict=True)
    seen, wanted = (rows(tmp_path / name) for name in ("run", "whole"))
    assert [row["step"] for row in seen] == [5, 10, 20]
    assert [row["step"] for row in wanted] == [10, 20]
    if "--seeds" not in words:
        assert_alike(tmp_path / "whole", tmp_path / "single")
        assert_alike(tmp_path / "run", tmp_path / "single", without=5)


@pytest.mark.slow
def test_two_processes(train, tmp_path):
    """Each picks its part of the batches."""
    words = ("--addressed", "--steps", 20, *FIVE)
    train(*words, run="whole")
    both = [finish(p) for p in spawn_together("--run-dir", tmp_path / "run", *words)]
    assert [code for code, *_ in both] == [0, 0], both
    assert "5 steps per dispatch" in both[0][1]
    assert_alike(tmp_path / "run", tmp_path / "whole")


@pytest.mark.parametrize("flip", [False, True])
@pytest.mark.parametrize("alike", [False, True])
def test_several_runs_pick_their_own_examples(alike, flip):
    rng = np.random.default_rng(0)
    shape = (10, 2, 3, 1)
    sources = [data.arrays(rng.integers(0, 256, shape, np.uint8)) for _ in range(2)]
    if alike:
        sources[1] = data.arrays(sources[0].values.copy())
    members = [
        data.batches(source, 4, seed, flip=flip) for seed, source in enumerate(sources)
    ]
    examples, pick = dispatch.all_examples(members)
    assert examples.value.ndim == (4 if alike else 5)
    picked = jax.jit(pick)(
        jax.device_put(examples), seed_axis.stack([one.rows(7) for one in members])
    )
    wanted = seed_axis.together(members)(7)
    jax.tree.map(np.testing.assert_array_equal, picked, wanted)


def test_time_is_up_between_dispatches(train, tmp_path):
    train("--minutes", 1e-9, *FIVE)
    assert checkpoints.steps(tmp_path / "run") == [5]


def test_the_step_that_is_not_finite_is_told(train, tmp_path):
    said = "step 13: not finite: .*discriminator/adversarial"
    with jax.debug_nans(False), pytest.raises(RunError, match=said):
        train("--poison-at", 12, *FIVE)
    assert checkpoints.steps(tmp_path / "run") == [10]


def test_it_is_part_of_the_run(train, tmp_path):
    train("--steps", 10, *FIVE)
    said = "steps_per_dispatch: run has 5, you asked 2"
    with pytest.raises(RunError, match=said):
        train("--steps", 20, "--steps-per-dispatch", 2)
    said = "--log-every: saw 7, wanted a multiple of the 5 steps of a dispatch"
    with pytest.raises(RunError, match=said) as error:
        train("--steps", 20, "--log-every", 7)
    assert error.value.hint == "the nearest is --log-every 5"
    assert checkpoints.steps(tmp_path / "run") == [10]


def test_runs_of_before_did_single_steps(train, tmp_path):
    train("--steps", 2)
    path = tmp_path / "run" / "config.json"
    stored = json.loads(path.read_text())
    assert stored.pop("steps_per_dispatch") == 1
    path.write_text(json.dumps(stored))
    train("--steps", 4)
    with pytest.raises(RunError, match="steps_per_dispatch: run has 1, you asked 2"):
        train("--steps", 6, "--steps-per-dispatch", 2)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--steps-per-dispatch", 0), "--steps-per-dispatch: saw 0"),
        (("--steps", 13, *FIVE), "--steps: saw 13, wanted a multiple of the 5 steps"),
        (("--save-every", 4, *FIVE), "--save-every: saw 4, wanted a multiple"),
        (("--sample-every", 24, *FIVE), "the nearest is --sample-every 25"),
    ],
)
def test_what_is_refused(train, tmp_path, words, said):
    with pytest.raises(RunError) as error:
        train(*words)
    assert said in str(error.value)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("options", "addressed", "wanted"),
    [
        ({}, True, 50),
        ({}, False, 50),
        ({"steps": 13}, True, 1),
        ({"log_every": 10}, True, 5),
        ({"log_every": 1}, True, 1),
        ({"steps": 480, "log_every": 480, "sample_every": 480}, True, 40),
        ({"steps_per_dispatch": 100}, True, 100),
    ],
)
def test_the_choice_on_accelerators(options, addressed, wanted, monkeypatch):
    module = experiment_file.load_module(EXPERIMENT)
    batches = module.build(module.Config(addressed=addressed)).data
    assert dispatch.is_held(batches) == addressed
    assert dispatch.choose(Options(), batches) == 1
    accelerator = [types.SimpleNamespace(platform="gpu")]
    monkeypatch.setattr(jax, "local_devices", lambda: accelerator)
    assert dispatch.choose(Options(**options), batches) == wanted
    monkeypatch.setattr(dispatch, "HELD", 0)
    assert not dispatch.is_held(batches)
    size = sum(leaf.nbytes for leaf in jax.tree.leaves(batches(0)))
    monkeypatch.setattr(dispatch, "STACKED", 20 * size)
    assert dispatch.choose(Options(steps=1000), batches) == 20
