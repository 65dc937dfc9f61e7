"""not_finite.json: that a run ended at a number that is not finite, and at which."""

import json
import pathlib
from collections.abc import Sequence
from typing import Any

from jaxgan.run.files import stored_text
from jaxgan.run.files.atomic_file import write_text

FILE = "not_finite.json"


def write(run: pathlib.Path, step: int, names: Sequence[str], leaf: str) -> None:
    """Writes the record.

    Args:
      run: the run's folder.
      step: at which it was found.
      names: of the metrics that are not finite.
      leaf: the first such leaf of the state.
    """
    record = {"step": step, "not_finite": list(names), "leaf": leaf}
    write_text(run / FILE, json.dumps(record) + "\n")


def read(run: pathlib.Path, step: int) -> list[dict[str, Any]]:
    """Reads the record as a row of metrics; none if the run has gone on since.

    Args:
      run: the run's folder.
      step: of its last row.
    """
    record = stored_text.read_object(run / FILE)
    if record is None or not _is_whole(record):
        return []
    return [record] if record["step"] >= step else []


def _is_whole(record: dict[str, Any]) -> bool:
    names = record.get("not_finite")
    return (
        type(record.get("step")) is int
        and isinstance(names, list)
        and all(isinstance(name, str) for name in names)
        and isinstance(record.get("leaf"), str)
    )
