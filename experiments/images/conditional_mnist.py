"""A conditional GAN on MNIST: generate a chosen digit, or more of a rare class.

The networks of `dcgan_mnist.py` with conditional normalisation in the generator and a
spectrally normalised projection discriminator (Miyato and Koyama 2018, arXiv
1802.05637), hinge loss, one update each. The variant `concatenated` joins label
embeddings to the inputs instead (Mirza and Osindero 2014, arXiv 1411.1784).

    python experiments/images/conditional_mnist.py --minutes 5
    jaxgan sample runs/conditional_mnist --label 7
    jaxgan sample runs/conditional_mnist --label 7 --num 500 --out more_sevens

The last line writes 500 pictures to more_sevens/7: a folder of labelled images, as
`jaxgan.data.folder` and most tools read them.

In five minutes on two cores of an AMD EPYC it did 14,700 steps. A classifier, right on
98.7 % of the test set, finds the digit that was asked for in 99.0 % of 2,000 samples.

MNIST is downloaded, unless TensorFlow Datasets has prepared it (`data.image_dataset`).
"""

import dataclasses

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
    batch_size: int = 32
    """Images per step."""
    latent_size: int = 32
    """Numbers per latent."""
    width: int = 16
    """Channels of the largest hidden map; they double towards the base."""
    hidden: int = 256
    """Features of the dense layer between base map and latent, or logit."""
    projection: bool = True
    """Modulation and projection by the label, rather than concatenation."""
    generator_rate: float = 2e-4
    """Adam's learning rate at first, of the generator."""
    discriminator_rate: float = 4e-4
    """Adam's learning rate at first, of the discriminator."""
    decay_steps: int = 15_000
    """Steps of half a cosine down to a tenth of the learning rates."""
    half_life: float = 20_000.0
    """Of the generator's running average, in images."""


VARIANTS = {"default": Config(), "concatenated": Config(projection=False)}
OPTIONS = Options(steps=30_000)


def build(config: Config) -> Experiment:
    """Builds the experiment that a config describes."""
    source = data.image_dataset("mnist")
    classes = len(source.classes)
    rates = (
        optax.cosine_decay_schedule(rate, config.decay_steps, 0.1)
        for rate in (config.generator_rate, config.discriminator_rate)
    )
    recipe = recipes.hinge(*rates, b1=0.5, b2=0.999, critic_steps=1)
    shared = {"classes": classes, "hidden": (config.hidden,)}
    return Experiment(
        game=LatentGame(
            dcgan.Generator(
                source.shape, config.width, modulated=config.projection, **shared
            ),
            dcgan.Discriminator(
                config.width, spectral=True, projection=config.projection, **shared
            ),
            config.latent_size,
            uniform_labels(classes),
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
