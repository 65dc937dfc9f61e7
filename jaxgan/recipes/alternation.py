"""What many recipes share: players who take turns, and Adam for both."""

import optax

from jaxgan.core.recipe import Recipe
from jaxgan.core.types import Loss, Players, Term, Turn
from jaxgan.terms import adversarial

LearningRate = float | optax.Schedule
"""A number, or an optax schedule: a function of the player's number of updates."""


def adams(
    generator: LearningRate, discriminator: LearningRate, b1: float
) -> Players[optax.GradientTransformation]:
    """Makes Adam with betas (b1, 0.999) for both players."""
    rates = (generator, discriminator)
    return Players(*(optax.adam(rate, b1=b1, b2=0.999) for rate in rates))


def alternating(
    loss: Loss,
    learning_rate: LearningRate,
    b1: float,
    discriminator_rate: LearningRate | None,
) -> Recipe:
    """Makes the recipe of one update each.

    Both have the same rate if the discriminator's is None.
    """
    if discriminator_rate is None:
        discriminator_rate = learning_rate
    return Recipe(versus(loss, 1), adams(learning_rate, discriminator_rate, b1))


def versus(loss: Loss, critic_steps: int, *penalties: Term) -> tuple[Turn, ...]:
    """Makes the discriminator's turn, and the generator's after so many of them."""
    return (
        Turn("discriminator", (adversarial(loss), *penalties)),
        Turn("generator", (adversarial(loss),), every=critic_steps),
    )


def sharing(loss: Loss, term: Term, critic_steps: int = 1) -> tuple[Turn, ...]:
    """Turns as `versus`, in which both players also minimise the term."""
    terms = (adversarial(loss), term)
    return (
        Turn("discriminator", terms),
        Turn("generator", terms, every=critic_steps),
    )
