"""A recipe: all of a published method but its game and its data."""

from typing import NamedTuple

import optax

from jaxgan.core import schedules
from jaxgan.core.types import PlayerName, Players, Turn


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

    def moving(self, player: PlayerName, parts: tuple[str, ...]) -> "Recipe":
        """The recipe with parts of a player that move, on all its turns: see `Turn`."""
        return self._replace(
            turns=tuple(
                turn._replace(parts=parts) if turn.player == player else turn
                for turn in self.turns
            )
        )
