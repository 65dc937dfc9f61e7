"""Runs whose batches change their size: one series of images, one program a level."""

import pathlib

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tests.run.growing as experiment
from jaxgan.core.pace import Pace
from jaxgan.run.devices import processes
from jaxgan.run.errors import RunError
from jaxgan.run.files import checkpoints
from jaxgan.run.options import Options
from jaxgan.run.sampling import stored_run
from jaxgan.run.training.dispatch import chunks
from jaxgan.run.training.prepare import prepare
from tests.core.test_pace import PACES
from tests.run.conftest import rows
from tests.run.training.test_dispatch import numbers

EXPERIMENT = pathlib.Path(experiment.__file__)
STAGES = experiment.growing(experiment.Config())
law = settings(deadline=None, max_examples=50, derandomize=True)


@pytest.fixture
def grow(train):
    """f(*arguments, run=...) trains it; the fingerprint."""

    def run(*arguments, run="run"):
        return train(*arguments, run=run, experiment=EXPERIMENT)

    return run


def test_it_is_as_described():
    assert STAGES.pace == Pace((16, 8, 4), (0, 3, 12))
    shares = [float(STAGES(step).share) for step in (2, 3, 11, 12, 21, 22)]
    np.testing.assert_allclose(shares, [1, 16 / 48, 1, 8 / 48, 44 / 48, 1])


@pytest.mark.parametrize(
    ("words", "stops"),
    [
        ((), (12,)),  # where a size changes, a third of a level's fade being over
        pytest.param((), (3, 17), marks=pytest.mark.slow),
        pytest.param(("--steps-per-dispatch", 5), (15,), marks=pytest.mark.slow),
    ],
)
def test_stopped_where_a_size_changes_and_within_fades(grow, tmp_path, words, stops):
    whole = grow(*words, run="whole")
    for step in stops:
        grow(*words, "--steps", step)
    assert grow(*words) == whole
    seen = [row for row in rows(tmp_path / "whole") if "generator/loss" in row]
    assert [row["step"] for row in seen] == [10, 20, 30]
    assert [row["images"] for row in seen] == [104, 152, 192]


@pytest.mark.slow
def test_time_is_up_where_a_dispatch_is_cut(grow, tmp_path):
    """At step 3, three steps into a dispatch of five."""
    words = ("--steps-per-dispatch", 5)
    whole = grow(*words, run="whole")
    grow(*words, "--minutes", 1e-9)
    assert checkpoints.steps(tmp_path / "run") == [3]
    assert grow(*words) == whole


@pytest.mark.slow
def test_several_at_a_time_and_on_several_devices(grow, tmp_path):
    grow(run="single")
    grow("--steps-per-dispatch", 5, run="five")
    grow("--devices", 4, "--seeds", 2, run="devices")
    wanted = numbers(stored_run.load(tmp_path / "single", seed=0).state)
    for run in ("five", "devices"):
        seen = numbers(stored_run.load(tmp_path / run, seed=0).state)
        for one, other in zip(wanted, seen, strict=True):
            np.testing.assert_allclose(other, one, 1e-3, 1e-4, strict=True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--devices", 8), "8 devices do not divide the batch of 4 examples"),
        (("--microbatches", 8), "--microbatches: saw 8, wanted a divisor of the 4"),
        (("--batch-sizes", 16, 6), "8 devices do not divide the batch of 6"),
    ],
)
def test_all_sizes_are_looked_at_first(grow, tmp_path, words, said):
    words = (*words, *(("--devices", 8) if "--batch-sizes" in words else ()))
    with pytest.raises(RunError) as error:
        grow(*words)
    assert said in str(error.value)
    assert not list(tmp_path.iterdir())


def test_every_level_is_a_program_of_its_own():
    """Compiled when it is reached; no program has a choice between levels."""
    made = experiment.build(experiment.Config())
    prepared = prepare([made], Options(devices=1), [0])
    program = prepared.program
    steps = (0, 3, 12)
    texts = [prepared.lowered_step(step).as_text() for step in steps]
    assert not any("stablehlo.case" in text for text in texts)
    assert [step._cache_size() for step in program.steps] == [0, 0, 0]
    state, totals = program.init(), program.zeros()
    for step in range(4):
        batch = prepared.data(step)
        state, totals, _ = program.step_at(step)(state, totals, batch, ())
    assert [step._cache_size() for step in program.steps] == [1, 1, 0]


@law
@given(PACES, st.integers(1, 7), st.integers(0, 40), st.integers(0, 40))
def test_how_steps_are_cut(pace, steps, middle, stop):
    middle = min(middle, stop)
    found = [
        (first, first + one.step)
        for one in chunks(pace, 0, stop, steps)
        for first in one
    ]
    ends = [end for _, end in found]
    assert [0, *ends[:-1]] == [first for first, _ in found] or not found
    assert (ends[-1] if ends else 0) == stop
    for first, end in found:
        assert pace.place(first) == pace.place(end - 1)
    cuts = {*range(0, stop, steps), *(s for s in pace.starts if s < stop), stop} - {0}
    assert sorted(cuts) == ends
    if middle in ends:
        rest = [first for one in chunks(pace, middle, stop, steps) for first in one]
        assert rest == [first for first, _ in found if first >= middle]


def test_processes_share_every_batch():
    """Of data that know of no processes, too."""
    batches = experiment.build(experiment.Config()).data

    class Bare:
        pace, batch_size, source = batches.pace, batches.batch_size, batches.source

        def __call__(self, step):
            return batches(step)

    for step in (0, 3, 12):
        for made in (batches, Bare()):
            parts = [processes.own_batches(made, at, 2)(step) for at in (0, 1)]
            jax.tree.map(
                lambda *x: np.testing.assert_array_equal(np.concatenate(x[:2]), x[2]),
                *(*parts, batches(step)),
            )
