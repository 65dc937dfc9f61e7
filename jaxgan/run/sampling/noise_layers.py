"""Which layers add noise, and layers by the words of an option."""

from typing import Any

from jaxgan.core.latent_abilities import Noisy
from jaxgan.core.types import Game, Variables
from jaxgan.run.errors import RunError

NONE = "none"
"""The word for no layer."""


class NoiseLayers:
    """Silences the noise of all layers but some."""

    def __init__(self, game: Game, layers: str | None):
        """Looks at the game; layers are counted when there are variables.

        Args:
          game: that generates.
          layers: '0-3', '2' or 'none'; None leaves all as they are.

        Raises:
          RunError: if it adds no noise.
        """
        if layers is not None and not isinstance(game, Noisy):
            raise RunError(f"--noise-layers: {type(game).__name__} adds no noise")
        self._game: Any = game
        self._layers = layers
        self._loud: Variables = None
        self._quiet: Variables = None

    def __call__(self, variables: Variables) -> Variables:
        """Gives a generator's variables with noise in these layers only.

        Raises:
          RunError: if there are no such layers.
        """
        if self._layers is None:
            return variables
        if self._loud is not variables:
            count = len(self._game.noise_maps(variables))
            if not count:
                raise RunError("--noise-layers: this generator adds no noise")
            chosen = range(0)
            if self._layers != NONE:
                chosen = numbers_of_layers(self._layers, count, "--noise-layers")
            self._quiet = self._game.noise_in(variables, chosen)
            self._loud = variables
        return self._quiet


def numbers_of_layers(text: str | None, count: int, option: str = "--layers") -> range:
    """Finds the layers '0-5' or '3'; None is all of so many.

    Raises:
      RunError: if there are no such layers.
    """
    if text is None:
        return range(count)
    first, _, last = text.partition("-")
    if first.isdecimal() and (last or first).isdecimal():
        chosen = range(int(first), int(last or first) + 1)
        if chosen and chosen[-1] < count:
            return chosen
    raise RunError(
        f"{option}: saw {text!r}, wanted layers from 0 to {count - 1}, such as "
        f"0-{count - 1} or {count - 1}"
    )
