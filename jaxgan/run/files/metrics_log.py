"""What a run tells while it trains: metrics.jsonl, TensorBoard, and the terminal."""

import contextlib
import json
import math
import os
import pathlib
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from jaxgan.diagnosis import names
from jaxgan.diagnosis.history import of_seed
from jaxgan.run.devices.seed_axis import mean_and_spread
from jaxgan.run.display import display
from jaxgan.run.files import run_directory, stored_text
from jaxgan.run.files.tensorboard_log import TensorBoardLog

METRICS = "metrics.jsonl"


class Records:
    """Writes the logs of a run. Use as a context manager.

    Rows of steps after `step` are dropped: they will be written again, the same.
    `before(step)` counts the examples of all steps before one.
    """

    def __init__(
        self,
        run: pathlib.Path,
        step: int,
        stop: int,
        before: Callable[[int], int],
        seeds: Sequence[int] = (0,),
        unit: str = "images",
        save_every: float = math.inf,
    ):
        self._before, self._seeds = before, seeds
        self._path = run / METRICS
        rows = keep_rows(self._path, step, save_every)
        self._seconds = rows[-1]["seconds"] if rows else 0.0
        self._file = self._path.open("a")
        self._events = TensorBoardLog(run, step)
        self._display = display(step, stop, unit)
        self._since = step
        self._clock = time.monotonic()

    def __enter__(self) -> "Records":
        return self

    def __exit__(self, kind, error, trace) -> None:
        self._display.close()
        self._events.close()
        with contextlib.suppress(*[OSError] if kind else []):  # the first error counts
            self._file.close()

    def compiling(self) -> None:
        """Shows that no step ends for a while."""
        self._display.compiling()

    def compiled(self) -> None:
        """Shows that the first one has."""
        self._display.compiled()

    def busy(self, what: str) -> contextlib.AbstractContextManager[None]:
        """Shows what is done instead of steps, if it lasts."""
        return self._display.busy(what)

    def restart_clock(self, step: int) -> None:
        """Begins an interval here: what came before (compilation) is no training."""
        self._seconds += time.monotonic() - self._clock
        self._since, self._clock = step, time.monotonic()

    def skip(self, began: float) -> None:
        """Leaves the time since `began` (saving, drawing) out of images per second."""
        pause = time.monotonic() - began
        self._seconds += pause
        self._clock += pause

    def advance(self, step: int) -> None:
        """Moves the progress bar."""
        self._display.advance(step)

    def write(self, step: int, parts: Sequence[dict[str, float]]) -> None:
        """Writes the means since the last call, of each seed."""
        seconds = max(time.monotonic() - self._clock, 1e-9)
        images = (self._before(step) - self._before(self._since)) * len(self._seeds)
        self.restart_clock(step)
        rate = {names.IMAGES_PER_SECOND: round(images / seconds, 1)}
        self._display.show(self._append(step, rate, parts))

    def picture(self, step: int, picture: np.ndarray) -> None:
        """Shows a picture of samples, and adds it to TensorBoard."""
        self._display.picture(picture)
        self._events.picture(step, picture)

    def measured(self, step: int, parts: Sequence[dict[str, float]]) -> None:
        """Prints, and writes, what the experiment measured itself, of each seed."""
        if not parts[0]:
            return
        row = self._append(step, {}, parts)
        spread = row.get("spread", {})
        shown = " · ".join(
            f"{name} {row[name]:.4g}"
            + (f" ± {spread[name]:.2g}" if name in spread else "")
            for name in parts[0]
        )
        self.say(f"step {step}: {shown}")

    def note(self, step: int, parts: Sequence[dict[str, float]]) -> None:
        """Writes further numbers of each seed, without printing them."""
        self._append(step, {}, parts)

    def say(self, message: str) -> None:
        """Prints a line."""
        self._display.say(message)

    def _append(
        self, step: int, common: dict[str, float], parts: Sequence[dict[str, float]]
    ) -> dict[str, Any]:
        """Appends a row to metrics.jsonl, and scalars to TensorBoard; returns the row.

        Of several seeds it has the means under the usual names, and beside them
        'spread', the standard deviations, and 'seeds', the numbers of each.
        """
        run_directory.check_there(self._path.parent, METRICS)
        seconds = self._seconds + time.monotonic() - self._clock
        row: dict[str, Any] = {
            "step": step,
            "images": self._before(step),
            "seconds": round(seconds, 3),
            **common,
        }
        scalars = dict(common)
        if len(parts) == 1:
            scalars |= parts[0]
            row |= parts[0]
        else:
            means, spread = mean_and_spread(parts)
            by_seed = {str(seed): part for seed, part in zip(self._seeds, parts)}
            row |= {**means, "spread": spread, "seeds": by_seed}
            scalars |= means
            for seed, part in by_seed.items():
                scalars |= {f"seed_{seed}/{name}": x for name, x in part.items()}
        self._file.write(json.dumps(row) + "\n")
        self._file.flush()
        self._events.scalars(step, scalars)
        return row


class Silence:
    """Stands in for the records of a process that leaves them to another."""

    def __init__(self, *arguments: Any):
        del arguments

    def __enter__(self) -> "Silence":
        return self

    def __exit__(self, kind, error, trace) -> None:
        pass

    def busy(self, what: str) -> contextlib.AbstractContextManager[None]:
        """Shows nothing."""
        del what
        return contextlib.nullcontext()

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *arguments: None


def keep_rows(
    path: pathlib.Path, step: int, save_every: float = math.inf
) -> list[dict[str, Any]]:
    """Drops rows after a step, and a line cut off in the middle; returns the rest.

    The file is set aside if it holds anything else, or if the run must have lost its
    checkpoints.

    Args:
      path: of the file.
      step: that the run goes on from.
      save_every: steps after which there are checkpoints.
    """
    if not path.exists():
        return []
    *lines, last = path.read_bytes().split(b"\n")
    rows = read_rows(path)
    damaged = len(rows) < sum(1 for line in lines if line)
    lost = rows and not step and rows[-1]["step"] >= save_every
    if damaged:
        stored_text.set_aside(path, "has damaged lines; the others are kept")
    elif lost:
        stored_text.set_aside(
            path,
            f"goes to step {rows[-1]['step']}, but there is no checkpoint any more",
        )
    rows = [row for row in rows if row["step"] <= step]
    if last or damaged or lost or len(rows) != len(lines):
        unfinished = path.with_name(f".{path.name}.tmp")
        with unfinished.open("w") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    return rows


def read_rows(path: pathlib.Path, seed: int | None = None) -> list[dict[str, Any]]:
    """Reads the rows of a metrics.jsonl that are whole; [] if there is none.

    Args:
      path: of the file.
      seed: of one of several runs that were trained side by side: only its numbers.
    """
    rows = [row for row in stored_text.read_objects(path) if _is_row(row)]
    return rows if seed is None else [dict(row) for row in of_seed(rows, str(seed))]


def _is_row(row: dict[str, Any]) -> bool:
    """Tells a row of metrics from a line that something else has written."""
    seeds, spread = row.get("seeds", {}), row.get("spread", {})
    if not (isinstance(seeds, dict) and isinstance(spread, dict)):
        return False
    parts = [row, spread, *seeds.values()]
    return (
        type(row.get("step")) is int
        and {"images", "seconds"} <= row.keys()
        and ("seeds" in row) == ("spread" in row)
        and all(isinstance(part, dict) for part in parts)
        and all(
            isinstance(value, int | float)
            for part in parts
            for name, value in part.items()
            if name not in ("seeds", "spread")
        )
    )
