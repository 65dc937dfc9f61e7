"""Pictures of nothing, of a size that networks which see features want."""

import dataclasses

import numpy as np

from jaxgan import data, recipes
from jaxgan.games.latent import LatentGame
from jaxgan.models import dcgan
from jaxgan.run import launch
from jaxgan.run.experiment import Experiment


@dataclasses.dataclass(frozen=True)
class Config:
    """Next to nothing."""

    seed: int = 0
    """Of the run."""
    size: int = 16
    """Pixels per side."""
    batch_size: int = 4
    """Images per step."""


VARIANTS = {"default": Config()}
OPTIONS = launch.Options(steps=1)


def build(config):
    """Builds the experiment."""
    shape = (config.size, config.size, 1)
    values = np.random.default_rng(0).integers(0, 255, (8, *shape), np.uint8)
    return Experiment(
        game=LatentGame(dcgan.Generator(shape, 2), dcgan.Discriminator(2), 4),
        recipe=recipes.nonsaturating(),
        data=data.batches(data.arrays(values), config.batch_size, config.seed),
    )


def tiny(config):
    """It is."""
    return config


if __name__ == "__main__":
    launch.main(__file__)
