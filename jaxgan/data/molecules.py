"""Molecules out of files of SMILES."""

import collections
import contextlib
import dataclasses
import json
import os
import pathlib
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxgan.core.types import Sample
from jaxgan.data.blank import SIZE as BLANK
from jaxgan.data.blank import is_blank
from jaxgan.data.cache import cache_folder, digest
from jaxgan.data.draft import draft, remove_left_behind
from jaxgan.data.molecule_graphs import (
    BONDS,
    Encoding,
    Unfit,
    chemistry,
    decode,
    encode,
    strict_smiles,
)
from jaxgan.data.small_molecules import SMILES
from jaxgan.data.smiles_file import Row, smiles_rows
from jaxgan.data.source import DataError, Source, Subset

VERSION = 1
"""Of what is kept: another one for another form."""
ALWAYS_LEFT_OUT = ("unparsable", "charged", "in pieces", "of other bonds")
"""What no encoding can have. What another one could is refused, if not skipped."""


class Reading(NamedTuple):
    """What became of a file's rows.

    Attributes:
      rows: how many there were.
      left_out: how many were, by why.
      came_back: how many of those that were encoded are themselves again, decoded.
      encoded: how many were.
    """

    rows: int
    left_out: Mapping[str, int]
    came_back: int
    encoded: int

    def __str__(self) -> str:
        parts = [f"{count:,} {why}" for why, count in sorted(self.left_out.items())]
        out = f"; left out {', '.join(parts)}" if parts else ""
        share = self.came_back / max(self.encoded, 1)
        return (
            f"{self.came_back:,} molecules of {self.rows:,} rows; {share:.2%} of those "
            f"that fit come back as themselves{out}"
        )


# Compared by identity: arrays have no truth value.
@dataclasses.dataclass(frozen=True, eq=False)
class Molecules:
    """A source of `Sample({"adjacency": ..., "nodes": ...})`; see `molecules`.

    Attributes:
      nodes: kinds of atoms, uint8 [n, N].
      bonds: kinds of bonds, uint8 [n, N, N].
      names: canonical SMILES.
      encoding: how they are graphs.
      reading: what became of the file's rows.
    """

    nodes: np.ndarray
    bonds: np.ndarray
    names: np.ndarray
    encoding: Encoding
    reading: Reading

    classes = ()
    """No labels."""

    @property
    def size(self) -> int:
        """The number of molecules."""
        return len(self.nodes)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the bonds of one."""
        return self.encoding.shapes["adjacency"]

    @property
    def shapes(self) -> Sample:
        """Shapes of one example."""
        return _shapes(self.encoding)

    @property
    def stored(self) -> tuple[np.ndarray, ...]:
        """All that examples are made of."""
        return self.nodes, self.bonds

    def examples(self, indices: np.ndarray) -> Sample:
        """Gathers by index: ones and zeros, float32."""
        bonds = np.eye(BONDS, dtype=np.float32)[self.bonds[indices]]
        atoms = np.eye(self.encoding.atoms, dtype=np.float32)[self.nodes[indices]]
        return Sample({"adjacency": bonds, "nodes": atoms})


def molecules(
    path: str | os.PathLike | None = None,
    size: int = 9,
    elements: Sequence[str] = ("C", "N", "O", "F"),
    *,
    column: str | None = None,
    skip: bool = False,
) -> Molecules:
    """Molecules of a file of SMILES, as graphs of atoms and bonds.

    Each is there once, whatever it was written like, without hydrogens and chirality,
    with Kekulé's bonds. Rows that are no SMILES, or have charges, radicals or several
    pieces, are left out and counted; so is what does not come back as itself from its
    graph. Larger molecules and other elements are refused, or left out with `skip`. Of
    what was read a line is written.

    Args:
      path: a .csv or .tsv with a header, or a list (.smi, .smiles, .txt) whose lines
        begin with a SMILES; each may end in .gz. None: a hundred and more molecules
        that everybody knows.
      size: N, the most atoms that a molecule has.
      elements: of its atoms.
      column: of the SMILES; by default 'smiles', in any case, or the only one.
      skip: leave out molecules that are too large, or of other elements.

    Raises:
      DataError: if RDKit is not there, or nothing fits, or a row is refused: with its
        line and the fix.
    """
    encoding = Encoding(size, tuple(elements))
    if is_blank():
        nodes = np.broadcast_to(np.uint8(1), (BLANK, size))
        bonds = np.broadcast_to(np.uint8(0), (BLANK, size, size))
        reading = Reading(BLANK, {}, BLANK, BLANK)
        return Molecules(nodes, bonds, np.array([""]), encoding, reading)
    encoding.check()
    if path is None:
        title = "data.molecules"
        rows = [Row(line, smiles) for line, smiles in enumerate(SMILES, 1)]
        return _read(title, rows, encoding, skip=True)
    title = os.fspath(path)
    rows = list(smiles_rows(pathlib.Path(path).expanduser(), column))
    identity = ("molecules", VERSION, chemistry().rdBase.rdkitVersion, skip)
    kept = cache_folder() / f"{digest(*identity, encoding, rows)}.npz"
    source = _kept(kept, encoding)
    if source is None:
        source = _read(title, rows, encoding, skip)
        _keep(kept, source)
    if source.reading.left_out:
        warnings.warn(f"{title}: {source.reading}", stacklevel=2)
    return source


def _kept(path: pathlib.Path, encoding: Encoding) -> Molecules | None:
    """Reads what was made of the same rows before; none if it is not there."""
    try:
        with np.load(path) as file:
            nodes, bonds, names = (file[name] for name in ("nodes", "bonds", "names"))
            reading = json.loads(str(file["reading"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        warnings.warn(f"{path}: damaged, made again ({error})", stacklevel=3)
        return None
    return Molecules(nodes, bonds, names, encoding, Reading(**reading))


def _keep(path: pathlib.Path, source: Molecules) -> None:
    """Keeps it for the next time, where the cache can be written."""
    arrays = {name: getattr(source, name) for name in ("nodes", "bonds", "names")}
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        remove_left_behind(path.parent)
        with draft(path.parent) as file:
            np.savez_compressed(
                file,
                allow_pickle=False,
                reading=json.dumps(source.reading._asdict()),
                **arrays,
            )
            file.flush()
            os.replace(file.name, path)


def _read(title: str, rows: list[Row], encoding: Encoding, skip: bool) -> Molecules:
    """Encodes and decodes all rows.

    Raises:
      DataError: if one is refused, or none is left.
    """
    left_out: collections.Counter[str] = collections.Counter()
    kept, encoded = {}, 0
    for row in rows:
        try:
            nodes, bonds, name = encode(row.smiles, encoding)
        except Unfit as error:
            if error.kind not in ALWAYS_LEFT_OUT and not skip:
                raise DataError(
                    f"{title}, line {row.line}: {error}; or leave out such rows with "
                    "skip=True"
                ) from None
            left_out[error.kind] += 1
            continue
        encoded += 1
        if name in kept:
            left_out["repeated"] += 1
            encoded -= 1
        elif strict_smiles(decode(nodes, bonds, encoding.elements)) != name:
            left_out["that do not come back"] += 1
        else:
            kept[name] = (nodes, bonds)
    reading = Reading(len(rows), dict(left_out), len(kept), encoded)
    if left_out["unparsable"] > len(rows) / 2 or not kept:
        raise DataError(
            f"{title}: saw {reading}, wanted SMILES: name their column, column='...'"
        )
    nodes, bonds = (np.stack(one) for one in zip(*kept.values()))
    return Molecules(nodes, bonds, np.array(list(kept)), encoding, reading)


def shapes_of(arguments: Mapping[str, Any]) -> Sample:
    """Finds the shapes of one example from the arguments of `molecules`."""
    return _shapes(Encoding(arguments["size"], tuple(arguments["elements"])))


def _shapes(encoding: Encoding) -> Sample:
    return Sample(
        {
            name: jax.ShapeDtypeStruct(shape, jnp.float32)
            for name, shape in encoding.shapes.items()
        }
    )


def names_of(source: Source) -> np.ndarray:
    """The canonical SMILES of a source of molecules, or of a part of one.

    Raises:
      LostDataError: if the data are not where they were.
      DataError: if these are no molecules.
    """
    if isinstance(source, Subset):
        return names_of(source.source)[source.indices]
    opened: Any = getattr(source, "opened", source)
    if not isinstance(opened, Molecules):
        raise DataError(f"source: saw a {type(opened).__name__}, wanted molecules")
    return opened.names
