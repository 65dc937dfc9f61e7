"""Runs that are made to fail, healthy ones, and some that take the advice.

`failures.py` trains them.
"""

import dataclasses
from collections.abc import Callable

from failing_parts import (
    Bottleneck,
    Build,
    Linear,
    Shift,
    bare,
    blob,
    digits,
    maxout,
    plane,
    points,
    r3gan,
    versus,
)

from jaxgan import data, losses, recipes
from jaxgan.augment.diffaugment import diffaugment, translation
from jaxgan.models import dcgan
from jaxgan.nn import Packed
from jaxgan.terms import r1


@dataclasses.dataclass(frozen=True)
class Case:
    """One kind of run.

    Attributes:
      expected: the finding, or 'healthy'.
      steps: of training.
      make: f(steps) -> `Build`.
    """

    expected: str
    steps: int
    make: Callable[[int], Build]


HEALTHY = "healthy"
VANISHING = "vanishing generator gradient"
WEAK = "discriminator too weak"
OVERFITTING = "discriminator overfitting"
OSCILLATION = "oscillation without progress"
DIVERGENCE = "divergence"
DEAD = "dead latent dimensions"
COLLAPSE = "mode collapse"
MEMORISATION = "memorisation"

moved = diffaugment((translation,))
even = recipes.nonsaturating(5e-4)
ns, mm = losses.nonsaturating, losses.minimax
unbounded = recipes.wgan(1e-3, clip=1e9, first_rounds=0)

CASES = {
    "healthy: ring, R3GAN": Case(
        HEALTHY, 3000, lambda n: points(r3gan(0.1, 1e-3, n), data.ring())
    ),
    "healthy: one Gaussian, R1": Case(
        HEALTHY, 2000, lambda n: points(versus(ns, (1e-3, 1e-3), r1(1.0)), blob())
    ),
    "healthy: ring, WGAN-GP": Case(
        HEALTHY, 2500, lambda n: points(recipes.wgan_gp(1e-3), data.ring())
    ),
    "healthy: digits, non-saturating": Case(HEALTHY, 2000, lambda n: digits(even)),
    "healthy: digits, hinge, spectral": Case(
        HEALTHY,
        2500,
        lambda n: digits(
            recipes.hinge(5e-4, 5e-4, critic_steps=1),
            dcgan.Discriminator(16, spectral=True),
        ),
    ),
    "healthy: digits, R3GAN": Case(
        HEALTHY, 2500, lambda n: digits(r3gan(1.0, 1e-3, n), bare())
    ),
    "vanishing: digits, minimax, ten turns of D": Case(
        VANISHING, 2000, lambda n: digits(versus(mm, (2e-4, 2e-4), every=10), bare())
    ),
    "vanishing: ring, minimax, quick D": Case(
        VANISHING,
        2000,
        lambda n: points(versus(mm, (1e-5, 1e-3), every=5), data.ring()),
    ),
    "weak: digits, D's rate 1e-7": Case(
        WEAK, 1500, lambda n: digits(versus(ns, (5e-4, 1e-7)))
    ),
    "weak: ring, D's rate 1e-6": Case(
        WEAK, 1500, lambda n: points(versus(ns, (1e-3, 1e-6)), data.ring())
    ),
    "overfitting: 200 digits": Case(
        OVERFITTING, 5000, lambda n: digits(even, bare(16), 200)
    ),
    "overfitting: 100 digits, batch normalisation": Case(
        OVERFITTING, 2500, lambda n: digits(even, dcgan.Discriminator(16), 100)
    ),
    "oscillation: Dirac-GAN, Wasserstein": Case(
        OSCILLATION,
        2000,
        lambda n: points(
            versus(losses.wasserstein, (0.01, 0.01), sgd=True),
            blob(),
            Shift(),
            Linear(),
        ),
    ),
    "oscillation: Dirac-GAN, Adam 0.9": Case(
        OSCILLATION,
        2000,
        lambda n: points(versus(ns, (0.01, 0.01), b1=0.9), blob(), Shift(), Linear()),
    ),
    "oscillation: digits, WGAN without a constraint": Case(
        OSCILLATION, 1500, lambda n: digits(unbounded, bare())
    ),
    "divergence: ring, WGAN without a constraint": Case(
        DIVERGENCE, 1500, lambda n: points(unbounded, data.ring())
    ),
    "divergence: digits, WGAN without a constraint, slow G": Case(
        DIVERGENCE,
        1500,
        lambda n: digits(versus(losses.wasserstein, (1e-5, 1e-3), every=5), bare()),
    ),
    "divergence: digits, least squares, SGD 10": Case(
        DIVERGENCE,
        300,
        lambda n: digits(versus(losses.least_squares, (10.0, 10.0), sgd=True), bare()),
    ),
    "dead latents: digits, bottleneck": Case(
        DEAD,
        2000,
        lambda n: digits(even, generator=Bottleneck(dcgan.Generator((8, 8, 1), 8))),
    ),
    "dead latents: ring, bottleneck": Case(
        DEAD,
        2000,
        lambda n: points(r3gan(0.1, 1e-3, n), data.ring(), Bottleneck(plane())),
    ),
    "collapse: ring, minimax": Case(
        COLLAPSE, 4000, lambda n: points(recipes.minimax(1e-3), data.ring())
    ),
    "collapse: digits, quick G": Case(
        COLLAPSE, 2000, lambda n: digits(versus(ns, (5e-3, 2e-4), b1=0.9), bare())
    ),
    "memorisation: 40 digits": Case(
        MEMORISATION,
        4000,
        lambda n: digits(
            r3gan(1.0, 1e-3, n), bare(16), 40, dcgan.Generator((8, 8, 1), 16)
        ),
    ),
}
"""What is wrong by construction."""


@dataclasses.dataclass(frozen=True)
class Cure:
    """A run that takes the advice on another's finding.

    Attributes:
      ill: the other, of `CASES`; this one is as long.
      finding: that must be gone.
      figure: the metric that must be better.
      larger: whether that means larger.
      make: f(steps) -> `Build`.
    """

    ill: str
    finding: str
    figure: str
    larger: bool
    make: Callable[[int], Build]


CURES = {
    "nonsaturating": Cure(
        "vanishing: digits, minimax, ten turns of D",
        VANISHING,
        "samples/distance",
        False,
        lambda n: digits(versus(ns, (2e-4, 2e-4), every=10), bare()),
    ),
    "r3gan": Cure(
        "collapse: ring, minimax",
        COLLAPSE,
        "samples/coverage",
        True,
        lambda n: points(r3gan(0.1, 1e-3, n), data.ring()),
    ),
    "packing": Cure(
        "collapse: ring, minimax",
        COLLAPSE,
        "samples/coverage",
        True,
        lambda n: points(
            recipes.minimax(1e-3), data.ring(), discriminator=Packed(maxout(), 4)
        ),
    ),
    "a smaller discriminator": Cure(
        "overfitting: 200 digits",
        OVERFITTING,
        "overfitting/r_v",
        False,
        lambda n: digits(even, bare(8), 200),
    ),
    "diffaugment": Cure(
        "overfitting: 200 digits",
        OVERFITTING,
        "overfitting/r_v",
        False,
        lambda n: digits(even, bare(16), 200, augment=moved),
    ),
    "more data": Cure(
        "overfitting: 200 digits",
        OVERFITTING,
        "overfitting/r_v",
        False,
        lambda n: digits(even, bare(16)),
    ),
}
"""By what was changed."""
