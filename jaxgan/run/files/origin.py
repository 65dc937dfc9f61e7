"""RUN[:STEP], a checkpoint that another run starts from, and the record of it."""

import json
import pathlib
from typing import Any, NamedTuple

from jaxgan.run.errors import RunError
from jaxgan.run.files import stored_text
from jaxgan.run.files.atomic_file import write_text

FILE = "started_from.json"
"""What was copied, and what did not fit."""


class Origin(NamedTuple):
    """Names a checkpoint of a run.

    Attributes:
      run: the run's folder.
      step: of the checkpoint; None stands for the newest that can be read.
    """

    run: pathlib.Path
    step: int | None = None

    def __str__(self) -> str:
        return f"{self.run}" if self.step is None else f"{self.run}:{self.step}"


def parse(text: str, option: str = "--start-from") -> Origin:
    """Reads RUN or RUN:STEP, which an option says.

    Raises:
      RunError: if no run is named.
    """
    run, colon, step = text.rpartition(":")
    if not (colon and step.isdigit()):
        run, step = text, ""
    if not run:
        raise RunError(f"{option}: saw {text!r}, wanted RUN or RUN:STEP")
    return Origin(pathlib.Path(run), int(step) if step else None)


def agree(stored: str | None, asked: str | None) -> bool:
    """Tells whether a run that started from one may be resumed with the other.

    It may be left out; without a step it names the run alone.
    """
    if asked is None or asked == stored:
        return True
    if stored is None:
        return False
    one, other = parse(stored), parse(asked)
    same = one.run.resolve() == other.run.resolve()
    return same and other.step in (None, one.step)


def write(run: pathlib.Path, record: dict[str, Any]) -> None:
    """Writes the record of a run's start."""
    write_text(run / FILE, json.dumps(record, indent=2) + "\n")


def read(run: pathlib.Path) -> dict[str, Any] | None:
    """Reads the record of a run's start; None if it started from nothing."""
    return stored_text.read_object(run / FILE)
