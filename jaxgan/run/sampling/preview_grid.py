"""Which samples the pictures during training show."""

from typing import NamedTuple

import numpy as np

from jaxgan.run.sampling.sampler import Sampler


class Grid(NamedTuple):
    """What the pictures during training show.

    Attributes:
      num: of samples, a square number.
      labels: [num], sorted by column, or None.
    """

    num: int
    labels: np.ndarray | None


def grid_of(draw: Sampler) -> Grid:
    """Chooses 8 × 8 samples; with labels up to 10 columns, one class each, in order."""
    if draw.classes < 2 or not draw.labelled:
        return Grid(64, None)
    shown = min(draw.classes, 10)
    side = shown * max(1, 8 // shown)
    chosen = np.linspace(0, draw.classes - 1, shown).round().astype(np.int32)
    return Grid(side * side, np.tile(np.repeat(chosen, side // shown), side))
