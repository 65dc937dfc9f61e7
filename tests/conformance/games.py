"""Small games on which the laws are checked: one row per thing that can go wrong."""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
from flax import linen as nn

from jaxgan import nn as layers
from jaxgan.core import Context, Sample
from jaxgan.games.latent import LatentGame, as_data, uniform_labels
from jaxgan.models import dcgan, mlp, toy

SIZE = 16


class Case(NamedTuple):
    """A game, a batch for it, and whether a layer reads the batch."""

    game: Callable[[], LatentGame]
    batch: Callable[[], Sample]
    reads_batch: bool


def points(dimension: int = 2) -> Sample:
    return Sample(jax.random.normal(jax.random.key(1), (SIZE, dimension)))


def images(size: int = 8, channels: int = 1) -> Sample:
    shape = (SIZE, size, size, channels)
    value = jnp.tanh(jax.random.normal(jax.random.key(2), shape))
    return Sample(value, jnp.arange(SIZE) % 3)


class Generator(nn.Module):
    """Smooth and small: two layers and nothing else."""

    width: int = 8

    @nn.compact
    def __call__(self, value, given, context: Context):
        del given, context
        return nn.Dense(2)(jnp.tanh(nn.Dense(self.width)(value)))


class Discriminator(nn.Module):
    """Smooth and small, with a scalar logit."""

    width: int = 8

    @nn.compact
    def __call__(self, value, given, context: Context):
        del given, context
        return nn.Dense(1)(jnp.tanh(nn.Dense(self.width)(value)))[:, 0]


def plain() -> LatentGame:
    return LatentGame(Generator(), Discriminator(), latent_size=3)


def packed() -> LatentGame:
    return LatentGame(Generator(), layers.Packed(Discriminator(), 2), latent_size=3)
