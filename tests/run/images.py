"""Handwritten digits, some of them held out, by two tiny networks."""

import dataclasses

import numpy as np

from jaxgan import data, recipes
from jaxgan.core import schedules
from jaxgan.games.latent import LatentGame
from jaxgan.models import dcgan
from jaxgan.run import launch
from jaxgan.run.experiment import Experiment


@dataclasses.dataclass(frozen=True)
class Config:
    """Next to nothing."""

    seed: int = 0
    """Of the run."""
    batch_size: int = 8
    """Images per step."""


VARIANTS = {"default": Config()}
OPTIONS = launch.Options(steps=4, log_every=2, sample_every=4, save_every=2)


def build(config):
    """Builds the experiment."""
    digits = data.digits()
    held_out = data.subset(
        dataclasses.replace(digits, split="test"), np.arange(1_400, digits.size)
    )
    recipe = recipes.nonsaturating()
    return Experiment(
        game=LatentGame(dcgan.Generator((8, 8, 1), 4), dcgan.Discriminator(4), 4),
        recipe=recipe._replace(ema_decay=schedules.half_life(100.0)),
        data=data.batches(
            data.subset(digits, np.arange(1_400)), config.batch_size, config.seed
        ),
        held_out=data.batches(held_out, config.batch_size),
    )


def tiny(config):
    """It is."""
    return config


if __name__ == "__main__":
    launch.main(__file__)
