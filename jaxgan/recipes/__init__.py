"""The published way to train with each loss: turns and optimizers, with constants."""

from typing import NamedTuple

import optax

from jaxgan import losses
from jaxgan.core import schedules
from jaxgan.core.types import Players, Turn
from jaxgan.optimizers import clip_weights, lazy_adam
from jaxgan.recipes.auxiliary import acgan as acgan
from jaxgan.recipes.auxiliary import infogan as infogan
from jaxgan.recipes.auxiliary import reacgan as reacgan
from jaxgan.recipes.recipe import LearningRate
from jaxgan.recipes.recipe import Recipe as Recipe
from jaxgan.recipes.recipe import alternating as _alternating
from jaxgan.recipes.recipe import versus as _versus
from jaxgan.terms import (
    adversarial,
    gradient_penalty,
    orthogonal,
    path_length,
    r1,
    r2,
)


def minimax(
    learning_rate: LearningRate = 2e-4,
    b1: float = 0.5,
    discriminator_rate: LearningRate | None = None,
) -> Recipe:
    """The zero-sum game of Goodfellow et al. 2014 (arXiv 1406.2661), equation 1.

    Optimizers are those of DCGAN (Radford et al. 2016, arXiv 1511.06434): Adam 2e-4,
    betas (0.5, 0.999), one discriminator update per generator update. The paper itself
    used momentum SGD. The generator's gradient vanishes when it loses: prefer
    `nonsaturating`, which has the same arguments.
    """
    return _alternating(losses.minimax, learning_rate, b1, discriminator_rate)


def nonsaturating(
    learning_rate: LearningRate = 2e-4,
    b1: float = 0.5,
    discriminator_rate: LearningRate | None = None,
) -> Recipe:
    """The loss of Goodfellow et al. 2014, section 3, trained as DCGAN does.

    Radford et al. 2016 (arXiv 1511.06434), section 4: Adam 2e-4, betas (0.5, 0.999).

    Args:
      learning_rate: Adam's, for both players.
      b1: Adam's first beta.
      discriminator_rate: for the discriminator instead, if not None. A generator that
        loses early, and collapses, may want a slower opponent.
    """
    return _alternating(losses.nonsaturating, learning_rate, b1, discriminator_rate)


def least_squares(
    learning_rate: LearningRate = 2e-4,
    b1: float = 0.5,
    discriminator_rate: LearningRate | None = None,
) -> Recipe:
    """LSGAN, Mao et al. 2017 (arXiv 1611.04076): Adam 2e-4, betas (0.5, 0.999).

    Arguments are those of `nonsaturating`.
    """
    return _alternating(losses.least_squares, learning_rate, b1, discriminator_rate)


def wgan(
    learning_rate: LearningRate = 5e-5, clip: float = 0.01, critic_steps: int = 5
) -> Recipe:
    """WGAN with weight clipping, Arjovsky et al. 2017 (arXiv 1701.07875), algorithm 1.

    RMSProp 5e-5 for both (decay 0.99, as PyTorch's default, which the official code
    uses), weights clipped to ±0.01 after each critic update, 5 critic updates per
    generator update. The official code's longer critic training at the start (100
    updates for the first 25 rounds) is left out.
    """
    rmsprop = optax.rmsprop(learning_rate, decay=0.99, eps=1e-8, eps_in_sqrt=False)
    return Recipe(
        _versus(losses.wasserstein, critic_steps),
        Players(rmsprop, optax.chain(rmsprop, clip_weights(clip))),
    )


def wgan_gp(
    learning_rate: LearningRate = 1e-4,
    b1: float = 0.0,
    b2: float = 0.9,
    penalty: float = 10.0,
    critic_steps: int = 5,
) -> Recipe:
    """WGAN-GP, Gulrajani et al. 2017 (arXiv 1704.00028), algorithm 1.

    Adam 1e-4, betas (0, 0.9), λ = 10, 5 critic updates per generator update. The
    CIFAR-10 ResNet of the paper uses 2e-4, decayed linearly to 0. The critic must not
    normalise over the batch.
    """
    adam = optax.adam(learning_rate, b1=b1, b2=b2)
    return Recipe(
        _versus(losses.wasserstein, critic_steps, gradient_penalty(penalty)),
        Players(adam, adam),
    )


def hinge(
    generator_rate: LearningRate = 2e-4,
    discriminator_rate: LearningRate = 2e-4,
    b1: float = 0.0,
    b2: float = 0.9,
    critic_steps: int = 5,
) -> Recipe:
    """SNGAN's, Miyato et al. 2018 (arXiv 1802.05957), table 1 setting C.

    Adam 2e-4, betas (0, 0.9), 5 discriminator updates per generator update, with
    spectral normalisation in the discriminator. SAGAN (arXiv 1805.08318) uses rates
    1e-4 and 4e-4 with one update each.
    """
    return Recipe(
        _versus(losses.hinge, critic_steps),
        Players(
            optax.adam(generator_rate, b1=b1, b2=b2),
            optax.adam(discriminator_rate, b1=b1, b2=b2),
        ),
    )


def biggan(
    generator_rate: LearningRate = 5e-5,
    discriminator_rate: LearningRate = 2e-4,
    critic_steps: int = 2,
    orthogonality: float = 0.0,
    average_from: int = 40_000,
    b1: float = 0.0,
    decay: float = 0.9999,
) -> Recipe:
    """BigGAN, Brock et al. 2019 (arXiv 1809.11096), section 3 and appendix C.

    Hinge loss; Adam 5e-5 and 2e-4, betas (0, 0.999), ε 1e-6; 2 discriminator updates
    per generator update; the generator's average decays by 0.9999. The defaults are
    those of ImageNet at 128×128 with batches of 2048; on CIFAR-10 the authors' code has
    rates of 2e-4, 4 discriminator updates and batches of 50, and StudioGAN's, whose
    scores are better, β₁ 0.5, 5 discriminator updates and batches of 64.

    Args:
      generator_rate: Adam's, for the generator.
      discriminator_rate: Adam's, for the discriminator.
      critic_steps: discriminator updates per generator update.
      orthogonality: weight of `orthogonal` on the generator's turn; the paper's is
        1e-4, and 0 leaves it out.
      average_from: the step at which averaging begins: 20 000 generator updates.
      b1: Adam's first beta.
      decay: weight that the old average keeps at an update of the generator.
    """
    critic, generator = _versus(losses.hinge, critic_steps)
    if orthogonality:
        terms = (*generator.terms, orthogonal(orthogonality))
        generator = generator._replace(terms=terms)

    def adam(rate):
        return optax.adam(rate, b1=b1, b2=0.999, eps=1e-6)

    # The average moves on every step, the generator on every `critic_steps`th.
    each = decay ** (1.0 / critic_steps)
    return Recipe(
        (critic, generator),
        Players(adam(generator_rate), adam(discriminator_rate)),
        schedules.constant_decay(each, average_from),
    )


def relativistic(
    learning_rate: LearningRate = 2e-4,
    b1: float = 0.5,
    discriminator_rate: LearningRate | None = None,
) -> Recipe:
    """RpGAN, Jolicoeur-Martineau 2018 (arXiv 1807.00734), algorithm 1.

    Adam 2e-4, betas (0.5, 0.999), one update each. Arguments are those of
    `nonsaturating`.
    """
    return _alternating(losses.relativistic, learning_rate, b1, discriminator_rate)


class R3GANSchedule(NamedTuple):
    """Constants of one data set, as arguments of `r3gan`: see there."""

    gamma: tuple[float, float]
    half_life: tuple[float, float]
    burn_in_images: int
    batch_size: int


R3GAN = {
    "CIFAR-10": R3GANSchedule((0.05, 0.005), (0.0, 5e6), 20_000_000, 512),
    "FFHQ-64": R3GANSchedule((2.0, 0.2), (0.0, 5e5), 20_000_000, 256),
    "FFHQ-256": R3GANSchedule((150.0, 15.0), (0.0, 5e5), 20_000_000, 256),
    "ImageNet-32": R3GANSchedule((0.5, 0.05), (0.0, 5e7), 200_000_000, 4096),
    "ImageNet-64": R3GANSchedule((1.0, 0.1), (0.0, 5e7), 200_000_000, 4096),
}
"""The official presets: `r3gan(**R3GAN["FFHQ-64"]._asdict())`.

All share the schedules of the learning rate, 2e-4 to 5e-5, and of Adam's second beta,
0.9 to 0.99.
"""


def r3gan(
    gamma: tuple[float, float] = (0.05, 0.005),
    learning_rate: tuple[float, float] = (2e-4, 5e-5),
    b2: tuple[float, float] = (0.9, 0.99),
    half_life: tuple[float, float] = (0.0, 5e6),
    burn_in_images: int = 20_000_000,
    batch_size: int = 512,
) -> Recipe:
    """R3GAN, Huang et al. 2024 (arXiv 2501.05441): RpGAN with R1 and R2 on every step.

    Every constant runs along half a cosine from its first to its second value over
    `burn_in_images`, then stays. The defaults are the official ones for CIFAR-10;
    augmentation is the experiment's business.

    Args:
      gamma: of the penalties ½γ(‖∇D(real)‖² + ‖∇D(fake)‖²).
      learning_rate: Adam's, for both players.
      b2: Adam's second beta; the first is 0.
      half_life: of the generator's average, in images.
      burn_in_images: real images until all schedules have ended.
      batch_size: real images per step, to turn images into steps.
    """
    steps = max(1, burn_in_images // batch_size)

    def over_burn_in(ends: tuple[float, float]):
        return schedules.cosine(*ends, steps)

    adam = optax.inject_hyperparams(optax.adam)(
        learning_rate=over_burn_in(learning_rate), b1=0.0, b2=over_burn_in(b2), eps=1e-8
    )
    weight = over_burn_in(gamma)
    return Recipe(
        _versus(losses.relativistic, 1, r1(weight), r2(weight)),
        Players(adam, adam),
        schedules.half_life(over_burn_in(half_life)),
    )


def stylegan2(
    gamma: float = 10.0,
    path_weight: float = 2.0,
    learning_rate: float = 0.002,
    half_life: float = 10_000.0,
    ramp_up: float | None = None,
    penalty_every: int = 16,
    path_every: int = 4,
) -> Recipe:
    """StyleGAN2, Karras et al. 2020 (arXiv 1912.04958), and its configurations.

    The non-saturating loss; R1 on every 16th step and path length regularisation on
    every 4th, each weighted by its interval and an update of its own; Adam with betas
    (0, 0.99), corrected for those updates (`lazy_adam`). The defaults are those of the
    paper at 1024×1024, where batches are 32. The official PyTorch code (arXiv
    2006.06676) has other configurations:

    - FFHQ at 256×256: gamma 1, learning rate 0.0025, half-life 20 000, batch 64;
    - FFHQ at 512×512: gamma 0.5, otherwise likewise;
    - CIFAR-10: gamma 0.01, no path lengths (`path_weight` 0; and no style mixing in the
      game), learning rate 0.0025, half-life 500 000 with a ramp-up of 0.05, batch 64.

    Args:
      gamma: of R1, ½γ‖∇D(real)‖².
      path_weight: of path length regularisation; 0 leaves the turn out, and keeps the
        correction of Adam, as the official code does.
      learning_rate: Adam's before the correction, for both players.
      half_life: of the generator's average, in images.
      ramp_up: the half-life is at most this share of the images seen; None: not so.
      penalty_every: steps between penalties of the discriminator.
      path_every: steps between path length regularisations of the generator.
    """
    play = adversarial(losses.nonsaturating)
    turns = [
        Turn("discriminator", (play,)),
        Turn("discriminator", (r1(penalty_every * gamma),), every=penalty_every),
        Turn("generator", (play,)),
    ]
    if path_weight:
        lazy = path_length(path_every * path_weight)
        turns.append(Turn("generator", (lazy,), every=path_every))
    return Recipe(
        tuple(turns),
        Players(
            lazy_adam(learning_rate, 0.0, 0.99, path_every),
            lazy_adam(learning_rate, 0.0, 0.99, penalty_every),
        ),
        schedules.half_life(half_life, ramp_up),
    )
