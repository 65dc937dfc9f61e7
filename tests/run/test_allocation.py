"""Freed memory stays, unless the environment says otherwise."""

import os
import platform
import subprocess
import sys

import pytest

BLOCK = 2**26  # bytes, twice the largest block that glibc ever keeps by itself
PROGRAM = f"""
import resource
import numpy as np
from jaxgan.run.allocation import keep_freed_memory

told = keep_freed_memory()
np.ones({BLOCK}, np.uint8)
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    np.ones({BLOCK}, np.uint8)
print(told, resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""

pytestmark = pytest.mark.skipif(
    platform.libc_ver()[0] != "glibc", reason="needs the library of C of GNU"
)


def run(**environment):
    """Whether glibc was told, and how many pages ten blocks of one size cost."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("MALLOC_")}
    kept.pop("GLIBC_TUNABLES", None)
    out = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=kept | environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    return out[0] == "True", int(out[1])


def test_freed_memory_is_used_again():
    told, faults = run()
    assert told
    assert faults < 100


@pytest.mark.parametrize(
    "environment",
    [{"MALLOC_ARENA_MAX": "4"}, {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=0"}],
)
def test_the_environment_knows_better(environment):
    told, faults = run(**environment)
    assert not told
    assert faults >= 10  # a block each; each of so many pages, unless they are huge
