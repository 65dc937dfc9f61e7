"""Files of SMILES: a column of a table, or a list."""

import csv
import gzip
import io
import pathlib
import zlib
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from jaxgan.data.source import DataError

TABLES = {".csv": ",", ".tsv": "\t"}
LISTS = (".smi", ".smiles", ".txt")


class Row(NamedTuple):
    """A SMILES of a file, and the number of its line."""

    line: int
    smiles: str


def smiles_rows(path: pathlib.Path, column: str | None) -> Iterator[Row]:
    """Reads the rows of a file; `molecules` tells of which.

    Raises:
      DataError: if it cannot be read, or has no such column.
    """
    packed = path.suffix == ".gz"
    suffix = pathlib.Path(path.stem).suffix if packed else path.suffix
    if suffix not in TABLES and suffix not in LISTS:
        wanted = ", ".join((*TABLES, *LISTS))
        raise DataError(f"{path}: saw {suffix or 'no suffix'}, wanted {wanted} or .gz")
    try:
        data = path.read_bytes()
        text = (gzip.decompress(data) if packed else data).decode("utf-8-sig")
    except FileNotFoundError:
        raise DataError(f"{path}: there is no such file of molecules") from None
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise DataError(f"{path}: cannot be read: {error}") from None
    if suffix in LISTS:
        if column is not None:
            raise DataError(f"column: saw {column!r}, wanted none: {path} is a list")
        lines = enumerate(text.splitlines(), 1)
        yield from (Row(line, one.split()[0]) for line, one in lines if one.strip())
        return
    reader = csv.reader(io.StringIO(text), delimiter=TABLES[suffix])
    try:
        place = _place(path, next(reader, []), column)
        for cells in reader:
            if any(cells):
                smiles = cells[place].strip() if place < len(cells) else ""
                yield Row(reader.line_num, smiles)
    except csv.Error as error:
        line = reader.line_num
        raise DataError(f"{path}, line {line}: cannot be read: {error}") from None


def _place(path: pathlib.Path, header: Sequence[str], column: str | None) -> int:
    """Finds the column.

    Raises:
      DataError: if there is none, or it is not clear which.
    """
    if column is not None and column in header:
        return header.index(column)
    found = [i for i, name in enumerate(header) if name.strip().lower() == "smiles"]
    if column is None and (len(found) == 1 or len(header) == 1):
        return found[0] if found else 0
    seen = repr(column) if column is not None else "none"
    raise DataError(f"{path}: column: saw {seen}, wanted one of {list(header)}")
