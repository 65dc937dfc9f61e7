"""NetGAN: a Wasserstein game of walks."""

import optax

from jaxgan import losses
from jaxgan.core.ranges import check_number
from jaxgan.core.recipe import Recipe
from jaxgan.core.types import Players
from jaxgan.optimizers import LearningRate, adam
from jaxgan.recipes.alternation import versus
from jaxgan.terms import gradient_penalty


def netgan(
    learning_rate: LearningRate = 3e-4,
    b1: float = 0.5,
    b2: float = 0.9,
    penalty: float = 10.0,
    critic_steps: int = 3,
    generator_decay: float = 1e-7,
    discriminator_decay: float = 5e-5,
) -> Recipe:
    """NetGAN, Bojchevski et al. 2018 (arXiv 1803.00816), with its code's constants.

    WGAN-GP of λ = 10, Adam 3e-4 with betas (0.5, 0.9), three critic updates per
    generator update, ½ weight² of all parameters with the weights below; batches of
    128. The official loop lets the generator begin.

    Args:
      learning_rate: Adam's, for both players.
      b1: Adam's first beta.
      b2: Adam's second.
      penalty: λ.
      critic_steps: critic updates per generator update.
      generator_decay: of the generator's parameters, added to their gradients.
      discriminator_decay: of the discriminator's.

    Raises:
      ValueError: if a number is out of range.
    """
    decays = {
        "generator_decay": generator_decay,
        "discriminator_decay": discriminator_decay,
    }
    for name, decay in decays.items():
        check_number(name, decay, least=0)
    turns = versus(losses.wasserstein, critic_steps, gradient_penalty(penalty))
    optimizers = (
        optax.chain(optax.add_decayed_weights(decay), adam(learning_rate, b1, b2))
        for decay in decays.values()
    )
    return Recipe(turns, Players(*optimizers))
