"""Files of pages: those that all have, and a page's own."""

import pathlib

SHARED = pathlib.Path(__file__).parent / "page"


def copy(own: pathlib.Path, folder: pathlib.Path) -> None:
    """Copies the files of a page, but for texts that become scripts (JSON).

    Args:
      own: the folder with the page's own files.
      folder: that gets them, beside those that all pages share.
    """
    for path in sorted([*SHARED.iterdir(), *own.iterdir()]):
        if path.suffix != ".json":
            (folder / path.name).write_bytes(path.read_bytes())
