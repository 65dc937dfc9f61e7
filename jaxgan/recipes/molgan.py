"""MolGAN: a Wasserstein game of graphs, and beside it a reward."""

import jax.numpy as jnp

from jaxgan import losses
from jaxgan.core.ranges import check_count, check_number
from jaxgan.core.recipe import Recipe
from jaxgan.core.types import Term, Turn
from jaxgan.optimizers import LearningRate
from jaxgan.recipes.alternation import adams
from jaxgan.terms import adversarial, gradient_penalty
from jaxgan.terms.reward import Reward, reward_fit, reward_policy


def molgan(
    learning_rate: LearningRate = 1e-3,
    b1: float = 0.9,
    b2: float = 0.999,
    penalty: Term | None = None,
    critic_steps: int = 4,
    reward: Reward | None = None,
    adversarial_share: float = 0.0,
    reward_start: int = 0,
    discriminator_rate: LearningRate | None = None,
) -> Recipe:
    """MolGAN, De Cao and Kipf 2018 (arXiv 1805.11973), with its code's constants.

    Adam 1e-3 for all, WGAN-GP of λ = 10 per graph, four critic updates per generator
    update: of five steps of the official loop the first is the generator's. A batch has
    128 molecules. With a reward the discriminator must be `rewarded`; its reward
    network is fitted whenever the generator plays.

    Args:
      learning_rate: Adam's, for both players.
      b1: Adam's first beta.
      b2: Adam's second.
      penalty: of the critic; `terms.gradient_penalty(10)` if None.
        `terms.molgan_penalty()` is the official code's.
      critic_steps: critic updates per generator update.
      reward: of molecules, from 0 to 1; None plays without.
      adversarial_share: λ, of the generator's objective; the rest is the reward's.
      reward_start: the step from which on the generator hears of the reward: the
        official loop lets one epoch pass.
      discriminator_rate: for the discriminator instead, if not None.

    Raises:
      ValueError: if a number is out of range.
      TypeError: if the reward is no function.
    """
    check_count("critic_steps", critic_steps)
    check_number("adversarial_share", adversarial_share, least=0, most=1)
    check_count("reward_start", reward_start, least=0)
    check_number("learning_rate", learning_rate, above=0)
    if discriminator_rate is None:
        discriminator_rate = learning_rate
    both = adams(learning_rate, discriminator_rate, b1, b2)
    play = adversarial(losses.wasserstein)
    critic = (play, gradient_penalty() if penalty is None else penalty)
    if reward is None:
        generator = Turn("generator", (play,), every=critic_steps)
        return Recipe((Turn("discriminator", critic), generator), both)

    def share(step):
        return jnp.where(step < reward_start, 1.0, jnp.float32(adversarial_share))

    fit = (reward_fit(reward),)
    objective = (
        play._replace(weight=share),
        reward_policy(losses.wasserstein, lambda step: 1.0 - share(step)),
    )
    fitted = Turn("discriminator", fit, critic_steps, name="reward", parts=("reward",))
    turns = (
        Turn("discriminator", critic, parts=("critic",)),
        fitted,
        Turn("generator", objective, every=critic_steps),
    )
    return Recipe(turns, both)
