"""What the benchmarks share: interleaved rounds, and rows of a table."""

import importlib.metadata
import importlib.util
import os
import pathlib
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

PAUSE = 0.3
"""Seconds between two plays."""


class Quartiles(NamedTuple):
    """Of some timings."""

    low: float
    median: float
    high: float


def interleaved(
    plays: Mapping[str, Callable[[], None]], rounds: int
) -> dict[str, list[float]]:
    """Seconds of each play in every round, after a round that only warms up.

    A round plays each once, so that what else the machine does falls on all. There is a
    pause between two: PyTorch's threads go on waiting for work, busily, for a while
    after there is none, and would slow down what comes next.
    """
    timings: dict[str, list[float]] = {name: [] for name in plays}
    for number in range(rounds + 1):
        for name, play in plays.items():
            time.sleep(PAUSE)
            began = time.perf_counter()
            play()
            if number:
                timings[name].append(time.perf_counter() - began)
    return timings


def confine(threads: int) -> None:
    """Leaves so many processors to this process, and threads to PyTorch, if it is here.

    XLA has a thread for each processor it may use when it begins: before that it is
    called.

    Raises:
      SystemExit: if there are not so many.
    """
    known = sorted(os.sched_getaffinity(0))
    if threads > len(known):
        raise SystemExit(f"--threads: saw {threads}, wanted at most {len(known)}")
    os.sched_setaffinity(0, known[-threads:])
    if importlib.util.find_spec("torch") is not None:
        import torch

        torch.set_num_threads(threads)


def protocol(threads: int) -> str:
    """One line: the processor, its widest vectors, threads, versions."""
    told = pathlib.Path("/proc/cpuinfo").read_text()
    facts = dict(
        map(str.strip, line.split(":", 1))
        for line in reversed(told.splitlines())
        if ":" in line
    )
    flags = facts.get("flags", "").split()
    widest = [name for name in ("avx512f", "avx2") if name in flags][:1]
    parts = [" ".join([facts.get("model name", "a processor"), *widest])]
    parts += [f"{threads} of {os.cpu_count()} processors"]
    for name in ("jax", "torch", "onnxruntime"):
        try:
            parts.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            parts.append(f"no {name}")
    if policy := os.environ.get("OMP_WAIT_POLICY"):
        parts.append(f"OMP_WAIT_POLICY={policy}")
    return ", ".join(parts)


def quartiles(values: Sequence[float]) -> Quartiles:
    """The quartiles; of a single value, that value thrice."""
    if len(values) == 1:
        return Quartiles(values[0], values[0], values[0])
    return Quartiles(*statistics.quantiles(values))


def median_ratio(above: Sequence[float], below: Sequence[float]) -> float:
    """The median over rounds of one timing over another of the same round."""
    return statistics.median(a / b for a, b in zip(above, below, strict=True))


def row(cells: Sequence[str]) -> str:
    """One line of a table in Markdown."""
    return f"| {' | '.join(cells)} |"


def head(cells: Sequence[str]) -> str:
    """Its first two lines."""
    return f"{row(cells)}\n{'|---' * len(cells)}|"
