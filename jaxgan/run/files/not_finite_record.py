"""not_finite.json: that a run ended at a number that is not finite, and at which."""

import json
import pathlib
from collections.abc import Sequence
from typing import Any

from jaxgan.run.files import stored_text
from jaxgan.run.files.atomic_file import write_text

FILE = "not_finite.json"


def write(
    run: pathlib.Path,
    step: int,
    names: Sequence[str],
    leaf: str,
    seeds: Sequence[int] | None = None,
) -> None:
    """Writes the record.

    Args:
      run: the run's folder.
      step: at which it was found.
      names: of the metrics that are not finite.
      leaf: the first such leaf of the state.
      seeds: of several runs side by side, those concerned.
    """
    record: dict[str, Any] = {"step": step, "not_finite": list(names), "leaf": leaf}
    if seeds is not None:
        record["seeds"] = list(seeds)
    write_text(run / FILE, json.dumps(record) + "\n")


def read(run: pathlib.Path, step: int, seed: str = "") -> list[dict[str, Any]]:
    """Reads the record as a row of metrics; none if the run has gone on since.

    Args:
      run: the run's folder.
      step: of its last row.
      seed: of one of several runs side by side; none if it does not concern that.
    """
    record = stored_text.read_object(run / FILE)
    if record is None or not _is_whole(record):
        return []
    concerned = record.pop("seeds", None)
    if seed and isinstance(concerned, list) and seed not in map(str, concerned):
        return []
    return [record] if record["step"] >= step else []


def seeds(run: pathlib.Path) -> list[str]:
    """Reads which of several runs side by side it concerns."""
    record = stored_text.read_object(run / FILE) or {}
    listed = record.get("seeds")
    return list(map(str, listed)) if isinstance(listed, list) else []


def _is_whole(record: dict[str, Any]) -> bool:
    names = record.get("not_finite")
    return (
        type(record.get("step")) is int
        and isinstance(names, list)
        and all(isinstance(name, str) for name in names)
        and isinstance(record.get("leaf"), str)
    )
