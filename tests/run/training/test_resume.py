"""A run that is stopped, anyhow and anywhere, ends as if it had not been."""

import itertools
import random
import shutil
import signal
import time
import types

import numpy as np
import pytest

from jaxgan.run.errors import RunError
from jaxgan.run.files import checkpoints, saved_state
from jaxgan.run.pictures import read_png
from jaxgan.run.training import loop
from tests.run.conftest import fingerprint_in, finish, rows, spawn, wait_for_step


def values(run):
    """The rows without clocks."""
    return [{k: v for k, v in row.items() if "second" not in k} for row in rows(run)]


def test_twice_n_steps_are_2n_steps(train, tmp_path):
    whole = train("--steps", 40, run="whole")
    train("--steps", 20)
    assert train("--steps", 40) == whole
    assert values(tmp_path / "run") == values(tmp_path / "whole")
    # Files of samples also say of which run they are.
    for picture in ("real.png", "step_00000020.png", "step_00000040.png"):
        folders = [tmp_path / run / "samples" for run in ("run", "whole")]
        drawn = [read_png(folder / picture) for folder in folders]
        assert drawn[0] is not None
        np.testing.assert_array_equal(*drawn)


def test_resuming_off_the_rhythm(train, tmp_path):
    """Stopped between two rows, and between a lazy turn's steps."""
    whole = train("--steps", 40, run="whole")
    train("--steps", 13)
    assert train("--steps", 40, "--log-every", 7) == whole
    assert [row["step"] for row in rows(tmp_path / "run")] == [
        10,
        13,
        14,
        21,
        28,
        35,
        40,
    ]


def test_nothing_to_do(train):
    done = train("--steps", 20)
    assert train("--steps", 20) == done
    assert train("--steps", 10) == done


def test_rows_after_the_checkpoint_are_written_again(train, tmp_path):
    run = tmp_path / "run"
    whole = train("--steps", 40)
    wanted = values(run)
    for step in (30, 40):
        shutil.rmtree(run / "checkpoints" / str(step))
    with (run / "metrics.jsonl").open("a") as file:
        file.write('{"step": 50, "cut o')
    assert train("--steps", 40) == whole
    assert values(run) == wanted


def kill_after(step, run, *arguments):
    """kill -9 a little after a row of at least this step is written."""
    process = spawn("--run-dir", run, "--log-every", 5, "--save-every", 5, *arguments)
    wait_for_step(step, run, process)
    time.sleep(random.random() * 0.1)
    process.kill()
    process.communicate()


def test_kill_9(train, tmp_path):
    run = tmp_path / "run"
    kill_after(50, run, "--steps", 10**6)
    stop = rows(run)[-1]["step"] + 10
    assert train("--steps", stop) == train("--steps", stop, run="whole")
    lines = (run / "metrics.jsonl").read_text().splitlines()
    assert len(lines) == len(rows(run))


@pytest.mark.slow
def test_kill_9_twenty_runs(train, tmp_path):
    """Each once, at any moment of its life: twenty equal fingerprints."""
    ends = []
    for number in range(20):
        name = f"killed-{number}"
        process = spawn(
            *("--steps", 600, "--run-dir", tmp_path / name),
            *("--save-every", 5, "--pause", 0.005),
        )
        time.sleep(random.uniform(1.0, 10.0))
        process.kill()
        _, err = process.communicate()
        assert "rror" not in err
        ends.append(train("--steps", 600, "--pause", 0.005, run=name))
    assert set(ends) == {train("--steps", 600, "--pause", 0.005, run="whole")}


@pytest.mark.slow
def test_kill_9_one_run_twenty_times(train, tmp_path):
    """While starting, compiling, resuming, saving, deleting old checkpoints."""
    run, step = tmp_path / "run", 0
    for _ in range(20):
        process = spawn("--steps", 10**6, "--run-dir", run, "--save-every", 5)
        time.sleep(random.uniform(1.0, 8.0))
        process.kill()
        _, err = process.communicate()
        assert "rror" not in err
        step = max([step, *(row["step"] for row in rows(run))])
    assert step > 100
    stop = step + 10
    assert train("--steps", stop) == train("--steps", stop, run="whole")


@pytest.mark.parametrize(
    "number",
    [
        pytest.param(number, marks=pytest.mark.slow)
        for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT)
    ],
)
def test_polite_signals_save(number, train, tmp_path):
    run = tmp_path / "run"
    process = spawn("--steps", 10**6, "--run-dir", run, "--save-every", 10**6)
    wait_for_step(1, run, process)
    process.send_signal(number)
    code, out, _ = finish(process)
    assert code == 128 + number
    assert "resume with: python" in out
    step = checkpoints.steps(run)[-1]
    assert f"step {step}: {fingerprint_in(out)}" in out
    assert train("--steps", step, run="whole") == fingerprint_in(out)


def test_time_is_up(train, tmp_path, capsys):
    train("--minutes", 1e-9)
    assert checkpoints.steps(tmp_path / "run") == [1]


def test_time_counts_from_the_first_step_on(train, tmp_path, monkeypatch):
    """A second passes at every look at the clock, of which there are none before."""
    seconds = itertools.count()
    clock = types.SimpleNamespace(monotonic=lambda: next(seconds))
    monkeypatch.setattr(loop, "time", clock)
    train("--minutes", 3 / 60)
    assert checkpoints.steps(tmp_path / "run") == [4]


def damage(run, step):
    """Cuts the largest file of a checkpoint."""
    files = [p for p in (run / "checkpoints" / str(step)).rglob("*") if p.is_file()]
    largest = max(files, key=lambda p: p.stat().st_size)
    largest.write_bytes(largest.read_bytes()[:-50])


def test_a_damaged_checkpoint_is_skipped(train, tmp_path, capsys):
    run = tmp_path / "run"
    whole = train("--steps", 40)
    damage(run, 40)
    shutil.rmtree(run / "checkpoints" / "30" / "state")
    assert train("--steps", 40) == whole
    assert (run / "damaged-40").is_dir()
    assert (run / "damaged-30").is_dir()
    assert checkpoints.steps(run) == [20, 30, 40]


def test_a_flipped_bit_is_damage(train, tmp_path, monkeypatch):
    whole = train("--steps", 20)
    lie = iter(["sha256:something else"])
    real = saved_state.fingerprint
    monkeypatch.setattr(saved_state, "fingerprint", lambda tree: next(lie, real(tree)))
    assert train("--steps", 20) == whole
    assert (tmp_path / "run" / "damaged-20").is_dir()


def test_if_all_are_damaged_nothing_is_touched(train, tmp_path):
    train("--steps", 20)
    for step in (10, 20):
        damage(tmp_path / "run", step)
    with pytest.raises(RunError, match="can be read") as error:
        train("--steps", 30)
    assert error.value.code == 1
    assert checkpoints.steps(tmp_path / "run") == [10, 20]


def test_only_the_newest_are_kept(train, tmp_path):
    train("--steps", 40, "--keep", 2)
    assert checkpoints.steps(tmp_path / "run") == [30, 40]
