"""Waves of any phase and pitch, by two tiny networks: an experiment of curves."""

import dataclasses

import numpy as np

from jaxgan import data, recipes
from jaxgan.core import schedules
from jaxgan.games.latent import LatentGame
from jaxgan.models import mlp
from jaxgan.run import launch
from jaxgan.run.experiment import Experiment
from tests.run.kinds.curves import curves

TIMES = 40


@dataclasses.dataclass(frozen=True)
class Config:
    """Next to nothing."""

    seed: int = 0
    """Of the run."""
    batch_size: int = 16
    """Curves per step."""


VARIANTS = {"default": Config()}
OPTIONS = launch.Options(
    steps=4, log_every=2, sample_every=2, save_every=2, diagnose_every=4
)


def waves(count, seed):
    """Sines [count, TIMES, 1]."""
    rng = np.random.default_rng(seed)
    pitch, phase = rng.uniform(1, 3, (count, 1)), rng.uniform(0, 6.3, (count, 1))
    values = np.sin(np.linspace(0, 2 * np.pi, TIMES) * pitch + phase)
    return data.arrays(values[..., None].astype(np.float32))


def build(config):
    """Builds the experiment."""
    recipe = recipes.nonsaturating()
    return Experiment(
        game=LatentGame(mlp.Generator((TIMES, 1), (8,)), mlp.Discriminator((8,)), 4),
        recipe=recipe._replace(ema_decay=schedules.half_life(100.0)),
        data=data.batches(waves(200, 0), config.batch_size, config.seed),
        held_out=data.batches(waves(64, 1), config.batch_size),
        kind=curves,
    )


def tiny(config):
    """It is."""
    return config


if __name__ == "__main__":
    launch.main(__file__)
