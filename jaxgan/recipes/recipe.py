"""What a recipe is, and what many of them share."""

from typing import NamedTuple

import optax

from jaxgan.core import schedules
from jaxgan.core.types import Loss, Players, Term, Turn
from jaxgan.terms import adversarial

LearningRate = float | optax.Schedule
"""A number, or an optax schedule: a function of the player's number of updates."""


class Recipe(NamedTuple):
    """What `make_step` needs beside a game."""

    turns: tuple[Turn, ...]
    optimizers: Players[optax.GradientTransformation]
    ema_decay: schedules.Decay = schedules.no_average


def alternating(loss: Loss, learning_rate: LearningRate, b1: float) -> Recipe:
    """One update each, by Adam with betas (b1, 0.999)."""
    adam = optax.adam(learning_rate, b1=b1, b2=0.999)
    return Recipe(versus(loss, 1), Players(adam, adam))


def versus(loss: Loss, critic_steps: int, *penalties: Term) -> tuple[Turn, ...]:
    """The discriminator's turn, and the generator's after so many of them."""
    return (
        Turn("discriminator", (adversarial(loss), *penalties)),
        Turn("generator", (adversarial(loss),), every=critic_steps),
    )
