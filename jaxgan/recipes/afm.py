"""Adversarial flow models."""

from jaxgan import losses
from jaxgan.core import schedules
from jaxgan.core.ranges import check_count, check_number
from jaxgan.core.recipe import Recipe
from jaxgan.core.types import Players, Term, Turn
from jaxgan.optimizers import LearningRate, decoupled_adam
from jaxgan.terms import (
    adversarial,
    approximated_r1,
    approximated_r2,
    centering,
    normalized_adversarial,
    optimal_transport,
    step_share,
)

HALF_LIFE = 1_774_000.0
"""Images after which a weight of .9999 per batch of 256 has halved."""


def afm(
    learning_rate: LearningRate = 1e-4,
    transport: tuple[float, float] = (0.2, 0.01),
    transport_steps: int = 500_000,
    *,
    gamma: float = 0.5,
    epsilon: float = 0.01,
    shrink: int = 4,
    center: float = 0.01,
    normalize: bool = True,
    b2: float = 0.9,
    weight_decay: float = 0.01,
    half_life: float = HALF_LIFE,
    ramp_up: float | None = None,
    chain: bool = False,
    guidance: tuple[Term, ...] = (),
) -> Recipe:
    """Adversarial flow models, Lin et al. 2025 (arXiv 2511.22475).

    The relativistic loss; finite differences for R1 and R2 on a quarter of the batch; a
    penalty on logits far from 0; and the generator pays for how far it moves its noise,
    which must have the shape of the data. The discriminator moves first: a generator
    that starts at 0 learns nothing of one that sees nothing yet. AdamW with β₁ = 0 for
    both, the same rate at every width from 768 on. Defaults are those of B/2; M, L and
    XL end with a price of .005.

    The published end of training is by hand: a price of .001, rates of 8e-5 and then
    3e-5, and the generator started from its average (table 11): by `--start-from` and
    `--from-average`, see `experiments/transformers/afm_stages.sh`.

    Args:
      learning_rate: AdamW's, of both players.
      transport: λ of `optimal_transport`, at first and at last; (0, 0) for none.
      transport_steps: steps of half a cosine between them.
      gamma: of `approximated_r1` and `approximated_r2`; the paper's λ_gp is half of it.
      epsilon: of the finite differences, for data of deviation 1.
      shrink: every so many-th example is penalised.
      center: of `centering`.
      normalize: bring the generator's gradient to one size, so that one λ does for all:
        `normalized_adversarial`.
      b2: AdamW's second beta; the first is 0.
      weight_decay: AdamW's.
      half_life: of the generator's average, in images.
      ramp_up: that is at most this share of the images seen; None: as published.
      chain: each step of a `games.chain.ChainGame` pays and is penalised by the share
        of the way that it goes. Published: a price from .25 to .005 of 2 and 4 steps.
      guidance: further terms of the generator, such as `classifier_guidance`.

    Raises:
      ValueError: naming the number that is out of range.
    """
    check_number("learning_rate", learning_rate, above=0)
    for end in transport:
        check_number("transport", end, least=0)
    check_count("transport_steps", transport_steps)
    check_number("gamma", gamma, least=0)
    price = schedules.cosine(*transport, transport_steps)
    share = step_share if chain else None
    play = normalized_adversarial if normalize else adversarial
    generator = (play(losses.relativistic), *guidance)
    if any(transport):
        generator += (optimal_transport(price, share=share),)
    penalty = {"epsilon": epsilon, "shrink": shrink, "share": share}
    discriminator = (
        adversarial(losses.relativistic),
        approximated_r1(gamma, **penalty),
        approximated_r2(gamma, **penalty),
        centering(center),
    )
    adam = decoupled_adam(learning_rate, 0.0, b2, weight_decay)
    return Recipe(
        (Turn("discriminator", discriminator), Turn("generator", generator)),
        Players(adam, adam),
        schedules.half_life(half_life, ramp_up),
    )
