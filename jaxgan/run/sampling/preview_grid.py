"""Which samples the pictures during training show."""

import math
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
    """Chooses as many as the kind of data shows: 8 × 8 images.

    With labels there are up to 10 columns, or a multiple, each of one class, in order.
    """
    classes = len(class_names(experiment))
    if classes < 2 or not draw.takes_labels(state):
        return Grid(experiment.kind.preview, None)
    shown = min(classes, 10)
    side = shown * max(1, math.isqrt(experiment.kind.preview) // shown)
    chosen = np.linspace(0, classes - 1, shown).round().astype(np.int32)
    return Grid(side * side, np.tile(np.repeat(chosen, side // shown), side))
