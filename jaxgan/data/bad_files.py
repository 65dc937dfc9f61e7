"""Files that cannot be used: told all at once, and noted where they are left out."""

import json
import os
import pathlib

from jaxgan.data.file_name import shown
from jaxgan.data.image_listing import Listing
from jaxgan.data.source import DataError

NAMED = 12
"""Bad files that are told by name, at most."""
Faults = dict[int, str]
"""Why entries cannot be used, by their place in the listing."""


def told(listing: Listing, faults: Faults, what: str) -> str:
    """Names bad files, a line each, after a line that counts them.

    Args:
      listing: they are of.
      faults: of them.
      what: is said of them in the first line.
    """
    entries = listing.entries
    lines = [
        f"\n  {shown(entries[place].name)}: {faults[place]}"
        for place in sorted(faults)[:NAMED]
    ]
    if len(faults) > NAMED:
        lines.append(f"\n  and {len(faults) - NAMED:,} more")
    path = shown(str(listing.path))
    return f"{path}: {len(faults):,} of {len(entries):,} files {what}:{''.join(lines)}"


def check(listing: Listing, faults: Faults, skip_bad: bool) -> None:
    """Refuses bad files, unless they shall be left out and others are left.

    Raises:
      DataError: naming them.
    """
    if not faults or (skip_bad and len(faults) < len(listing.entries)):
        return
    if len(faults) == 1:
        ((place, reason),) = faults.items()
        raise DataError(f"{listing.title(listing.entries[place])}: {reason}")
    text = told(listing, faults, "cannot be used")
    if not skip_bad:
        text += "\nto leave such files out: --skip-bad, in Python skip_bad=True"
    raise DataError(text)


def note(path: pathlib.Path, listing: Listing, faults: Faults) -> None:
    """Writes down which files were bad, so that they are so the next time."""
    names = {listing.entries[at].name: why for at, why in faults.items()}
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    temporary.write_text(json.dumps(names))
    os.replace(temporary, path)


def noted(path: pathlib.Path, listing: Listing) -> Faults:
    """Reads which files were bad; none if nothing is written down, or it is damaged."""
    places = {one.name: place for place, one in enumerate(listing.entries)}
    try:
        known = json.loads(path.read_text())
        return {places[name]: str(reason) for name, reason in known.items()}
    except (OSError, ValueError, KeyError, AttributeError):
        return {}
