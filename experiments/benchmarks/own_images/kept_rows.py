"""Results in a file, row by row, so that a benchmark goes on where it was stopped."""

import json
import pathlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

import jaxgan
from jaxgan import data
from jaxgan.run.devices import xla

FILE = "results.json"

Row = dict[str, Any]


class KeptRows:
    """The rows of a benchmark, each known by some of its cells.

    Attributes:
      rows: all that were measured so far.
    """

    def __init__(self, folder: pathlib.Path, protocol: Mapping[str, Any]):
        """Reads what was measured before.

        Args:
          folder: where the file lies.
          protocol: what all rows have in common.

        Raises:
          SystemExit: if it was measured otherwise, or the file is damaged.
        """
        self._path, self._protocol = folder / FILE, dict(protocol)
        self.rows: list[Row] = []
        folder.mkdir(parents=True, exist_ok=True)
        if not self._path.exists():
            return
        try:
            before = json.loads(self._path.read_text())
            known, self.rows = before["protocol"], list(before["rows"])
        except (ValueError, KeyError, TypeError):
            raise SystemExit(
                f"--out: {self._path} is damaged, wanted another folder"
            ) from None
        for name, value in json.loads(json.dumps(self._protocol)).items():
            if known.get(name) != value:
                raise SystemExit(
                    f"--{name.replace('_', '-')}: saw {value}, wanted "
                    f"{known.get(name)} as in {self._path}, or another --out"
                )

    def has(self, **cells: Any) -> bool:
        """Tells whether there is a row with these cells."""
        return bool(self.of(**cells))

    def of(self, **cells: Any) -> list[Row]:
        """All rows with these cells."""
        return [row for row in self.rows if cells.items() <= row.items()]

    def add(self, **cells: Any) -> None:
        """Adds a row, and keeps all in the file, whole or not at all."""
        self.rows.append(cells)
        draft = self._path.with_name(f".{FILE}")
        content = {"protocol": self._protocol, "rows": self.rows}
        draft.write_text(json.dumps(content, indent=1))
        draft.replace(self._path)


def finish(
    options: Any,
    measure: Callable[[Any, KeptRows], None],
    lines: Callable[[KeptRows, Any], list[str]],
) -> list[str]:
    """Measures what is not measured yet, and prints the table; returns its lines.

    Args:
      options: of the benchmark, with `out` and `protocol`.
      measure: f(options, rows) adds the rows that are missing.
      lines: f(rows, options) -> the table.
    """
    xla.set_up_xla()
    kept = KeptRows(options.out, options.protocol)
    try:
        measure(options, kept)
    except (data.DataError, jaxgan.RunError, OSError) as error:
        raise SystemExit(str(error)) from None
    table = lines(kept, options)
    print("\n".join(table))
    return table


def spread(values: Sequence[float], digits: int = 2) -> str:
    """Mean ± standard deviation; of one value that value."""
    if not values:
        return "-"
    text = f"{np.mean(values):.{digits}f}"
    return text + (f" ± {np.std(values, ddof=1):.{digits}f}" if len(values) > 1 else "")


def line(cells: Sequence[str]) -> str:
    """One line of a table in Markdown."""
    return f"| {' | '.join(cells)} |"


def head(cells: Sequence[str]) -> list[str]:
    """Its first two lines."""
    return [line(cells), "|---" * len(cells) + "|"]
