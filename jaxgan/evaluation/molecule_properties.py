"""Properties of single molecules, and rewards made of them. All are RDKit's."""

import functools
import importlib.util
import math
import pathlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from jaxgan.data.molecule_graphs import chemistry, decode, kinds_of, strict_smiles

Property = Callable[[str], float]
"""f(the canonical SMILES of a valid molecule) -> a number."""

LOG_P = (-2.12178879609, 6.0429063424)
"""From where to where logP counts as 0 and as 1, in MolGAN's code."""
ACCESSIBILITY = (5.0, 1.5)
"""The same of synthetic accessibility, of which less is better."""
REMEMBERED = 2**16
"""Molecules whose properties, and graphs whose rewards, are remembered."""


@functools.lru_cache(REMEMBERED)
def drug_likeness(smiles: str) -> float:
    """QED in [0, 1]: Bickerton et al. 2012."""
    from rdkit.Chem import QED  # type: ignore[import-not-found]

    return float(QED.qed(chemistry().MolFromSmiles(smiles)))


@functools.lru_cache(REMEMBERED)
def log_p(smiles: str) -> float:
    """Octanol-water partition, log₁₀: Wildman and Crippen 1999."""
    from rdkit.Chem import Crippen  # type: ignore[import-not-found]

    crippen: Any = Crippen
    return float(crippen.MolLogP(chemistry().MolFromSmiles(smiles)))


@functools.lru_cache(REMEMBERED)
def accessibility(smiles: str) -> float:
    """Synthetic accessibility from 1, easy, to 10: Ertl and Schuffenhauer 2009."""
    return float(_scorer().calculateScore(chemistry().MolFromSmiles(smiles)))


@functools.cache
def _scorer() -> Any:
    """RDKit's contributed scorer, which is no package."""
    from rdkit.Chem import RDConfig  # type: ignore[import-not-found]

    path = pathlib.Path(RDConfig.RDContribDir) / "SA_Score" / "sascorer.py"
    spec = importlib.util.spec_from_file_location("sascorer", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def valid_reward(smiles: str) -> float:
    """1: there is no such property of what is no molecule, whose reward is 0."""
    del smiles
    return 1.0


def drug_likeness_reward(smiles: str) -> float:
    """QED as it is."""
    return drug_likeness(smiles)


def log_p_reward(smiles: str) -> float:
    """logP between MolGAN's ends, cut off there."""
    return _between(log_p(smiles), LOG_P)


def accessibility_reward(smiles: str) -> float:
    """Synthetic accessibility likewise."""
    return _between(accessibility(smiles), ACCESSIBILITY)


def _between(number: float, ends: tuple[float, float]) -> float:
    start, end = ends
    return min(max((number - start) / (end - start), 0.0), 1.0)


def molecule_reward(
    elements: Sequence[str], properties: Sequence[Property] = (valid_reward,)
) -> Callable[[Mapping[str, Any]], np.ndarray]:
    """Makes f(graphs) -> rewards [B] in [0, 1]: the product, and 0 of the invalid.

    De Cao and Kipf 2018 (arXiv 1805.11973), section 4: products of normalised
    properties. Graphs that come again, as those of the data do, are remembered.

    Args:
      elements: of the atoms.
      properties: each in [0, 1].
    """
    chemistry()

    @functools.lru_cache(REMEMBERED)
    def of_graph(size: int, nodes: bytes, bonds: bytes) -> float:
        kinds = np.frombuffer(nodes, np.uint8)
        pairs = np.frombuffer(bonds, np.uint8).reshape(size, size)
        smiles = strict_smiles(decode(kinds, pairs, elements))
        return math.prod(one(smiles) for one in properties) if smiles else 0.0

    def reward(value):
        graphs = zip(*kinds_of(value))
        return np.array(
            [of_graph(len(a), a.tobytes(), b.tobytes()) for a, b in graphs],
            np.float32,
        )

    return reward
