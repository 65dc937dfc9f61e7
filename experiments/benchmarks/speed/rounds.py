"""What the benchmarks share: interleaved rounds, and rows of a table."""

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
