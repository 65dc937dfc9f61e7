"""Games, turns, terms, and the one train step. Nothing here knows images or modules."""

from jaxgan.core.context import Context, example_keys
from jaxgan.core.metrics import Mean
from jaxgan.core.state import init_state
from jaxgan.core.step import make_step
from jaxgan.core.types import (
    Augment,
    Game,
    Loss,
    Play,
    Players,
    Sample,
    State,
    Term,
    Turn,
    Verdict,
)

__all__ = [
    "Augment",
    "Context",
    "Game",
    "Loss",
    "Mean",
    "Play",
    "Players",
    "Sample",
    "State",
    "Term",
    "Turn",
    "Verdict",
    "example_keys",
    "init_state",
    "make_step",
]
