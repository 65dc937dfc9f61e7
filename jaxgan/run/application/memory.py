"""How much memory is left for a program."""

import pathlib

import jax

_LIMIT = pathlib.Path("/sys/fs/cgroup/memory.max")
_USED = pathlib.Path("/sys/fs/cgroup/memory.current")


def available() -> int:
    """Counts the bytes that the first device has left; a CPU's are the machine's."""
    device = jax.local_devices()[0]
    told = device.memory_stats() or {}
    if "bytes_limit" in told:
        return told["bytes_limit"] - told.get("bytes_in_use", 0)
    return of_the_machine()


def of_the_machine() -> int:
    """Counts the bytes that the machine has left, of a container what it may have."""
    import psutil

    left = psutil.virtual_memory().available
    try:
        return min(left, int(_LIMIT.read_text()) - int(_USED.read_text()))
    except (OSError, ValueError):  # no container, or none with a limit
        return left


def needed(compiled: jax.stages.Compiled) -> int:
    """Counts the bytes of a compiled program's temporaries and outputs."""
    told = compiled.memory_analysis()
    if told is None:
        return 0
    return told.temp_size_in_bytes + told.output_size_in_bytes
