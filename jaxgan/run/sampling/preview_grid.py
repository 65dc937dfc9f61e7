"""Which samples the pictures during training show."""

from typing import NamedTuple

import numpy as np

from jaxgan.core.types import State
from jaxgan.run.experiment import Experiment
from jaxgan.run.sampling.labels import class_names
from jaxgan.run.sampling.sampler import Sampler


class Grid(NamedTuple):
    """What the pictures during training show.

    Attributes:
      num: of samples, a square number.
      labels: [num], sorted by column, or None.
    """

    num: int
    labels: np.ndarray | None


def grid_of(draw: Sampler, experiment: Experiment, state: State) -> Grid:
    """8 × 8 samples; with labels up to 10 columns, each of one class, in order."""
    classes = len(class_names(experiment))
    if classes < 2 or not draw.takes_labels(state):
        return Grid(64, None)
    shown = min(classes, 10)
    side = shown * max(1, 8 // shown)
    chosen = np.linspace(0, classes - 1, shown).round().astype(np.int32)
    return Grid(side * side, np.tile(np.repeat(chosen, side // shown), side))
