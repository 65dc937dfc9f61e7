"""What the runs of `failing_runs.py` are made of: points and digits, good and bad."""

from collections.abc import Callable
from typing import Any

import numpy as np
import optax
from flax import linen as nn

from jaxgan import data, recipes
from jaxgan.core import (
    Augment,
    Loss,
    Players,
    Turn,
    schedules,
)
from jaxgan.games.latent import LatentGame
from jaxgan.models import dcgan, toy
from jaxgan.nn import Dense
from jaxgan.run import kinds
from jaxgan.run.experiment import Experiment
from jaxgan.terms import adversarial

BATCH = 64
HELD_OUT = 397
WIDTHS = (64, 64, 64)
he = nn.initializers.variance_scaling(2.0, "fan_in", "normal")


class Bottleneck(nn.Module):
    """A generator that is shown one number, whatever the latent."""

    generator: nn.Module

    @nn.compact
    def __call__(self, value, given, context):
        """Maps latents [B, Z]."""
        return self.generator(Dense(1)(value), given, context)


class Shift(nn.Module):
    """A cloud of points that can only be moved: the Dirac-GAN with some noise."""

    @nn.compact
    def __call__(self, value, given, context):
        """Maps latents [B, 2]."""
        return 0.1 * value + self.param("shift", nn.initializers.normal(1.0), (2,))


class Linear(nn.Module):
    """A discriminator with one slope."""

    @nn.compact
    def __call__(self, value, given, context):
        """Maps points [B, 2] to logits [B]."""
        return Dense(1, use_bias=False)(value)[:, 0]


def versus(
    loss: Loss,
    rates: tuple[float, float],
    *penalties: Any,
    b1: float = 0.5,
    every: int = 1,
    sgd: bool = False,
) -> recipes.Recipe:
    """A recipe of its own: rates of the generator and of the discriminator."""
    discriminator = Turn("discriminator", (adversarial(loss), *penalties))
    generator = Turn("generator", (adversarial(loss),), every)
    make = optax.sgd if sgd else lambda rate: optax.adam(rate, b1=b1)
    return recipes.Recipe((discriminator, generator), Players(*map(make, rates)))


def r3gan(gamma: float, rate: float, steps: int) -> recipes.Recipe:
    """R3GAN with its schedules over this run's length."""
    return recipes.r3gan(
        gamma=(gamma, 0.1 * gamma),
        learning_rate=(rate, 0.1 * rate),
        half_life=(0.0, 500.0 * BATCH),
        burn_in_images=steps * BATCH,
        batch_size=BATCH,
    )


def blob() -> data.Arrays:
    """One Gaussian."""
    rng = np.random.default_rng(0)
    return data.arrays(0.1 * rng.standard_normal((20_000, 2)).astype(np.float32))


def plane() -> toy.Generator:
    """A generator of points."""
    return toy.Generator(WIDTHS, normalise=False, kernel_init=he)


def maxout() -> toy.Discriminator:
    """A discriminator of points."""
    return toy.Discriminator(WIDTHS, pieces=2, kernel_init=he)


def bare(width: int = 8) -> dcgan.Discriminator:
    """A discriminator of digits without normalisation."""
    return dcgan.Discriminator(width, normalise=False)


Build = Callable[[int], Experiment]
"""f(seed) -> experiment."""


def points(
    recipe: recipes.Recipe,
    source: data.Source,
    generator: Any = None,
    discriminator: Any = None,
) -> Build:
    """Points in the plane."""
    game = LatentGame(generator or plane(), discriminator or maxout(), latent_size=2)
    return lambda seed: Experiment(
        game=game,
        recipe=recipe,
        data=data.batches(source, BATCH, seed),
        kind=kinds.points,
    )


def digits(
    recipe: recipes.Recipe,
    discriminator: Any = None,
    train: int = 1_400,
    generator: Any = None,
    augment: Augment = Augment(),  # noqa: B008  immutable
) -> Build:
    """The first `train` of 1,797 shuffled digits, without the last 397."""
    source = data.digits()
    order = np.random.default_rng(0).permutation(source.size)
    generator = generator or dcgan.Generator(source.shape, 8)
    game = LatentGame(generator, discriminator or dcgan.Discriminator(8), 16)
    held_out = data.subset(source, order[-HELD_OUT:])
    return lambda seed: Experiment(
        game=game,
        recipe=recipe._replace(ema_decay=schedules.half_life(10_000.0, ramp_up=0.05)),
        augment=augment,
        data=data.batches(data.subset(source, order[:train]), BATCH, seed),
        held_out=data.batches(held_out, BATCH, seed),
    )
