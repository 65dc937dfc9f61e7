"""WGAN with weight clipping on MNIST.

Arjovsky et al. 2017 (arXiv 1701.07875), algorithm 1: RMSProp 5e-5, weights clipped to
±0.01, five critic updates per generator update from the first on, batch 64; a DCGAN
generator and the same critic with batch normalisation, as in the paper's experiments.
It is slow by design; `wgan_gp_mnist.py` is what replaced it.

    python experiments/images/wgan_mnist.py

In five minutes on two cores of an AMD EPYC it did 5,900 steps, 1,200 of them with an
update of the generator. A classifier, 0.987 sure of the test set on average, is 0.75
sure of 2,000 samples, and finds classes at 2 % to 25 %. All 50,000 steps would take 40
minutes.

MNIST is downloaded, unless TensorFlow Datasets has prepared it (`data.image_dataset`).
"""

import dataclasses

from jaxgan import data, recipes
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
    learning_rate: float = 5e-5
    """RMSProp's, for both players."""
    clip: float = 0.01
    """Bound on the size of every critic weight."""
    critic_steps: int = 5
    """Critic updates per generator update."""


VARIANTS = {"default": Config()}
OPTIONS = Options(steps=50_000)


def build(config: Config) -> Experiment:
    """Builds the experiment that a config describes."""
    source = data.image_dataset("mnist")
    recipe = recipes.wgan(
        config.learning_rate, config.clip, config.critic_steps, first_rounds=0
    )
    return Experiment(
        game=LatentGame(
            dcgan.Generator(source.shape, config.width),
            dcgan.Discriminator(config.width),
            config.latent_size,
        ),
        recipe=recipe,
        data=data.batches(source, config.batch_size, config.seed),
        held_out=data.batches(data.image_dataset("mnist", "test"), config.batch_size),
    )


def tiny(config: Config) -> Config:
    """The same, small enough for a test."""
    return dataclasses.replace(config, batch_size=8, latent_size=4, width=4)


if __name__ == "__main__":
    launch.main(__file__)
