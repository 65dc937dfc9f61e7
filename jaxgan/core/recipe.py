"""A recipe: all of a published method but its game and its data."""

from typing import NamedTuple

import optax

from jaxgan.core import schedules
from jaxgan.core.types import Players, Turn


class Recipe(NamedTuple):
    """What `make_step` needs beside a game.

    Attributes:
      turns: who moves, on which terms, how often.
      optimizers: one per player.
      ema_decay: of the generator's running average, see `jaxgan.core.schedules`.
    """

    turns: tuple[Turn, ...]
    optimizers: Players[optax.GradientTransformation]
    ema_decay: schedules.Decay = schedules.no_average
