"""The game that is played on the page: points of the plane, by any of six recipes."""

import dataclasses
from typing import Any, NamedTuple

import optax
from flax import linen as nn

from jaxgan import recipes
from jaxgan.core.context import Context
from jaxgan.core.recipe import Recipe
from jaxgan.core.types import Players, Sample, Variables
from jaxgan.games.latent import LatentGame
from jaxgan.models import toy

WIDTH, DEPTH, BATCH, LATENT = 48, 3, 128, 2
BURN_IN = 3_000
"""Moves of the discriminator over which R3GAN's schedules run."""

he = nn.initializers.variance_scaling(2.0, "fan_in", "normal")


@dataclasses.dataclass(frozen=True)
class GivenLatents(LatentGame):
    """The classic game, with latents that come with the batch, as what is given."""

    def latent(
        self, variables: Variables, context: Context
    ) -> tuple[Sample, Variables]:
        """Takes the latents of the batch, instead of drawing some."""
        return Sample(context.batch.given), variables


def game() -> GivenLatents:
    """Makes the two networks, as `experiments/first/toy_modes.py` does, narrower."""
    widths = (WIDTH,) * DEPTH
    return GivenLatents(
        toy.Generator(widths, normalise=False, kernel_init=he),
        toy.Discriminator(widths, pieces=2, kernel_init=he),
        latent_size=LATENT,
    )


class Choice(NamedTuple):
    """A recipe that can be chosen.

    Attributes:
      title: what it is called on the page.
      rates: learning rates that are set at first.
      critic_steps: moves of the discriminator per move of the generator at first.
      floor: differences of logits that are drawn as flat; 0 where they have no unit.
    """

    title: str
    rates: Players[float]
    critic_steps: int
    floor: float


CHOICES = {
    "r3gan": Choice("R3GAN", Players(1e-3, 1e-3), 1, 2.0),
    "nonsaturating": Choice("Non-saturating", Players(1e-3, 1e-3), 1, 2.0),
    "minimax": Choice("Vanilla (minimax)", Players(1e-3, 1e-3), 1, 2.0),
    "hinge": Choice("Hinge", Players(1e-3, 1e-3), 5, 1.0),
    "wgan": Choice("WGAN (clipping)", Players(1e-3, 1e-3), 5, 0.0),
    "wgan_gp": Choice("WGAN-GP", Players(1e-3, 1e-3), 5, 0.0),
}
"""By the name of the function in `jaxgan.recipes`."""


def recipe(name: str, rates: Players[Any]) -> Recipe:
    """Makes a recipe whose learning rates may be traced: inputs of a graph.

    A schedule takes any number. R3GAN's are schedules already, so what its optimizers
    would do at a rate of 1 is scaled, which is the same.
    """
    if name == "r3gan":
        made = recipes.r3gan(
            gamma=(0.1, 0.01),
            learning_rate=(1.0, 0.1),
            half_life=(0.0, 0.0),
            burn_in_images=BURN_IN * BATCH,
            batch_size=BATCH,
        )
        scaled = (
            optax.chain(optimizer, optax.scale(rate))
            for optimizer, rate in zip(made.optimizers, rates)
        )
        return made._replace(optimizers=Players(*scaled))
    generator, discriminator = (lambda _, rate=rate: rate for rate in rates)
    if name == "hinge":
        return recipes.hinge(generator, discriminator)
    if name in ("minimax", "nonsaturating"):
        make = getattr(recipes, name)
        return make(generator, discriminator_rate=discriminator)
    if name == "wgan":
        makes = (
            recipes.wgan(rate, first_rounds=0) for rate in (generator, discriminator)
        )
    else:
        makes = (recipes.wgan_gp(rate) for rate in (generator, discriminator))
    first, second = makes
    optimizers = Players(first.optimizers.generator, second.optimizers.discriminator)
    return first._replace(optimizers=optimizers)
