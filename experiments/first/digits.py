"""A conditional DCGAN on the handwritten digits that ship with scikit-learn.

The first thing to run: no download, no accelerator. The set tells how much ink covers
each of 8×8 cells; digits of 32×32 pixels are drawn back from that (`data.digits`). The
networks are DCGAN's (Radford et al. 2016, arXiv 1511.06434), conditioned on the digit
as by Miyato and Koyama 2018 (arXiv 1802.05637): by the scales and shifts of the
generator's normalisation, and by projection in the discriminator.

    python experiments/first/digits.py
    jaxgan sample runs/digits --label 7

5,000 steps and all around them took 113 seconds on two quiet cores of an AMD EPYC
without AVX-512, 12 of them to compile. A support vector machine, right on 98 % of
the held-out digits, finds the digit that was asked for in 99.8 % and more of 2,000
samples of each of three seeds. Samples of one digit vary 0.8 times as much as real ones
do, and are no nearer to training images than held-out ones are.
"""

import dataclasses

import numpy as np
import optax

from jaxgan import data, recipes
from jaxgan.core import schedules
from jaxgan.games.latent import LatentGame, uniform_labels
from jaxgan.models import dcgan
from jaxgan.run import launch
from jaxgan.run.experiment import Experiment
from jaxgan.run.options import Options


@dataclasses.dataclass(frozen=True)
class Config:
    """What identifies a run."""

    seed: int = 0
    """Of everything that is drawn."""
    size: int = 32
    """Pixels per side: a power of two from 8."""
    batch_size: int = 32
    """Images per step."""
    width: int = 16
    """Channels next to the image; they double towards the base."""
    latent_size: int = 64
    """Numbers per latent."""
    generator_rate: float = 1e-3
    """Adam's learning rate at first, of the generator."""
    discriminator_rate: float = 2e-4
    """Adam's learning rate at first, of the discriminator."""
    decay_steps: int = 5_000
    """Steps of half a cosine down to a tenth of the learning rates."""
    half_life: float = 20_000.0
    """Of the generator's running average, in images."""


VARIANTS = {"default": Config()}
OPTIONS = Options(steps=5_000, log_every=100, sample_every=500, diagnose_every=500)


def build(config: Config) -> Experiment:
    """Builds the experiment that a config describes."""
    source = data.digits(config.size)
    classes = len(source.classes)
    # Every sixth image is held out, to tell what the discriminator knows by heart.
    held_out = np.arange(source.size) % 6 == 5
    generator_rate, discriminator_rate = (
        optax.cosine_decay_schedule(rate, config.decay_steps, 0.1)
        for rate in (config.generator_rate, config.discriminator_rate)
    )
    recipe = recipes.nonsaturating(
        generator_rate, discriminator_rate=discriminator_rate
    )
    return Experiment(
        game=LatentGame(
            dcgan.Generator(source.shape, config.width, classes, modulated=True),
            dcgan.Discriminator(config.width, classes=classes, projection=True),
            config.latent_size,
            uniform_labels(classes),
        ),
        recipe=recipe._replace(
            ema_decay=schedules.half_life(config.half_life, ramp_up=0.05)
        ),
        data=data.batches(
            data.subset(source, np.flatnonzero(~held_out)),
            config.batch_size,
            config.seed,
        ),
        held_out=data.batches(
            data.subset(source, np.flatnonzero(held_out)), config.batch_size
        ),
    )


def tiny(config: Config) -> Config:
    """Makes the config small enough for a test."""
    return dataclasses.replace(config, size=8, batch_size=8, width=4, latent_size=4)


if __name__ == "__main__":
    launch.main(__file__)
