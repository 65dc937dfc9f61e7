"""Molecules: graphs of atoms and bonds, drawn and named by RDKit."""

import csv
import dataclasses
import functools
import io
import pathlib
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import numpy as np

from jaxgan.core.types import Sample
from jaxgan.run import pictures
from jaxgan.run.errors import RunError
from jaxgan.run.kinds.kind import Kind, Section
from jaxgan.run.kinds.measures.measure import Measure

TABLE = "molecules.csv"
"""Beside the files of single molecules: what all of them are."""
WRONG = (255, 236, 232)
"""Behind graphs that are no molecules."""


# Compared by identity: what is known is a function.
@dataclasses.dataclass(frozen=True, eq=False)
class Molecules(Kind):
    """Graphs of molecules, measured by what chemists ask of sets of them.

    Attributes:
      elements: of atoms, in the order of their kinds.
      known: f() -> canonical SMILES of what was trained on, which are not novel; None
        if nobody asks for novelty.
      pixels: per side of one drawn molecule.
    """

    elements: Sequence[str] = ("C", "N", "O", "F")
    known: Callable[[], Collection[str]] | None = None
    pixels: int = 120

    unit = "molecules"
    preview = 36
    suffix = ".sdf"
    remedies = ("a reward for being valid (`recipes.molgan(reward=...)`)",)

    @property
    def measures(self) -> Mapping[str, Measure]:
        """Validity and all that follows from it."""
        from jaxgan.run.kinds.measures import molecule_measures

        return molecule_measures.measures(self)

    @property
    def sections(self) -> Sequence[Section]:
        """Figures over training, and walks between latents."""
        from jaxgan.run.kinds.sections.molecule_section import OVER_TRAINING
        from jaxgan.run.kinds.sections.walk_section import WALKS

        return (OVER_TRAINING, WALKS)

    def picture(self, sample: Sample) -> np.ndarray:
        """Draws structures side by side; red are those that are no molecules."""
        made = self.molecules(sample)
        return pictures.mosaic(np.stack([_drawn(one, self.pixels) for one in made]))

    def write(self, path: pathlib.Path, sample: Sample) -> None:
        """Writes a structure file, and a line of the folder's table.

        An invalid graph has a file too, with its bonds as they are.
        """
        from jaxgan.data.molecule_graphs import chemistry, strict_smiles, stripped

        (molecule,) = self.molecules(sample)
        smiles, chem = strict_smiles(molecule), chemistry()
        row = {"smiles": smiles, **_properties(smiles)}
        shown = _prepared(stripped(molecule))
        for name, value in row.items():
            shown.SetProp(name, str(value))
        path.parent.mkdir(parents=True, exist_ok=True)
        text = io.StringIO()
        with chem.SDWriter(text) as file:
            file.SetKekulize(False)
            file.write(shown)
        path.write_text(text.getvalue())
        table = path.with_name(TABLE)
        begun = table.exists()
        with table.open("a", newline="") as file:
            writer = csv.DictWriter(file, ["file", *row])
            if not begun:
                writer.writeheader()
            writer.writerow({"file": path.name, **row})

    def molecules(self, sample: Sample) -> list[Any]:
        """RDKit's molecules, unchecked.

        Raises:
          RunError: if these are no graphs of molecules, or there is no RDKit.
        """
        from jaxgan.data.molecule_graphs import molecules_of
        from jaxgan.data.source import DataError

        try:
            return molecules_of(sample.value, self.elements)
        except DataError as error:
            raise RunError(str(error)) from error

    @functools.cached_property
    def training_names(self) -> frozenset[str]:
        """Names what was trained on.

        Raises:
          RunError: if it is not known, or the data are not there.
        """
        from jaxgan.data.source import DataError

        if self.known is None:
            raise RunError("novelty: this experiment does not name what is known")
        try:
            return frozenset(self.known())
        except DataError as error:
            raise RunError(f"novelty: {error}") from error


def _properties(smiles: str) -> dict[str, Any]:
    """Of a valid molecule, for people."""
    from jaxgan.evaluation import molecule_properties as properties

    functions = {
        "qed": properties.drug_likeness,
        "logp": properties.log_p,
        "sa": properties.accessibility,
    }
    return {
        "valid": int(bool(smiles)),
        **{
            name: f"{one(smiles):.3f}" if smiles else ""
            for name, one in functions.items()
        },
    }


def _prepared(molecule: Any) -> Any:
    """A molecule with places in the plane: a valid one sanitised, another as it is."""
    from rdkit.Chem import rdDepictor  # type: ignore[import-not-found]

    from jaxgan.data.molecule_graphs import chemistry, sanitised

    valid, chem = sanitised(molecule), chemistry()
    if valid is None:
        valid = molecule
        valid.UpdatePropertyCache(strict=False)
        chem.FastFindRings(valid)
    else:
        chem.Kekulize(valid, clearAromaticFlags=True)
    if valid.GetNumAtoms():
        rdDepictor.Compute2DCoords(valid)
        if _atoms_meet(valid):
            _put_on_circle(valid)
    return valid


def _atoms_meet(molecule: Any) -> bool:
    """Whether atoms lie on each other, as those of graphs no molecule has."""
    places = molecule.GetConformer().GetPositions()
    apart = np.linalg.norm(places[:, None] - places[None], axis=-1)
    return bool((apart + np.eye(len(places)) < 0.05).any())


def _put_on_circle(molecule: Any) -> None:
    conformer, count = molecule.GetConformer(), molecule.GetNumAtoms()
    for place, angle in enumerate(2.0 * np.pi * np.arange(count) / count):
        at = (0.3 * count * np.cos(angle), 0.3 * count * np.sin(angle), 0.0)
        conformer.SetAtomPosition(place, at)


def _drawn(molecule: Any, pixels: int) -> np.ndarray:
    """A picture [pixels, pixels, 3]."""
    from PIL import Image
    from rdkit.Chem.Draw import rdMolDraw2D  # type: ignore[import-not-found]

    from jaxgan.data.molecule_graphs import strict_smiles, stripped

    valid, molecule = strict_smiles(molecule), stripped(molecule)
    canvas = rdMolDraw2D.MolDraw2DCairo(pixels, pixels)
    options = canvas.drawOptions()
    options.prepareMolsBeforeDrawing = False
    options.fixedBondLength = pixels / 6
    if not valid:
        options.setBackgroundColour(tuple(part / 255 for part in WRONG))
    canvas.DrawMolecule(_prepared(molecule))
    canvas.FinishDrawing()
    with Image.open(io.BytesIO(canvas.GetDrawingText())) as picture:
        return np.asarray(picture.convert("RGB"))
