"""Memory that a run frees stays with its process, for the next step."""

import ctypes
import os
import platform

PARAMETERS = {
    "M_MMAP_MAX": (-4, 0),  # large blocks come from the heap, too
    "M_TRIM_THRESHOLD": (-1, 2**31 - 1),  # which does not shrink,
    "M_TOP_PAD": (-2, 2**28),  # grows by this many bytes more than it must
    "M_ARENA_MAX": (-8, 1),  # and is the only one: others are of 64 MiB at most
}
"""{name: (number, value)} in glibc's malloc.h; see `man mallopt`."""


def keep_freed_memory() -> bool:
    """Tells glibc to keep what is freed; whether it was told.

    By default every large block is mapped when it is asked for and returned when it is
    freed. On a CPU the buffers of a step are such blocks, so each step would wait for
    the kernel to clear the same pages again: of R3GAN at 32×32, 188,000 pages, a tenth
    of its time. The process then keeps the most that it ever needed.

    Other libraries of C have no such parameters. Where the environment says how to
    allocate (`MALLOC_…_`, or glibc.malloc in `GLIBC_TUNABLES`), it knows better.
    """
    if platform.libc_ver()[0] != "glibc" or _chosen_by_user():
        return False
    mallopt = ctypes.CDLL(None).mallopt
    return all(mallopt(*parameter) for parameter in PARAMETERS.values())


def _chosen_by_user() -> bool:
    return "glibc.malloc" in os.environ.get("GLIBC_TUNABLES", "") or any(
        name.startswith("MALLOC_") for name in os.environ
    )
