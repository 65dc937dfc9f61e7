"""The pictures that a user names: files, folders, zips; and what is made of each."""

import pathlib
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from jaxgan.data.image_listing import LARGEST, Entry, Listing, image_listing
from jaxgan.data.source import DataError
from jaxgan.data.zip_listing import is_zip
from jaxgan.run.errors import RunError
from jaxgan.run.files import safe_name


class Item(NamedTuple):
    """One picture.

    Attributes:
      title: in messages.
      name: parts of its path below the top, the suffix included.
      read: f() -> its bytes; it raises errors of many kinds.
    """

    title: str
    name: tuple[str, ...]
    read: Callable[[], bytes]


def items(paths: Sequence[pathlib.Path]) -> list[Item]:
    """Lists all pictures, in order; folders and zips are gone through to their depth.

    Raises:
      RunError: if there is nothing of one of the names, or no file in it.
    """
    found: list[Item] = []
    for path in paths:
        if path.is_dir() or (path.is_file() and is_zip(path)):
            found += _inside(path)
        elif path.exists():
            found.append(Item(str(path), (path.name,), _reader(path)))
        else:
            raise RunError(f"{path}: does not exist, wanted a picture, folder or .zip")
    return found


def outputs(
    listed: Sequence[Item], out: pathlib.Path, suffix: Callable[[Item], str]
) -> Iterator[tuple[Item, pathlib.Path]]:
    """Names what is made of each picture: below `out`, with its name and a suffix.

    Of two pictures that would have one name, the second keeps its old suffix before the
    new one, or gets a number.

    Args:
      listed: the pictures.
      out: the folder.
      suffix: f(item) -> of its output's file.
    """
    taken: set[str] = set()
    for item in listed:
        *folders, name = item.name
        parts = [safe_name.safe(part, "folder") for part in folders]
        stem, dot, _ = name.rpartition(".")
        end = suffix(item)
        names = [stem if dot and stem else name, name]
        names += [f"{name}-{number}" for number in range(2, len(listed) + 2)]
        for one in names:
            path = out.joinpath(*parts, safe_name.safe(one, "picture") + end)
            key = str(path).lower()  # some file systems do not see the difference
            if key not in taken:
                break
        taken.add(key)
        yield item, path


def _inside(path: pathlib.Path) -> list[Item]:
    try:
        listing = image_listing(path)
    except DataError as error:
        raise RunError(str(error)) from None
    return [
        Item(
            listing.title(entry),
            tuple(entry.name.split("/")),
            _entry_reader(listing, entry),
        )
        for entry in listing.entries
    ]


def _reader(path: pathlib.Path) -> Callable[[], bytes]:
    def read() -> bytes:
        if not path.is_file():  # a pipe would be waited for
            raise DataError(f"{path}: no file; remove it")
        with path.open("rb") as file:
            return file.read(LARGEST)

    return read


def _entry_reader(listing: Listing, entry: Entry) -> Callable[[], bytes]:
    def read() -> bytes:
        if entry.fault:
            raise DataError(f"{listing.title(entry)}: {entry.fault}")
        with listing.reader() as reading:
            return reading(entry, LARGEST)

    return read
