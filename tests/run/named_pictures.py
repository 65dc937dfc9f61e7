"""Pictures of a folder, by class, by two linear networks."""

import dataclasses

import jax.numpy as jnp
from flax import linen

from jaxgan import data, nn, recipes
from jaxgan.games.latent import LatentGame, as_data
from jaxgan.run import launch
from jaxgan.run.experiment import Experiment


@dataclasses.dataclass(frozen=True)
class Config:
    """Next to nothing."""

    path: str = "pictures"
    """Of the folder."""
    classes: int = 3
    """That the networks know."""
    seed: int = 0
    """Of the run."""


VARIANTS = {"default": Config()}
OPTIONS = launch.Options(steps=2, log_every=2, sample_every=2, save_every=2)


class Generator(nn.Network):
    """A row of a table, and a picture of it."""

    classes: int

    @linen.compact
    def __call__(self, value, given, context):
        hidden = value + nn.Embedding(self.classes, value.shape[-1])(given)
        return jnp.tanh(nn.Dense(12)(hidden)).reshape(-1, 2, 2, 3)


class Discriminator(nn.Network):
    """A projection."""

    classes: int

    @linen.compact
    def __call__(self, value, given, context):
        features = nn.Dense(2)(value.reshape(len(value), -1))
        return jnp.sum(features * nn.Embedding(self.classes, 2)(given), axis=-1)


def build(config):
    """Builds the experiment."""
    source = data.folder(config.path, 2)
    return Experiment(
        game=LatentGame(
            Generator(config.classes), Discriminator(config.classes), 2, as_data
        ),
        recipe=recipes.nonsaturating(),
        data=data.batches(source, 8, config.seed),
    )


def tiny(config):
    """It is."""
    return config


if __name__ == "__main__":
    launch.main(__file__)
