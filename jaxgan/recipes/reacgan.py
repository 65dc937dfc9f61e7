"""ReACGAN."""

from jaxgan import losses
from jaxgan.core import schedules
from jaxgan.core.recipe import Recipe
from jaxgan.recipes.alternation import LearningRate, adams, sharing
from jaxgan.terms import data_to_data_cross_entropy


def reacgan(
    generator_rate: LearningRate = 2.8284e-4,
    discriminator_rate: LearningRate = 2.8284e-4,
    b1: float = 0.5,
    critic_steps: int = 5,
    weight: float = 0.5,
    temperature: float = 0.5,
    margin: float = 0.98,
    average_from: int = 5_000,
) -> Recipe:
    """ReACGAN, Kang et al. 2021 (arXiv 2111.01118), as its code trains it on CIFAR-10.

    Hinge loss and D2D-CE on both turns, BigGAN's networks, batches of 128; Adam 2√2e-4,
    betas (0.5, 0.999), 5 discriminator updates per generator update; the generator's
    average decays by 0.9999 per generator update. The discriminator needs
    `nn.ProxyHead` under the name 'proxies', and the game labels for real and fake.

    Args:
      generator_rate: Adam's, for the generator.
      discriminator_rate: Adam's, for the discriminator and the head.
      b1: Adam's first beta.
      critic_steps: discriminator updates per generator update.
      weight: of D2D-CE.
      temperature: see `data_to_data_cross_entropy`.
      margin: likewise.
      average_from: the step at which averaging begins: 1000 generator updates.
    """
    term = data_to_data_cross_entropy(weight, temperature=temperature, margin=margin)
    return Recipe(
        sharing(losses.hinge, term, critic_steps),
        adams(generator_rate, discriminator_rate, b1),
        # The average moves on every step, the generator on every `critic_steps`th.
        schedules.constant_decay(0.9999 ** (1.0 / critic_steps), average_from),
    )
