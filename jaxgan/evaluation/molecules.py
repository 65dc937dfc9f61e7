"""What is said of sets of generated molecules: valid, unique, new, different.

All of it is a function of canonical SMILES, '' for what is no molecule; RDKit makes
them of graphs (`data.molecule_graphs`).
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from jaxgan.data.molecule_graphs import (
    chemistry,
    loose_smiles,
    molecules_of,
    strict_smiles,
)

PUBLISHED = {
    "MolGAN": (0.981, 0.104, 0.942),
    "GraphVAE": (0.557, 0.760, 0.616),
    "CharacterVAE": (0.103, 0.675, 0.900),
    "GrammarVAE": (0.602, 0.093, 0.809),
}
"""Validity, by the loose test, uniqueness and novelty on QM9, of 6,400 samples: De Cao
and Kipf 2018 (arXiv 1805.11973), section 5.3."""

RADIUS, BITS = 2, 1024


class Names(NamedTuple):
    """The SMILES of graphs, each '' where the graph is no molecule.

    Attributes:
      strict: of those that are whole and keep all valences.
      loose: of those that MolGAN's code calls valid: in pieces too, and with '*'.
    """

    strict: tuple[str, ...]
    loose: tuple[str, ...]


def names_of(value: Mapping[str, Any], elements: Sequence[str]) -> Names:
    """Names graphs [B, ...] of molecules.

    Raises:
      DataError: if they are none, or RDKit is not there.
    """
    made = molecules_of(value, elements)
    return Names(tuple(map(strict_smiles, made)), tuple(map(loose_smiles, made)))


def validity(names: Sequence[str]) -> float:
    """The share of molecules among graphs."""
    return float(np.mean([bool(name) for name in names])) if len(names) else 0.0


def uniqueness(names: Sequence[str]) -> float:
    """The share of different molecules among the valid ones: 0 if there are none.

    It falls with their number: the figures of MolGAN's table are of 6,400 samples.
    """
    valid = [name for name in names if name]
    return len(set(valid)) / len(valid) if valid else 0.0


def novelty(names: Sequence[str], known: Collection[str]) -> float:
    """The share of the valid ones that are not known: 0 if there are none."""
    valid = [name for name in names if name]
    known = known if isinstance(known, set | frozenset) else frozenset(known)
    return sum(name not in known for name in valid) / len(valid) if valid else 0.0


def diversity(names: Sequence[str]) -> float:
    """1 - the mean Tanimoto similarity of pairs of valid molecules; 0 of less than two.

    Of Morgan's fingerprints of radius 2, 1,024 bits (Benhenda 2017, arXiv 1708.08227).
    Pairs of two equal molecules count too: it falls when samples are repeated.
    """
    from rdkit import DataStructs  # type: ignore[import-not-found]
    from rdkit.Chem import rdFingerprintGenerator  # type: ignore[import-not-found]

    chem = chemistry()
    valid = [name for name in names if name]
    if len(valid) < 2:
        return 0.0
    generator = rdFingerprintGenerator.GetMorganGenerator(radius=RADIUS, fpSize=BITS)
    prints = [generator.GetFingerprint(chem.MolFromSmiles(name)) for name in valid]
    total = sum(
        sum(DataStructs.BulkTanimotoSimilarity(one, prints[:place]))
        for place, one in enumerate(prints)
    )
    return 1.0 - total / (len(prints) * (len(prints) - 1) / 2)
