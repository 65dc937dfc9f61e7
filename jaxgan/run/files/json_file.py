"""JSON files of a run's folder, which may be of others, read within bounds."""

import json
import pathlib
from typing import Any

LARGEST = 64 * 2**20
"""Bytes of a file that is read whole."""


def read(path: pathlib.Path) -> Any:
    """Reads a file of JSON.

    Raises:
      FileNotFoundError: if it is not there.
      ValueError: if it is no file, is damaged, nested too deeply or too large.
    """
    if not path.is_file() and path.exists():
        raise ValueError("it is no file")
    with path.open("rb") as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise ValueError(f"it has more than {LARGEST} bytes")
    try:
        return json.loads(content)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
