"""Processes that train together are one process, also when one of them ends."""

import re
import signal
import time

import jax
import numpy as np
import pytest

from jaxgan import data
from jaxgan.run.devices import processes
from jaxgan.run.errors import RunError
from jaxgan.run.files import checkpoints, experiment_file
from jaxgan.run.options import Options
from jaxgan.run.sampling import stored_run
from tests.run.conftest import (
    EXPERIMENT,
    assert_alike,
    finish,
    rows,
    spawn_together,
    wait_for_step,
)

HEARTBEAT = 20
LOST = re.compile(
    "error: computing with the other processes failed|"
    "Terminating process because the JAX distributed service detected fatal errors"
)


def finish_all(processes, timeout=240):
    """Waits for all; returns their [(status, stdout, stderr)]."""
    return [finish(process, timeout) for process in processes]


def test_two_processes_are_one(train, tmp_path):
    run = tmp_path / "run"
    train("--steps", 30, run="whole")
    both = finish_all(spawn_together("--run-dir", run, "--steps", 20))
    assert [code for code, *_ in both] == [0, 0], both
    assert "batch 16 on 4 cpu of 2 processes" in both[0][1]
    assert "step" not in both[1][1]
    assert checkpoints.steps(run) == [10, 20]
    mine, single = (
        stored_run.load(tmp_path / name, 20).state for name in ("run", "whole")
    )
    np.testing.assert_array_equal(
        *(jax.random.key_data(state.key) for state in (mine, single))
    )
    jax.tree.map(
        lambda one, other: np.testing.assert_allclose(one, other, atol=1e-4),
        mine._replace(key=()),
        single._replace(key=()),
    )
    train("--steps", 30)
    assert_alike(run, tmp_path / "whole")


@pytest.mark.slow
def test_eight_one_four_and_two_times_four_devices(train, tmp_path):
    """Also split over the devices of each process."""
    run = tmp_path / "run"
    words = ("--widths", 256, 256, "--log-every", 5, "--save-every", 5)
    train(*words, "--steps", 20, run="whole")
    for steps, count in ((5, 8), (10, 1), (15, 4)):
        train(*words, "--steps", steps, "--devices", count)
    arguments = (*words, "--steps", 20, "--run-dir", run, "--model-parallel", 2)
    both = finish_all(spawn_together(*arguments, devices=4))
    assert [code for code, *_ in both] == [0, 0], both
    assert_alike(run, tmp_path / "whole")


@pytest.mark.slow
@pytest.mark.parametrize("killed", [1, 0])
def test_what_happens_to_one_happens_to_all(train, tmp_path, killed):
    run = tmp_path / "run"
    words = ("--run-dir", run, "--steps", 10**6, "--heartbeat", HEARTBEAT)
    # Process 0 has the only clock.
    own = ((), ("--minutes", 1e-9))
    polite = spawn_together(*words, "--save-every", 10**6, own=own)
    wait_for_step(10, run, *polite)
    polite[1].send_signal(signal.SIGTERM)
    ends = finish_all(polite)
    assert [code for code, *_ in ends] == [128 + signal.SIGTERM] * 2, ends
    (step,) = checkpoints.steps(run)
    assert f"step {step}: sha256" in ends[0][1]

    processes = spawn_together(*words, "--save-every", 10)
    wait_for_step(step + 20, run, *processes)
    processes[killed].kill()
    began = time.monotonic()
    code, _, err = finish(processes[1 - killed])
    assert time.monotonic() - began < HEARTBEAT + 10
    assert code in (1, -signal.SIGABRT)
    assert f"all end within {HEARTBEAT} seconds, and the same commands" in err
    assert LOST.search(err), err
    finish(processes[killed])

    stop = rows(run)[-1]["step"] // 10 * 10 + 10
    train("--steps", stop)
    train("--steps", stop, run="whole")
    assert_alike(run, tmp_path / "whole", without=step)


@pytest.mark.slow
def test_processes_that_were_started_differently(tmp_path):
    own = (("--steps", 20), ("--steps", 30, "--seed", 1))
    for code, _, err in finish_all(spawn_together("--run-dir", tmp_path, own=own)):
        assert code == 2
        assert "error: the processes do not have the same --steps, config\n" in err
        assert "Traceback" not in err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"processes": 2}, "saw no --coordinator, --process, wanted all of"),
        ({"coordinator": "a:1", "process": 0}, "saw no --processes, wanted all of"),
        (
            {"coordinator": "a:1", "processes": 2, "process": 2},
            "--process: saw 2, wanted 0 to 1",
        ),
        (
            {"coordinator": "here", "processes": 2, "process": 0},
            "--coordinator: saw here, wanted HOST:PORT",
        ),
        (
            {
                **{"coordinator": "a:1", "processes": 2, "process": 0},
                "distributed": True,
            },
            "--distributed: ",
        ),
        ({"heartbeat": 0}, "--heartbeat: saw 0"),
        ({"model_parallel": 0}, "--model-parallel: saw 0"),
    ],
)
def test_options_of_several_processes(options, said):
    with pytest.raises(RunError, match=said):
        Options(**options).check()


def test_no_cluster_is_told_plainly(train, monkeypatch):
    monkeypatch.setattr(jax.distributed, "initialize", no_cluster)
    with pytest.raises(RunError, match="cannot join the others: coordinator_address"):
        train("--distributed")


def no_cluster(*arguments, **options):
    raise ValueError("coordinator_address should be defined.")


def test_every_process_has_its_own_part_of_a_batch():
    module = experiment_file.load_module(EXPERIMENT)
    plain = module.build(module.VARIANTS["labelled"]).data
    source = data.arrays(np.arange(10.0)[:, None])
    for batch_at in (plain, data.batches(source, 16)):
        parts = [processes.own_batches(batch_at, process, 4)(3) for process in range(4)]
        whole = jax.tree.map(lambda *x: np.concatenate(x), *parts)
        jax.tree.map(np.testing.assert_array_equal, whole, batch_at(3))
        assert processes.own_batches(batch_at, 0, 1) is batch_at
