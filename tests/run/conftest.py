"""Runs of the tiny experiment `points.py`, in this process and in others."""

import os
import pathlib
import re
import subprocess
import sys

import jax
import pytest

from jaxgan.run import launch

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


def fingerprint_in(text):
    return re.findall(r"sha256:[0-9a-f]{64}", text)[-1]


def environment():
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "JAX_PLATFORMS": "cpu",
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
    }


def spawn(*arguments, **options):
    """Starts `python points.py *arguments`."""
    return subprocess.Popen(
        [sys.executable, str(EXPERIMENT), *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
        **options,
    )


def finish(process, timeout=120):
    """Waits; returns (status, stdout, stderr)."""
    out, err = process.communicate(timeout=timeout)
    return process.returncode, out, err
