"""R3GAN, and its official presets."""

from typing import NamedTuple

import optax

from jaxgan import losses
from jaxgan.core import schedules
from jaxgan.core.ranges import check_count, check_number
from jaxgan.core.recipe import Recipe
from jaxgan.core.types import Players
from jaxgan.recipes.alternation import versus
from jaxgan.terms import r1, r2


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

    Raises:
      ValueError: naming the number that is out of range.
    """
    ranges = {
        "gamma": (gamma, {"least": 0}),
        "learning_rate": (learning_rate, {"above": 0}),
        "b2": (b2, {"least": 0, "below": 1}),
        "half_life": (half_life, {"least": 0}),
    }
    for name, (ends, bounds) in ranges.items():
        for end in ends:
            check_number(name, end, **bounds)
    check_count("burn_in_images", burn_in_images)
    check_count("batch_size", batch_size)
    steps = max(1, burn_in_images // batch_size)

    def over_burn_in(ends: tuple[float, float]):
        return schedules.cosine(*ends, steps)

    adam = optax.inject_hyperparams(optax.adam)(
        learning_rate=over_burn_in(learning_rate), b1=0.0, b2=over_burn_in(b2), eps=1e-8
    )
    weight = over_burn_in(gamma)
    return Recipe(
        versus(losses.relativistic, 1, r1(weight), r2(weight)),
        Players(adam, adam),
        schedules.half_life(over_burn_in(half_life)),
    )
