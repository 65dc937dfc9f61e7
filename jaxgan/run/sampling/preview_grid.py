"""Which samples the pictures during training show."""

import math
from typing import NamedTuple

import numpy as np

from jaxgan.core.types import Sample, State
from jaxgan.run import pictures
from jaxgan.run.experiment import Experiment
from jaxgan.run.sampling.sampler import Sampler


class Grid(NamedTuple):
    """What the pictures during training show.

    Attributes:
      num: of samples; with labels a square number.
      labels: [num], sorted by column, or None.
    """

    num: int
    labels: np.ndarray | None


def grid_of(draw: Sampler, count: int) -> Grid:
    """Chooses so many samples, or about as many.

    With labels there are up to 10 columns, or a multiple, each of one class, in order.
    """
    if draw.classes < 2 or not draw.labelled:
        return Grid(draw.available(count), None)
    shown = min(draw.classes, 10)
    side = shown * max(1, math.isqrt(count) // shown)
    chosen = np.linspace(0, draw.classes - 1, shown).round().astype(np.int32)
    return Grid(side * side, np.tile(np.repeat(chosen, side // shown), side))


def samples(draw: Sampler, grid: Grid, state: State) -> Sample:
    """Makes the samples that training shows of a state."""
    return draw(state, 0, np.arange(grid.num), grid.labels)


def picture(experiment: Experiment, state: State, sample: Sample) -> np.ndarray:
    """Draws the picture that training shows of a state, uint8 [H, W, 3]."""
    if experiment.progress is None:
        return pictures.enlarged(experiment.kind.picture(sample))
    return pictures.enlarged(experiment.progress(state, sample))
