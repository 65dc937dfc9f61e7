"""StyleGAN3."""

import optax

from jaxgan import losses
from jaxgan.core import schedules
from jaxgan.core.ranges import check_count, check_number
from jaxgan.core.recipe import Recipe
from jaxgan.core.types import Players, Turn
from jaxgan.optimizers import adam, lazy_adam
from jaxgan.terms import adversarial, r1


def stylegan3(
    gamma: float = 32.8,
    generator_rate: float | optax.Schedule = 0.0025,
    discriminator_rate: float = 0.002,
    half_life: float = 10_000.0,
    ramp_up: float | None = 0.05,
    penalty_every: int = 16,
) -> Recipe:
    """StyleGAN3, T and R, Karras et al. 2021 (arXiv 2106.12423), as its code trains it.

    The non-saturating loss; R1 on every 16th step, weighted by that and an update of
    its own, for which the discriminator's Adam is corrected (`lazy_adam`); betas (0,
    0.99). Path lengths and mixing of styles (the game's `mixing`) are left out, and
    running means of squares decay by 0.5 ** (batch / 20000) (the generator's
    `magnitude_decay`). R begins behind `jaxgan.augment.fading_blur`.

    The defaults are those for FFHQ at 1024×1024, in batches of 32; at 256×256 the
    paper has batches of 64, gamma 1, rates of 0.0025 and a half-life of 20 000. For
    other data the code recommends gammas that grow with the area: 0.5 at 128×128, 2
    at 256, 8 at 512, and to try two and four times more and less.

    Args:
      gamma: of R1, ½γ‖∇D(real)‖².
      generator_rate: Adam's.
      discriminator_rate: Adam's before the correction.
      half_life: of the generator's average, in images: the code has 10 000 / 32 times
        the batch.
      ramp_up: the half-life is at most this share of the images seen; None: not so.
      penalty_every: steps between penalties.

    Raises:
      ValueError: naming the number that is out of range.
    """
    check_number("gamma", gamma, least=0)
    check_number("discriminator_rate", discriminator_rate, above=0)
    check_count("penalty_every", penalty_every)
    play = adversarial(losses.nonsaturating)
    return Recipe(
        (
            Turn("discriminator", (play,)),
            Turn("discriminator", (r1(penalty_every * gamma),), every=penalty_every),
            Turn("generator", (play,)),
        ),
        Players(
            adam(generator_rate, 0.0, 0.99, name="generator_rate"),
            lazy_adam(discriminator_rate, 0.0, 0.99, penalty_every),
        ),
        schedules.half_life(half_life, ramp_up),
    )
