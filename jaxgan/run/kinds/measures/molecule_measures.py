"""Measures of molecules: of sets, and of each."""

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from jaxgan.core.types import Sample
from jaxgan.evaluation import molecule_properties as properties
from jaxgan.evaluation import molecules
from jaxgan.evaluation.molecules import Names
from jaxgan.run.kinds.measures.measure import Material, Measure, Score

if TYPE_CHECKING:
    from jaxgan.run.kinds.molecules import Molecules

PROPERTIES = {
    "qed": ("QED", properties.drug_likeness, "higher"),
    "logp": ("logP", properties.log_p, None),
    "sa": ("synthetic accessibility (1 easy, 10 hard)", properties.accessibility, None),
}


def measures(kind: "Molecules") -> Mapping[str, Measure]:
    """Makes the measures of molecules of a kind.

    'structures' is what tables have: strictly valid, valid as MolGAN's code has it, and
    of the strictly valid the unique ones, with the table of the paper beside them.
    """
    found = {
        "structures": Measure(functools.partial(_structures, kind)),
        **({} if kind.known is None else {"novelty": _of(kind, _novelty)}),
        "diversity": _of(kind, _diversity),
        **{
            name: _of(kind, functools.partial(_property, *about))
            for name, about in PROPERTIES.items()
        },
    }
    return {
        name: one._replace(features=False, compares=False)
        for name, one in found.items()
    }


def names_of(kind: "Molecules", sample: Sample) -> Names:
    """Names samples. Raises as `Molecules.molecules`."""
    made = kind.molecules(sample)
    from jaxgan.data.molecule_graphs import loose_smiles, strict_smiles

    return Names(tuple(map(strict_smiles, made)), tuple(map(loose_smiles, made)))


def published() -> str:
    """The figures of the paper, in a sentence."""
    rows = [
        f"{name} {valid:.1%}, {unique:.1%}, {novel:.1%}"
        for name, (valid, unique, novel) in molecules.PUBLISHED.items()
    ]
    return (
        "published of 6,400 samples of QM9, valid (official), unique, novel: "
        + "; ".join(rows)
    )


def _structures(kind: "Molecules", material: Material) -> list[Score]:
    names = names_of(kind, material.samples)
    strict, loose = molecules.validity(names.strict), molecules.validity(names.loose)
    about = "one piece, all valences kept, no bond to a place without an atom"
    official = "all that sanitises, also in pieces and with '*'; " + published()
    count = sum(map(bool, names.strict))
    return [
        Score("validity (strict)", strict, better="higher", about=about),
        Score("validity (official, loose)", loose, better="higher", about=official),
        Score(
            "uniqueness",
            molecules.uniqueness(names.strict),
            better="higher",
            about=f"different ones of {count:,} valid: it falls with their number",
        ),
    ]


def _of(
    kind: "Molecules", scores: Callable[["Molecules", Sequence[str]], list[Score]]
) -> Measure:
    """A measure of the names of what is valid."""

    def measured(material: Material) -> list[Score]:
        return scores(kind, names_of(kind, material.samples).strict)

    return Measure(measured)


def _novelty(kind: "Molecules", names: Sequence[str]) -> list[Score]:
    value = molecules.novelty(names, kind.training_names)
    about = f"valid ones that are none of {len(kind.training_names):,} trained on"
    return [Score("novelty", value, better="higher", about=about)]


def _diversity(kind: "Molecules", names: Sequence[str]) -> list[Score]:
    del kind
    about = "1 - mean Tanimoto similarity of pairs, Morgan's fingerprints"
    return [
        Score("diversity", molecules.diversity(names), better="higher", about=about)
    ]


def _property(
    title: str,
    function: properties.Property,
    better: str | None,
    kind: "Molecules",
    names: Sequence[str],
) -> list[Score]:
    del kind
    values = [function(name) for name in names if name]
    if not values:
        return []
    return [Score(title, float(np.mean(values)), better=better, about="mean of valid")]
