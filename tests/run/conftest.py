"""Runs of the tiny experiment `points.py`, in this process and in others."""

import contextlib
import functools
import io
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import time

import jax
import numpy as np
import pytest

from jaxgan.run import launch
from jaxgan.run.files import metrics_log

EXPERIMENT = pathlib.Path(__file__).with_name("points.py")
ROOT = pathlib.Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def keep_all_compiled_code():
    """Everything here is tiny: the cache's threshold would keep nothing."""
    name = "jax_persistent_cache_min_compile_time_secs"
    before = jax.config.values[name]
    jax.config.update(name, 0)
    yield
    jax.config.update(name, before)


@pytest.fixture
def train(tmp_path, capsys):
    """f(*arguments, run=..., experiment=...) trains here; returns the fingerprint."""

    def run(*arguments, run="run", experiment=EXPERIMENT, code=0):
        words = [*map(str, arguments), "--run-dir", str(tmp_path / run)]
        assert launch.train(experiment, words) == code
        return fingerprint_in(capsys.readouterr().out)

    return run


@pytest.fixture(scope="session")
def _runs(tmp_path_factory):
    """f(words, experiment) trains once; the run's folder."""

    @functools.cache
    def made(words, experiment):
        folder = tmp_path_factory.mktemp("trained") / "run"
        with contextlib.redirect_stdout(io.StringIO()):
            assert launch.train(experiment, [*words, "--run-dir", str(folder)]) == 0
        return folder

    return made


@pytest.fixture
def trained(tmp_path, _runs):
    """f(*arguments, run=..., experiment=...) copies a run, for those that only read it.

    It is trained for the first of them; returns the copy's folder.
    """

    def copy(*arguments, run="run", experiment=EXPERIMENT):
        source = _runs(tuple(map(str, arguments)), experiment)
        return pathlib.Path(shutil.copytree(source, tmp_path / run))

    return copy


def rows(run):
    return metrics_log.read_rows(run / metrics_log.METRICS)


def assert_alike(run, whole, without=0, tolerance=1e-3):
    """Two runs' rows: the same draws to the bit, all else to rounding.

    At the step `without` the first was stopped: that row and the next are parts of one.
    """
    after = without - without % -10
    pair = [
        [row for row in rows(folder) if row["step"] not in (without, after)]
        for folder in (run, whole)
    ]
    assert [row["step"] for row in pair[0]] == [row["step"] for row in pair[1]]
    for one, other in zip(*pair):
        assert one["discriminator/draws"] == other["discriminator/draws"]
        names = [name for name in one if "second" not in name]
        np.testing.assert_allclose(
            [one[name] for name in names],
            [other[name] for name in names],
            rtol=tolerance,
            atol=tolerance,
        )


def fingerprint_in(text):
    return re.findall(r"sha256:[0-9a-f]{64}", text)[-1]


def environment():
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "JAX_PLATFORMS": "cpu",
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
    }


def spawn(*arguments, devices=1):
    """Starts `python points.py *arguments`."""
    return subprocess.Popen(
        [sys.executable, str(EXPERIMENT), *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**environment(), "JAX_NUM_CPU_DEVICES": str(devices)},
    )


def spawn_together(*arguments, own=((), ()), devices=2):
    """Starts processes that train together; `own` are each one's further arguments."""
    with socket.socket() as listener:
        listener.bind(("localhost", 0))
        port = listener.getsockname()[1]
    where = ("--coordinator", f"localhost:{port}", "--processes", len(own))
    return [
        spawn(*arguments, *where, "--process", number, *words, devices=devices)
        for number, words in enumerate(own)
    ]


def wait_for_step(step, run, *processes):
    """Waits until a row of at least this step is written."""
    deadline = time.monotonic() + 240
    while not any(row["step"] >= step for row in rows(run)):
        for process in processes:
            assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)


def finish(process, timeout=240):
    """Waits; returns (status, stdout, stderr)."""
    out, err = process.communicate(timeout=timeout)
    return process.returncode, out, err
