"""Walks whose pictures are moved on the way, by generators that can be told to."""

import math
from typing import Any

import numpy as np

from jaxgan.core.abilities import Transformable, is_transformable
from jaxgan.core.types import Game, State
from jaxgan.run.errors import RunError


class Movement:
    """Moves pictures along a figure of eight and turns them, once on the whole way.

    At a share t of the way they are at (sin 2πt, ½ sin 4πt) times the furthest, and
    turned by t times the angle, against the clock: they start and end in their place,
    and, after whole turns, upright.
    """

    def __init__(self, game: Game, shift: float, degrees: float):
        """Checks that the game can.

        Args:
          game: of a run.
          shift: the furthest, in sides of the picture.
          degrees: that it is turned by in the end.

        Raises:
          RunError: if the game's generator cannot be told to move pictures, or a number
            is not finite.
        """
        if not is_transformable(game):
            raise RunError(
                "--move: wants a generator that can be told to move its pictures, as "
                f"StyleGAN3's; this {type(game).__name__}'s cannot"
            )
        if not (math.isfinite(shift) and math.isfinite(degrees)):
            raise RunError(f"--move: saw {shift} {degrees}, wanted finite numbers")
        self._game, self._shift, self._degrees = game, shift, degrees

    def matrices(self, shares: np.ndarray) -> np.ndarray:
        """What coordinates are multiplied by, [N, 3, 3], at shares [N] of the way."""
        around = 2 * np.pi * np.asarray(shares, np.float64)
        x, y = self._shift * np.sin(around), self._shift * np.sin(2 * around) / 2
        angle = np.deg2rad(self._degrees) * around / (2 * np.pi)
        c, s = np.cos(angle), np.sin(angle)
        none, one = np.zeros_like(c), np.ones_like(c)
        # Of a picture that is turned by the angle and then moved: the way back.
        rows = [c, -s, s * y - c * x, s, c, -s * x - c * y, none, none, one]
        return np.stack(rows, axis=-1).reshape(-1, 3, 3).astype(np.float32)

    def __call__(self, state: State, shares: np.ndarray) -> State:
        """Makes the state whose generators draw examples [N] at these shares [N]."""
        return moved(self._game, state, self.matrices(shares))


def moved(game: Any, state: State, matrix: np.ndarray) -> State:
    """Makes a state whose generators, current and averaged, move what they draw.

    Args:
      game: that is `Transformable`.
      state: to begin with.
      matrix: [3, 3] or [N, 3, 3], see there.
    """
    able: Transformable = game
    current, ema = (
        able.transformed(variables, matrix)
        for variables in (state.variables.generator, state.ema)
    )
    return state._replace(
        variables=state.variables._replace(generator=current), ema=ema
    )
