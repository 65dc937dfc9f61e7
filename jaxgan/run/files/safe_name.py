"""Names of classes and the like as names of files and folders.

A name may be any text: from a file of labels, an archive, another machine. What can
stand in a file system as it is does; another gets a name that can.
"""

import re
from collections.abc import Iterable

LONGEST = 100
"""Bytes of a name: others are put around it, and 255 is what a file system takes."""
FORBIDDEN = set('/\\:*?"<>|')
"""On some system or other."""
DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
"""What Windows takes for a device, with any suffix."""


def is_safe(name: str) -> bool:
    """Tells whether a name means one entry of a folder, on any system."""
    return (
        0 < len(name.encode(errors="replace")) <= LONGEST
        and name.isprintable()
        and not FORBIDDEN & set(name)
        and name == name.strip()
        and not name.startswith(".")
        and not name.endswith(".")
        and not DEVICES.fullmatch(name)
        and _encodes(name)
    )


def _encodes(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:  # half of a pair, as a name of undecodable bytes has
        return False
    return True


def safe(name: object, otherwise: str = "name") -> str:
    """Gives a name itself if it is safe, else what of it is, behind a word.

    Args:
      name: any text.
      otherwise: the word: 'class_3'.
    """
    text = str(name)
    if is_safe(text):
        return text
    kept = re.sub(r"[^A-Za-z0-9]+", "-", text)[:30].strip("-")
    return f"{otherwise}_{kept}" if kept else otherwise


def safe_all(names: Iterable[object], kind: str = "class") -> list[str]:
    """Makes names that are safe, and different even where case does not count.

    Args:
      names: any, numbered from 0.
      kind: of what they name; it stands before those that are not safe.
    """
    taken: set[str] = set()
    made = []
    for number, text in enumerate(map(str, names)):
        word = f"{kind}_{number}"
        one = safe(text, word)
        if one.casefold() in taken:
            one = safe(f"{word}_{text}", word)
        while one.casefold() in taken:
            one += "_"
        taken.add(one.casefold())
        made.append(one)
    return made
