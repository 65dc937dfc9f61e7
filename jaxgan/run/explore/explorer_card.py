"""What the page must know of a generator: shapes, directions, projected pictures."""

import base64
import dataclasses
from typing import Any

import numpy as np

from jaxgan import __version__
from jaxgan.core.abilities import is_labelled
from jaxgan.run.editing import latent_directions
from jaxgan.run.editing.codes import Codes
from jaxgan.run.editing.latent_file import Latents
from jaxgan.run.explore.explorer_parts import Explored
from jaxgan.run.explore.training_pictures import COLUMNS, TrainingPictures
from jaxgan.run.files.provenance import Provenance
from jaxgan.run.sampling.labels import class_names
from jaxgan.run.sampling.stored_run import StoredRun
from jaxgan.run.web import engine

METHODS = ("sefa", "ganspace")
SHOWN = 10
"""Directions of each method."""


def codes_of(stored: StoredRun, current: bool) -> Codes:
    """Makes the generator of a run as a function of codes, of its first class."""
    labelled = is_labelled(stored.experiment.game)
    label = class_names(stored.experiment)[0] if labelled else None
    return Codes(stored, current=current, label=label)


def directions(codes: Codes) -> dict[str, Any]:
    """Finds the directions of each method."""
    found = {x: latent_directions.find(codes, x, count=SHOWN) for x in METHODS}
    return {
        name: {
            "vectors": packed(one.vectors),
            "steps": one.steps.astype(float).tolist(),
            "strengths": one.strengths.astype(float).tolist(),
        }
        for name, one in found.items()
    }


def projected(latents: Latents, codes: Codes) -> dict[str, Any]:
    """Writes projected pictures, and the generator's own noise beside theirs.

    Raises:
      RunError: if they are of another generator.
    """
    latents.variables(codes, 0)
    names = latents.names or [str(place) for place in range(len(latents.code))]
    card: dict[str, Any] = {"names": list(names), "codes": packed(latents.code)}
    if latents.noise:
        own = [np.asarray(x) for x in codes.game.noise_maps(codes.variables)]
        card["noise"] = [
            {"shape": list(each.shape[1:]), "maps": packed(each), "own": packed(one)}
            for each, one in zip(latents.noise, own, strict=True)
        ]
    return card


def packed(array: Any) -> str:
    """Writes float32 numbers, in the order of bytes that browsers have, as text."""
    return base64.b64encode(np.ascontiguousarray(array, "<f4").tobytes()).decode()


def card(
    stored: StoredRun,
    found: Explored,
    training: TrainingPictures,
    record: Provenance | None,
    **more: Any,
) -> dict[str, Any]:
    """Makes all of it.

    Args:
      stored: the run.
      found: its generator.
      training: pictures, or why there are none.
      record: what saved files say of themselves; None: nothing.
      more: 'directions' and 'projected', where latents can be edited.
    """
    return {
        "version": __version__,
        "experiment": stored.name,
        "run": stored.directory.resolve().name,
        "step": stored.step,
        "kind": found.kind,
        "classes": list(found.classes),
        "shape": list(found.shape),
        "code": found.code,
        "truncation": found.truncation,
        "layered": found.layered,
        "walk": "between" in found.parts,
        "training": {
            **training._replace(sheet=b"")._asdict(),
            "sheet": "training.png" if training.sheet else "",
            "columns": COLUMNS,
        },
        "record": None if record is None else dataclasses.asdict(record),
        "runtime": engine.FOLDER,
        "engine": engine.NAME,
        **more,
    }
