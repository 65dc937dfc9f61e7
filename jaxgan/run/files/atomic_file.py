"""Files that appear whole or not at all."""

import os
import pathlib


def write_text(path: pathlib.Path, text: str) -> None:
    """Writes a file that appears whole or not at all, even through a power cut."""
    unfinished = path.with_name(f".{path.name}.tmp")
    unfinished.unlink(missing_ok=True)  # in a folder of others it may be a link
    with unfinished.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
