"""The Wasserstein GAN with weight clipping."""

import optax

from jaxgan import losses
from jaxgan.core.ranges import check_number
from jaxgan.core.recipe import Recipe
from jaxgan.core.types import Players
from jaxgan.optimizers import clip_weights
from jaxgan.recipes.alternation import LearningRate, versus


def wgan(
    learning_rate: LearningRate = 5e-5,
    clip: float = 0.01,
    critic_steps: int = 5,
    first_rounds: int = 25,
    first_critic_steps: int = 100,
) -> Recipe:
    """WGAN with weight clipping, Arjovsky et al. 2017 (arXiv 1701.07875), algorithm 1.

    RMSProp 5e-5 for both (decay 0.99, as PyTorch's default, which the official code
    uses), weights clipped to ±0.01 after each critic update, 5 critic updates per
    generator update. As in the official code the critic is trained for longer at first:
    100 updates for each of the generator's first 25, whose metrics are called
    'generator_first_rounds'. That code does so again for every 500th generator update,
    which is left out.

    Args:
      learning_rate: RMSProp's, for both players.
      clip: bound on the size of every critic weight.
      critic_steps: critic updates per generator update.
      first_rounds: the generator's updates that take more of the critic's; 0 leaves
        them out.
      first_critic_steps: critic updates for each of those.

    Raises:
      ValueError: if a number of rounds or steps is out of range.
    """
    if first_rounds < 0 or first_critic_steps < 1:
        raise ValueError(
            f"first_rounds and first_critic_steps: saw {first_rounds} and "
            f"{first_critic_steps}, wanted at least 0 and 1"
        )
    check_number("learning_rate", learning_rate, above=0)
    critic, generator = versus(losses.wasserstein, critic_steps)
    turns = (critic, generator)
    if first_rounds:
        start = first_rounds * first_critic_steps
        first = generator._replace(
            every=first_critic_steps, stop=start, name="generator_first_rounds"
        )
        turns = (critic, first, generator._replace(start=start))
    rmsprop = optax.rmsprop(learning_rate, decay=0.99, eps=1e-8, eps_in_sqrt=False)
    return Recipe(turns, Players(rmsprop, optax.chain(rmsprop, clip_weights(clip))))
