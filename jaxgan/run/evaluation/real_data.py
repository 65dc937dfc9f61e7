"""Which real examples a run is measured against."""

import pathlib
from typing import NamedTuple

import numpy as np

from jaxgan.data.encoded import pictures_of
from jaxgan.data.source import DataError, Source, split_of, subset
from jaxgan.evaluation.content_order import content_hashes
from jaxgan.run.errors import RunError
from jaxgan.run.experiment import Experiment
from jaxgan.run.files import user_files
from jaxgan.run.kinds import Kind
from jaxgan.run.no_data import NoData

AT_ONCE = 1000
"""Examples that are held as floats at a time."""

TRAIN, HELD_OUT = "train", "held_out"
HINT = (
    "compare with a folder of examples: --real FOLDER; or, if the data have moved, "
    "repeat the command that trained the run and say where they are: it trains no "
    "further than --steps, and the run knows where from then on"
)
"""What to do where a run's data cannot be opened."""


class RealData(NamedTuple):
    """Real examples, and what part they play.

    Attributes:
      kind: of data.
      real: what samples are compared with.
      train: what was trained on, where copies are looked for.
      held_out: of the same kind and never trained on, if there are any.
      split: what to call `real`.
      given: what samples are made of, where they are made of examples; None if of the
        experiment's own.
    """

    kind: Kind
    real: Source
    train: Source
    held_out: Source | None
    split: str
    given: Source | None = None


def find(
    experiment: Experiment,
    folder: pathlib.Path | None = None,
    split: str | None = None,
) -> RealData:
    """Finds the examples of a folder or of a split; by default those trained on.

    Raises:
      RunError: if there are none, or both are asked for.
    """
    if folder is None:
        if isinstance(experiment.data, NoData):
            experiment.data(0)  # which says why there is none
        return choose(experiment, split or "")
    if split:
        raise RunError("--real: saw it with --split, wanted one of them")
    shape = tuple(pictures_of(experiment.data.source).shape)
    try:
        with user_files.reading():
            source = experiment.kind.folder(folder, shape)
    except DataError as error:
        raise RunError(str(error)) from error
    source = by_content(source)
    return RealData(experiment.kind, source, source, None, str(folder))


def by_content(source: Source) -> Source:
    """Sorts the examples of a folder by what they are.

    What is drawn of them by a seed, and the classifier that is trained on them, then do
    not follow from the names of files.
    """
    starts = range(0, source.size, AT_ONCE)
    hashes = [
        content_hashes(source.examples(np.arange(at, min(at + AT_ONCE, source.size))))
        for at in starts
    ]
    return subset(source, np.argsort(np.concatenate(hashes), kind="stable"))


def choose(experiment: Experiment, wanted: str, option: str = "--split") -> RealData:
    """Finds the data of an experiment, of which one split is to be compared with.

    'train' is what it trains on, 'held_out' its `held_out`; either also goes by the
    name that its source has for it, as 'test' of `jaxgan.data.image_dataset`. '' is
    'train', or 'held_out' if there is any and the kind of data is judged by it.

    Raises:
      RunError: naming the option, if there is no such split; or if examples cannot be
        read by number.
    """
    parts = {TRAIN: experiment.data.source}
    if experiment.held_out is not None:
        parts[HELD_OUT] = experiment.held_out.source
    if not wanted:
        wanted = HELD_OUT if experiment.kind.held_out and len(parts) > 1 else TRAIN
    names = {name: split_of(source) for name, source in parts.items()}
    chosen = wanted if wanted in parts else None
    if chosen is None:
        chosen = next((name for name, alias in names.items() if alias == wanted), None)
    if chosen is None:
        known = " or ".join(_title(name, alias) for name, alias in names.items())
        hint = "" if HELD_OUT in parts else "this experiment has no held_out data"
        raise RunError(f"{option}: saw {wanted!r}, wanted {known}", hint)
    given = parts[chosen]
    # Samples in latents are decoded: they are compared with the pictures themselves.
    parts = {name: pictures_of(source) for name, source in parts.items()}
    source = parts[chosen]
    if not hasattr(source, "examples"):
        raise RunError(
            f"data: saw a source without `examples(indices)`, so there are no "
            f"{experiment.kind.unit} to compare samples with"
        )
    title = _title(chosen, names[chosen])
    held_out = parts.get(HELD_OUT)
    return RealData(experiment.kind, source, parts[TRAIN], held_out, title, given)


def _title(name: str, alias: str) -> str:
    return name if alias in ("", name) else f"{name} ({alias})"
