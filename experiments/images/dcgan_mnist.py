"""DCGAN on MNIST.

Radford et al. 2016 (arXiv 1511.06434) at 28×28: transposed convolutions from a 4×4
base, batch normalisation, Adam with betas (0.5, 0.999), non-saturating loss. Narrow
maps, a dense layer beside them, small batches and a high, decaying learning rate make
the most of a few minutes. The discriminator learns at a fifth of the generator's rate,
as InfoGAN's does on MNIST (arXiv 1606.03657, appendix C.1): at equal rates it wins
early, and three seeds of five showed a single pattern after 2,000 steps.

    python experiments/images/dcgan_mnist.py --minutes 5

20,400 steps are five to ten minutes on two cores. After them a classifier, right on
98.7 % of the test set and 0.987 sure of it on average, is 0.963 sure of 2,000 samples,
and finds every class at 9 % to 12 %.

MNIST is downloaded, unless TensorFlow Datasets has prepared it (`data.image_dataset`).
"""

import dataclasses

import optax

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
    batch_size: int = 32
    """Images per step."""
    latent_size: int = 32
    """Numbers per latent."""
    width: int = 16
    """Channels of the largest hidden map; they double towards the base."""
    hidden: int = 256
    """Features of the dense layer between base map and latent, or logit."""
    generator_rate: float = 1e-3
    """Adam's learning rate at first, of the generator."""
    discriminator_rate: float = 2e-4
    """Adam's learning rate at first, of the discriminator."""
    decay_steps: int = 15_000
    """Steps of half a cosine down to a tenth of the learning rates."""
    half_life: float = 20_000.0
    """Of the generator's running average, in images."""


VARIANTS = {"default": Config()}
OPTIONS = Options(steps=30_000)


def build(config: Config) -> Experiment:
    """Builds the experiment that a config describes."""
    source = data.image_dataset("mnist")
    generator_rate, discriminator_rate = (
        optax.cosine_decay_schedule(rate, config.decay_steps, 0.1)
        for rate in (config.generator_rate, config.discriminator_rate)
    )
    recipe = recipes.nonsaturating(
        generator_rate, discriminator_rate=discriminator_rate
    )
    return Experiment(
        game=LatentGame(
            dcgan.Generator(source.shape, config.width, hidden=(config.hidden,)),
            dcgan.Discriminator(config.width, hidden=(config.hidden,)),
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
    return dataclasses.replace(config, batch_size=8, latent_size=4, width=4, hidden=8)


if __name__ == "__main__":
    launch.main(__file__)
