"""Logged metrics as series over steps, and what is found in them."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

LATE = 2 / 3
"""What comes after this share of the steps is late: the first part of every run looks
ill, so findings are about the last third."""

Row = Mapping[str, Any]


class Finding(NamedTuple):
    """Something wrong.

    Attributes:
      name: of the failure.
      evidence: what was seen, with figures.
      advice: what to try, the most likely first; names in backquotes are jaxgan's.
    """

    name: str
    evidence: str
    advice: tuple[str, ...]


class History:
    """The rows of one run's metrics.jsonl, in order of step.

    Attributes:
      rows: as given.
      last: the last step.
      names: of all that was logged in the last third.
    """

    def __init__(self, rows: Sequence[Row]):
        self.rows = rows
        self.last = max((int(row["step"]) for row in rows), default=0)
        start = LATE * self.last
        self.names = {name for row in rows if row["step"] > start for name in row}

    def series(self, name: str, after: float = LATE) -> np.ndarray:
        """The values [n] of one metric after a share of the steps."""
        start = after * self.last
        return np.asarray(
            [row[name] for row in self.rows if name in row and row["step"] > start],
            np.float64,
        )

    def late(self, name: str) -> float:
        """The median of the last third; NaN, to which nothing compares, if unknown."""
        values = self.series(name)
        return float(np.median(values)) if len(values) else float("nan")

    def before(self, name: str) -> float:
        """The median of the middle third; NaN if unknown."""
        values = self.series(name, 1 - LATE)
        values = values[: len(values) - len(self.series(name))]
        return float(np.median(values)) if len(values) else float("nan")


def shown(value: float | np.floating, digits: int = 2) -> str:
    """So many significant digits, written out: '0.024', '110', '30,800'."""
    return f"{float(f'{value:.{digits}g}'):,g}"


def of_seed(rows: Sequence[Row], seed: str) -> list[Row]:
    """One run's rows among those of several that were trained side by side."""
    return [
        {"step": row["step"], **row["seeds"][seed]} if "seeds" in row else row
        for row in rows
        if seed in row.get("seeds", (seed,))
    ]
