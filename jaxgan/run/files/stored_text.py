"""Text files of a run, read whatever has become of them.

A disk, an editor or another program may have cut, changed or replaced them. What can be
read is; the rest is passed over with a warning, and never in anybody's way.
"""

import functools
import json
import os
import pathlib
from typing import Any

from jaxgan.run.errors import warn
from jaxgan.run.files import json_file

LONGEST = 2**24
"""Bytes of a line; a row of a thousand seeds has a tenth of that."""


def read_text(path: pathlib.Path) -> str:
    """Reads a file; '' if there is none. What is no UTF-8 becomes U+FFFD."""
    return _read(path).decode(errors="replace")


def read_object(path: pathlib.Path) -> dict[str, Any] | None:
    """Reads a file that holds a JSON object; None if there is none."""
    try:
        found = json_file.read(path)
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        found = None
    if not isinstance(found, dict):
        _warn_once(f"{path} is damaged: it is passed over")
        return None
    return found


def read_objects(path: pathlib.Path) -> list[dict[str, Any]]:
    """Reads a file with a JSON object per line: those that are whole.

    The last one may be cut off, for its writer may have been killed.
    """
    *lines, last = _read(path).split(b"\n")
    found = [_object(line) for line in lines if line]
    if None in found:
        count = sum(1 for one in found if one is None)
        _warn_once(f"{path}: {count} damaged lines are passed over")
    return [one for one in (*found, _object(last)) if one is not None]


def set_aside(path: pathlib.Path, reason: str) -> None:
    """Moves a file or folder out of the way, keeping it, and says so."""
    place, number = path.with_name(f"damaged-{path.name}"), 1
    while os.path.lexists(place):
        number += 1
        place = path.with_name(f"damaged-{number}-{path.name}")
    path.rename(place)
    warn(f"{path} {reason}; moved to {place}")


def _read(path: pathlib.Path) -> bytes:
    # A pipe would be waited for.
    if path.is_file():
        try:
            return path.read_bytes()
        except OSError as error:
            _warn_once(f"{path} is passed over: {error.strerror}")
    elif os.path.lexists(path):
        _warn_once(f"{path} is no file: it is passed over")
    return b""


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(line) if len(line) <= LONGEST else None
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


@functools.cache
def _warn_once(message: str) -> None:
    warn(message)
