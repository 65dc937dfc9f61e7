"""Molecules as graphs of one-hot vectors, by RDKit: there and back.

Hydrogens are left out: they follow from valences. Bonds are single, double and triple:
rings that chemists call aromatic are written as one of their Kekulé forms, so that a
graph says by itself whether valences are kept. Charges and radicals are no part of a
graph, nor is chirality.
"""

import functools
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from jaxgan.data.source import DataError, check_count

BONDS = 4
"""Kinds of bonds: none, single, double, triple."""


class Encoding(NamedTuple):
    """How molecules are graphs.

    Attributes:
      size: N, the most atoms that a molecule has, without hydrogens.
      elements: of atoms, in the order of their kinds; kind 0 is no atom.
    """

    size: int = 9
    elements: tuple[str, ...] = ("C", "N", "O", "F")

    @property
    def atoms(self) -> int:
        """T, kinds of atoms."""
        return len(self.elements) + 1

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Shapes of one graph."""
        return {
            "adjacency": (self.size, self.size, BONDS),
            "nodes": (self.size, self.atoms),
        }

    def check(self) -> None:
        """Checks that there are atoms, and elements that exist.

        Raises:
          DataError: naming what is wrong.
        """
        check_count("size", self.size, 2)
        table = chemistry().GetPeriodicTable()
        known = {table.GetElementSymbol(number) for number in range(2, 119)}
        elements = self.elements
        bad = [one for one in elements if one not in known]
        if bad or not elements or len(set(elements)) < len(elements):
            raise DataError(
                f"elements: saw {list(elements)}, wanted symbols of elements but H, "
                "each once, such as C, N, O"
            )


class Unfit(Exception):
    """Tells why a molecule is no graph of an encoding: `kind` is how that is counted.

    Attributes:
      kind: 'unparsable', 'charged', 'in pieces', 'too large', 'of other elements' or
        'of other bonds'.
    """

    def __init__(self, kind: str, reason: str):
        super().__init__(reason)
        self.kind = kind


@functools.cache
def chemistry() -> Any:
    """RDKit, which then no longer writes what it thinks of molecules on the screen.

    Raises:
      DataError: if it is not installed.
    """
    try:
        from rdkit import Chem, RDLogger  # type: ignore[import-not-found]
    except ImportError:
        raise DataError(
            "molecules: saw no RDKit, wanted it: pip install jaxgan[molecules]"
        ) from None
    logger: Any = RDLogger
    logger.DisableLog("rdApp.*")
    return Chem


def encode(smiles: str, encoding: Encoding) -> tuple[np.ndarray, np.ndarray, str]:
    """Kinds of atoms uint8 [N] and of bonds uint8 [N, N] of a molecule, and its name.

    The name is its canonical SMILES without chirality. Atoms stand in the order of the
    canonical SMILES.

    Raises:
      Unfit: if it is no graph of this encoding.
    """
    chem = chemistry()
    molecule = chem.MolFromSmiles(smiles) if smiles else None
    if molecule is None or not molecule.GetNumAtoms():
        raise Unfit("unparsable", f"saw {smiles!r}, wanted a SMILES")
    name = chem.MolToSmiles(molecule, isomericSmiles=False)
    molecule = chem.MolFromSmiles(name)
    if molecule is None:
        raise Unfit("unparsable", f"saw {smiles!r}, wanted a SMILES")
    chem.Kekulize(molecule, clearAromaticFlags=True)
    atoms = list(molecule.GetAtoms())
    if len(chem.GetMolFrags(molecule)) > 1:
        raise Unfit("in pieces", f"saw {smiles!r}, wanted a single molecule")
    if any(one.GetFormalCharge() or one.GetNumRadicalElectrons() for one in atoms):
        raise Unfit("charged", f"saw {smiles!r}, wanted neither charges nor radicals")
    kinds = {element: kind for kind, element in enumerate(encoding.elements, 1)}
    for one in atoms:
        if one.GetSymbol() not in kinds:
            raise Unfit(
                "of other elements",
                f"saw {one.GetSymbol()} in {smiles!r}, wanted "
                f"{', '.join(encoding.elements)}: give elements=(...)",
            )
    if len(atoms) > encoding.size:
        raise Unfit(
            "too large",
            f"saw {len(atoms)} atoms in {smiles!r}, wanted at most {encoding.size}: "
            f"give size={len(atoms)}",
        )
    nodes = np.zeros(encoding.size, np.uint8)
    nodes[: len(atoms)] = [kinds[one.GetSymbol()] for one in atoms]
    bonds = np.zeros((encoding.size, encoding.size), np.uint8)
    for bond in molecule.GetBonds():
        i, j = bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()
        order = bond.GetBondTypeAsDouble()
        if order not in range(1, BONDS):
            raise Unfit(
                "of other bonds",
                f"saw one of order {order:g} in {smiles!r}, wanted single, double or "
                "triple",
            )
        bonds[i, j] = bonds[j, i] = int(order)
    return nodes, bonds, name


def decode(nodes: np.ndarray, bonds: np.ndarray, elements: Sequence[str]) -> Any:
    """An RDKit molecule of kinds of atoms [N] and of bonds [N, N], as they are.

    As MolGAN's code does: nothing is checked, the lower triangle of pairs counts, and
    places without an atom are '*', which may have bonds too.
    """
    chem = chemistry()
    molecule = chem.RWMol()
    for kind in nodes.tolist():
        molecule.AddAtom(chem.Atom(elements[kind - 1] if kind else 0))
    types = [None, chem.BondType.SINGLE, chem.BondType.DOUBLE, chem.BondType.TRIPLE]
    for i, j in np.argwhere(np.tril(bonds, -1)).tolist():
        molecule.AddBond(i, j, types[bonds[i, j]])
    return molecule


def stripped(molecule: Any) -> Any:
    """The molecule without places that have neither an atom nor a bond."""
    molecule = chemistry().RWMol(molecule)
    for place in reversed(range(molecule.GetNumAtoms())):
        atom = molecule.GetAtomWithIdx(place)
        if not atom.GetAtomicNum() and not atom.GetDegree():
            molecule.RemoveAtom(place)
    return molecule


def sanitised(molecule: Any) -> Any:
    """The molecule with its valences checked and rings perceived; None if it is none.

    What was given stays as it was.
    """
    chem = chemistry()
    molecule = chem.Mol(molecule)
    try:
        chem.SanitizeMol(molecule)
    except (chem.MolSanitizeException, ValueError, RuntimeError):
        return None
    return molecule


def strict_smiles(molecule: Any) -> str:
    """The canonical SMILES of a valid molecule, or ''.

    Valid: every valence is kept, it is in one piece, there is an atom, and no bond to a
    place without one. It may be smaller than the graph, which MolGAN's own strict test
    does not allow.
    """
    smiles = loose_smiles(stripped(molecule))
    return "" if "." in smiles or "*" in smiles else smiles


def loose_smiles(molecule: Any) -> str:
    """The canonical SMILES of what MolGAN's code calls valid, or ''.

    That is all that RDKit can sanitise: it may be in several pieces, and have '*' for
    places without an atom, with bonds or without.
    """
    molecule = sanitised(molecule)
    return "" if molecule is None else chemistry().MolToSmiles(molecule)


def kinds_of(value: Mapping[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """Kinds of atoms [B, N] and bonds [B, N, N] of graphs: the largest of each.

    Raises:
      DataError: if they are no graphs of molecules.
    """
    graph = value if isinstance(value, Mapping) else {}
    bonds, nodes = (np.asarray(graph.get(name)) for name in ("adjacency", "nodes"))
    if bonds.ndim != 4 or nodes.ndim != 3 or bonds.shape[-1] != BONDS:
        raise DataError(
            f"molecules: saw {bonds.shape} and {nodes.shape}, wanted adjacency "
            f"[B, N, N, {BONDS}] and nodes [B, N, T]"
        )
    return nodes.argmax(-1).astype(np.uint8), bonds.argmax(-1).astype(np.uint8)


def molecules_of(value: Mapping[str, Any], elements: Sequence[str]) -> list[Any]:
    """RDKit molecules of graphs [B, ...], unchecked: see `decode`.

    Raises:
      DataError: if they are no graphs of molecules of these elements.
    """
    nodes, bonds = kinds_of(value)
    kinds = np.asarray(value["nodes"]).shape[-1]
    if kinds != len(elements) + 1:
        raise DataError(
            f"nodes: saw {kinds} kinds of atoms, wanted {len(elements) + 1}: none and "
            f"{', '.join(elements)}"
        )
    return [decode(*one, elements) for one in zip(nodes, bonds)]
