"""Which real images a run is measured against."""

from typing import NamedTuple

from jaxgan.data.source import Source, split_of
from jaxgan.run.errors import RunError
from jaxgan.run.experiment import Experiment

TRAIN, HELD_OUT = "train", "held_out"


class Data(NamedTuple):
    """Real images, and what part they play.

    Attributes:
      real: what samples are compared with.
      train: what was trained on, where copies are looked for.
      held_out: of the same kind and never trained on, if there are any.
      split: what to call `real`.
    """

    real: Source
    train: Source
    held_out: Source | None
    split: str


def choose(experiment: Experiment, wanted: str, option: str = "--split") -> Data:
    """The data of an experiment, of which one split is to be compared with.

    'train' is what it trains on, 'held_out' its `held_out`; either also goes by the
    name that its source has for it, as 'test' of `jaxgan.data.image_dataset`.

    Raises:
      RunError: naming the option, if there is no such split.
    """
    parts = {TRAIN: experiment.data.source}
    if experiment.held_out is not None:
        parts[HELD_OUT] = experiment.held_out.source
    names = {name: split_of(source) for name, source in parts.items()}
    chosen = wanted if wanted in parts else None
    if chosen is None and wanted:
        chosen = next((name for name, own in names.items() if own == wanted), None)
    if chosen is None:
        known = " or ".join(_told(name, own) for name, own in names.items())
        hint = "" if HELD_OUT in parts else "this experiment has no held_out data"
        raise RunError(f"{option}: saw {wanted!r}, wanted {known}", hint)
    source, own = parts[chosen], names[chosen]
    return Data(source, parts[TRAIN], parts.get(HELD_OUT), _told(chosen, own))


def _told(name: str, own: str) -> str:
    return name if own in ("", name) else f"{name} ({own})"
