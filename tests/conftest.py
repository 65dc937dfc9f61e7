"""Every test runs with the strictest settings of JAX and eight simulated devices."""

import atexit
import ctypes
import gc
import importlib.metadata
import os
import pathlib
import shutil
import socket
import tempfile

import pytest

CACHE = pathlib.Path(
    os.environ.get("JAX_COMPILATION_CACHE_DIR", "/tmp/jaxgan-test-compilation")
)
os.environ["JAX_COMPILATION_CACHE_DIR"] = str(CACHE)  # subprocesses share it
if "JAXGAN_CACHE" not in os.environ:  # nothing is kept in the user's
    os.environ["JAXGAN_CACHE"] = tempfile.mkdtemp(prefix="jaxgan-test-cache-")
    atexit.register(shutil.rmtree, os.environ["JAXGAN_CACHE"], ignore_errors=True)
os.environ.setdefault("MPLBACKEND", "Agg")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # see `xla._hush`
# A quarter of the suite's time; subprocesses must have the same bits.
os.environ["JAX_DISABLE_MOST_OPTIMIZATIONS"] = "true"
# Eight devices share the cores of a machine that may be busy: by default XLA aborts the
# process when one of them keeps the others waiting for 40 seconds.
os.environ["XLA_FLAGS"] = (
    os.environ.get("XLA_FLAGS", "")
    + " --xla_cpu_collective_call_terminate_timeout_seconds=600"
)
# Thousands of programs are compiled, small ones mostly, which is over half of all the
# time. Without these each takes half as long: cores have tests of their own to run, and
# code in one piece takes less than in parts. Other versions may not know the flags, and
# XLA ends the process that names one unknown to it.
if importlib.metadata.version("jaxlib").startswith("0.10."):
    os.environ["XLA_FLAGS"] += (
        " --xla_cpu_use_fusion_emitters=false"
        " --xla_cpu_parallel_codegen_split_count=1"
        " --xla_llvm_force_inline_before_split=false"
    )

import jax  # noqa: E402

jax.config.update("jax_num_cpu_devices", 8)
jax.config.update("jax_compilation_cache_dir", str(CACHE))
jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.2)
jax.config.update("jax_numpy_dtype_promotion", "strict")
jax.config.update("jax_numpy_rank_promotion", "raise")
jax.config.update("jax_debug_nans", True)


_getaddrinfo = socket.getaddrinfo


def _getaddrinfo_here(host, *arguments, **options):
    """Finds this machine only: no test reads from the network, or waits for it."""
    if host not in (None, "", "localhost", "127.0.0.1", "::1", socket.gethostname()):
        raise socket.gaierror(socket.EAI_NONAME, f"tests use no network, saw {host!r}")
    return _getaddrinfo(host, *arguments, **options)


socket.getaddrinfo = _getaddrinfo_here


# Traces are made of millions of small objects that stay: looked through less often.
gc.set_threshold(20_000, 20, 100)


MUCH = 2 * 2**30
"""Bytes of memory."""
FEW = 20
"""Tests that run before caches are cleared again."""
_since = 0


def pytest_runtest_teardown():
    """Forgets compiled functions: by the end they would take gigabytes."""
    global _since
    _since += 1
    if _since >= FEW and _resident() > MUCH:
        jax.clear_caches()
        gc.collect()
        # Compiled code comes in small pieces, which glibc keeps when they are freed.
        if hasattr(libc := ctypes.CDLL(None), "malloc_trim"):
            libc.malloc_trim(0)
        _since = 0


def _resident():
    """Bytes of memory that this process has; 0 where no file tells."""
    file = pathlib.Path("/proc/self/statm")
    pages = int(file.read_text().split()[1]) if file.exists() else 0
    return pages * os.sysconf("SC_PAGE_SIZE")


@pytest.fixture(scope="session")
def golden():
    """The folder of numeric vectors made by the official implementations."""
    return pathlib.Path(__file__).parent / "golden"


@pytest.fixture(scope="session")
def shared_data():
    """The folder of real data sets."""
    beside = pathlib.Path(__file__).resolve().parents[2] / "shared/data"
    path = pathlib.Path(os.environ.get("JAXGAN_TEST_DATA", beside))
    if not path.is_dir():
        pytest.skip(f"no folder {path}; JAXGAN_TEST_DATA may name another")
    return path
