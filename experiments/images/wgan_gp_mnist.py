"""WGAN-GP on MNIST.

Gulrajani et al. 2017 (arXiv 1704.00028), algorithm 1: Adam 1e-4 with betas (0, 0.9), λ
= 10, five critic updates per generator update, batch 64; a DCGAN generator, and its
critic without batch normalisation, which the penalty forbids.

    python experiments/images/wgan_gp_mnist.py

In five minutes on two cores of an AMD EPYC it did 6,000 steps, 1,200 of them with an
update of the generator: strokes, and the first digits. A classifier, 0.987 sure of the
test set on average, is 0.77 sure of 2,000 samples, and finds classes at 2 % to 19 %.
All 50,000 steps would take 40 minutes.

MNIST is downloaded, unless TensorFlow Datasets has prepared it (`data.image_dataset`).
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
    """Images per step: one critic update each."""
    latent_size: int = 64
    """Numbers per latent."""
    width: int = 32
    """Channels of the largest hidden map; they double towards the base."""
    learning_rate: float = 1e-4
    """Adam's, for both players."""
    penalty: float = 10.0
    """Weight of the gradient penalty."""
    critic_steps: int = 5
    """Critic updates per generator update."""
    half_life: float = 50_000.0
    """Of the generator's running average, in images."""


VARIANTS = {"default": Config()}
OPTIONS = Options(steps=50_000)


def build(config: Config) -> Experiment:
    """Builds the experiment that a config describes."""
    source = data.image_dataset("mnist")
    recipe = recipes.wgan_gp(
        config.learning_rate, penalty=config.penalty, critic_steps=config.critic_steps
    )
    return Experiment(
        game=LatentGame(
            dcgan.Generator(source.shape, config.width),
            dcgan.Discriminator(config.width, normalise=False),
            config.latent_size,
        ),
        recipe=recipe._replace(
            ema_decay=schedules.half_life(config.half_life, ramp_up=0.05)
        ),
        data=data.batches(source, config.batch_size, config.seed),
        held_out=data.batches(data.image_dataset("mnist", "test"), config.batch_size),
    )


def tiny(config: Config) -> Config:
    """The same, small enough for a test."""
    return dataclasses.replace(config, batch_size=8, latent_size=4, width=4)


if __name__ == "__main__":
    launch.main(__file__)
