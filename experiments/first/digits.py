"""DCGAN on the 8×8 handwritten digits that ship with scikit-learn.

The first thing to run: no download, no accelerator. 20,000 steps took 70 seconds on two
cores of an AMD EPYC. A support vector machine (96 % right on held-out digits) finds
every class in 2,000 samples, each at 8 % to 12 %.

    python experiments/first/digits.py
"""

import dataclasses

from jaxgan import data, recipes
from jaxgan.core import schedules
from jaxgan.games.latent import LatentGame
from jaxgan.models import dcgan
from jaxgan.run import launch
from jaxgan.run.experiment import Experiment
from jaxgan.run.options import Options


@dataclasses.dataclass(frozen=True)
class Config:
    """What identifies a run."""

    seed: int = 0
    """Of everything that is drawn."""
    batch_size: int = 64
    """Images per step."""
    width: int = 32
    """Channels next to the image; they double towards the base."""
    latent_size: int = 64
    """Numbers per latent."""
    learning_rate: float = 2e-4
    """Adam's, for both players."""
    half_life: float = 10_000.0
    """Of the generator's running average, in images."""


VARIANTS = {"default": Config()}
OPTIONS = Options(steps=20_000, log_every=500, sample_every=2_000)


def build(config: Config) -> Experiment:
    """The experiment that a config describes."""
    source = data.digits()
    recipe = recipes.nonsaturating(config.learning_rate)
    return Experiment(
        game=LatentGame(
            dcgan.Generator(source.shape, config.width),
            dcgan.Discriminator(config.width),
            config.latent_size,
        ),
        recipe=recipe._replace(
            ema_decay=schedules.half_life(config.half_life, ramp_up=0.05)
        ),
        data=data.batches(source, config.batch_size, config.seed),
    )


def tiny(config: Config) -> Config:
    """The same, small enough for a test."""
    return dataclasses.replace(config, batch_size=8, width=4, latent_size=4)


if __name__ == "__main__":
    launch.main(__file__)
