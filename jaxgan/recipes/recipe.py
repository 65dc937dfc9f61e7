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


def adams(
    generator: LearningRate, discriminator: LearningRate, b1: float
) -> Players[optax.GradientTransformation]:
    """Adam with betas (b1, 0.999) for both players."""
    rates = (generator, discriminator)
    return Players(*(optax.adam(rate, b1=b1, b2=0.999) for rate in rates))


def alternating(
    loss: Loss,
    learning_rate: LearningRate,
    b1: float,
    discriminator_rate: LearningRate | None,
) -> Recipe:
    """One update each; at the same rate if the discriminator's is None."""
    if discriminator_rate is None:
        discriminator_rate = learning_rate
    return Recipe(versus(loss, 1), adams(learning_rate, discriminator_rate, b1))


def versus(loss: Loss, critic_steps: int, *penalties: Term) -> tuple[Turn, ...]:
    """The discriminator's turn, and the generator's after so many of them."""
    return (
        Turn("discriminator", (adversarial(loss), *penalties)),
        Turn("generator", (adversarial(loss),), every=critic_steps),
    )
