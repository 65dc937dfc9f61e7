"""What many recipes share: players who take turns, and Adam for both."""

import optax

from jaxgan.core.ranges import check_count, check_number
from jaxgan.core.recipe import Recipe
from jaxgan.core.types import Loss, Players, Term, Turn
from jaxgan.optimizers import LearningRate, adam
from jaxgan.terms import adversarial


def adams(
    generator: LearningRate,
    discriminator: LearningRate,
    b1: float,
    b2: float = 0.999,
    eps: float = 1e-8,
) -> Players[optax.GradientTransformation]:
    """Makes Adam for both players.

    Raises:
      ValueError: if a rate is not positive, or a beta not in [0, 1).
    """
    rates = {"generator_rate": generator, "discriminator_rate": discriminator}
    return Players(
        *(adam(rate, b1, b2, eps, name=name) for name, rate in rates.items())
    )


def alternating(
    loss: Loss,
    learning_rate: LearningRate,
    b1: float,
    discriminator_rate: LearningRate | None,
) -> Recipe:
    """Makes the recipe of one update each.

    Both have the same rate if the discriminator's is None.

    Raises:
      ValueError: if a rate is not positive, or the beta not in [0, 1).
    """
    check_number("learning_rate", learning_rate, above=0)
    if discriminator_rate is None:
        discriminator_rate = learning_rate
    return Recipe(versus(loss, 1), adams(learning_rate, discriminator_rate, b1))


def versus(loss: Loss, critic_steps: int, *penalties: Term) -> tuple[Turn, ...]:
    """Makes the discriminator's turn, and the generator's after so many of them."""
    check_count("critic_steps", critic_steps)
    return (
        Turn("discriminator", (adversarial(loss), *penalties)),
        Turn("generator", (adversarial(loss),), every=critic_steps),
    )


def sharing(loss: Loss, term: Term, critic_steps: int = 1) -> tuple[Turn, ...]:
    """Turns as `versus`, in which both players also minimise the term."""
    check_count("critic_steps", critic_steps)
    terms = (adversarial(loss), term)
    return (
        Turn("discriminator", terms),
        Turn("generator", terms, every=critic_steps),
    )
