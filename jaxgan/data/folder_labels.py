"""Labels of images by the folders they lie in, or by StyleGAN's file of labels."""

import json
import pathlib
from typing import Any, Literal, NamedTuple

import numpy as np

from jaxgan.data.file_name import shown
from jaxgan.data.image_listing import Entry, Listing
from jaxgan.data.source import DataError

Mode = Literal["auto", "optional", "none"]
MODES: tuple[Mode, ...] = ("auto", "none", "optional")
CLASSES = 1_000_000
"""A table of labels may have."""
TABLE_BYTES = 2**29
"""It may be as large as that."""
UNKNOWN = -1
"""The label of a file outside of all classes, which may turn out to be no picture."""
_PICTURES = frozenset(
    (
        *(".avif", ".bmp", ".dib", ".gif", ".heic", ".heif", ".ico", ".j2k"),
        *(".jfif", ".jp2", ".jpe", ".jpeg", ".jpg", ".jxl", ".pbm", ".pcx"),
        *(".pgm", ".png", ".pnm", ".ppm", ".qoi", ".sgi", ".tga", ".tif"),
        *(".tiff", ".webp"),
    )
)


class FolderLabels(NamedTuple):
    """Labels of all entries of a listing.

    Attributes:
      numbers: [n], or None if there are none.
      classes: their names.
    """

    numbers: np.ndarray | None = None
    classes: tuple[str, ...] = ()


def folder_labels(listing: Listing, mode: Mode) -> FolderLabels:
    """Finds the labels of all entries.

    Those of the file dataset.json, if there is one; else the names of the folders at
    the top, unless no file lies in one. An entry without, which is a picture by neither
    its name nor its place, has `UNKNOWN`.

    Args:
      listing: of a folder or zip.
      mode: 'auto'; 'optional', which is 'auto' where that finds no fault, else 'none';
        or 'none'.

    Raises:
      DataError: if some have labels and others none, a class has no files, or the file
        of labels is damaged.
    """
    if mode == "none":
        return FolderLabels()
    try:
        if listing.table is not None:
            return _by_table(listing, listing.table)
        return _by_folder(listing)
    except DataError:
        if mode == "optional":
            return FolderLabels()
        raise


def kept(
    listing: Listing, labels: FolderLabels, places: np.ndarray, mode: Mode
) -> FolderLabels:
    """Picks the labels of the entries at some places, which turned out to be pictures.

    Raises:
      DataError: if one has none, or no picture is left of a class.
    """
    if labels.numbers is None:
        return labels
    numbers = labels.numbers[places]
    fault = ""
    if (numbers == UNKNOWN).any():
        entry = listing.entries[int(places[np.argmin(numbers)])]
        fault = _loose(listing, entry)
    counts = np.bincount(numbers[numbers >= 0], minlength=len(labels.classes))
    if listing.table is None and not counts.all():
        fault = _empty(listing, labels.classes[int(np.argmin(counts))])
    if not fault:
        return labels._replace(numbers=numbers)
    if mode == "optional":
        return FolderLabels()
    raise DataError(fault)


def _by_folder(listing: Listing) -> FolderLabels:
    tops = [
        entry.name.split("/", 1)[0] if "/" in entry.name else ""
        for entry in listing.entries
    ]
    if not any(tops):
        return FolderLabels()
    if empty := sorted(listing.folders.difference(tops)):
        raise DataError(_empty(listing, empty[0]))
    for top, entry in zip(tops, listing.entries):
        if not top and _claims_to_be_picture(entry):
            raise DataError(_loose(listing, entry))
    folders = sorted(listing.folders)
    numbers = {name: number for number, name in enumerate(folders)}
    labels = [numbers.get(top, UNKNOWN) for top in tops]
    return FolderLabels(np.array(labels, np.int32), tuple(map(shown, folders)))


def _claims_to_be_picture(entry: Entry) -> bool:
    suffix = pathlib.PurePath(entry.name).suffix.lower()
    return suffix in _PICTURES and not entry.fault


def _loose(listing: Listing, entry: Entry) -> str:
    if listing.table is not None:
        where = f"it is not in {listing.title(listing.table)}; add it"
    else:
        where = "for other images lie in sub-folders; move it into one"
    return f"{listing.title(entry)}: missing label, {where}, or give labels='none'"


def _empty(listing: Listing, name: str) -> str:
    return f"{listing.below(name)}: a class without images; fill or remove it"


def _by_table(listing: Listing, table: Entry) -> FolderLabels:
    """Reads {"labels": [[name, number], ...]}, or {"labels": null}: there are none."""
    title = listing.title(table)
    rows = _rows(title, listing, table)
    if rows is None:
        return FolderLabels()
    known: dict[str, Any] = {}
    for row in rows:
        if not (isinstance(row, list) and len(row) == 2 and isinstance(row[0], str)):
            raise DataError(f"{title}: saw {_short(row)}, wanted [name, number]")
        known[row[0].replace("\\", "/").removeprefix("./")] = row[1]
    numbers = []
    for entry in listing.entries:
        if entry.name in known:
            numbers.append(_number(title, entry.name, known[entry.name]))
        elif _claims_to_be_picture(entry):
            raise DataError(_loose(listing, entry))
        else:
            numbers.append(UNKNOWN)
    names = tuple(map(str, range(max(numbers) + 1)))
    return FolderLabels(np.array(numbers, np.int32), names)


def _rows(title: str, listing: Listing, table: Entry) -> list[Any] | None:
    if table.fault or table.size > TABLE_BYTES:
        raise DataError(
            f"{title}: {table.fault or f'saw {table.size:,} bytes'}, wanted a file of "
            f"labels of at most {TABLE_BYTES:,}"
        )
    try:
        with listing.reader() as read:
            content = json.loads(read(table, TABLE_BYTES))
    except Exception as error:  # of files, zips, texts and JSON
        reason = " ".join(str(error).split()) or type(error).__name__
        raise DataError(
            f"{title}: cannot be read as labels ({reason}); replace it, or give "
            "labels='none'"
        ) from None
    rows = content.get("labels") if isinstance(content, dict) else content
    if rows is not None and not (isinstance(content, dict) and isinstance(rows, list)):
        raise DataError(
            f"{title}: saw {_short(content)}, wanted "
            "{'labels': [[name, number], ...]}"
        )
    return rows or None


def _number(title: str, name: str, value: Any) -> int:
    whole = isinstance(value, int | float) and not isinstance(value, bool)
    if not whole or value != value or not 0 <= value < CLASSES or value != int(value):
        raise DataError(
            f"{title}: saw the label {_short(value)} of {shown(name)}, wanted an "
            f"integer from 0 to {CLASSES - 1:,}"
        )
    return int(value)


def _short(value: Any) -> str:
    text = shown(repr(value))
    return text if len(text) <= 60 else f"{text[:60]}..."
