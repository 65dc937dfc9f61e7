"""A conditional GAN of classes of which one is rare; `rare_class.py` draws from it.

    python experiments/benchmarks/rare_class/rare_class_gan.py --path training.npz

DCGAN's networks, with conditional normalisation in the generator and a projection
discriminator (Miyato and Koyama 2018, arXiv 1802.05637): the classes share all but
scales, shifts and an embedding, so that common ones teach a rare one what pictures look
like. R3GAN's loss (Huang et al. 2024, arXiv 2501.05441) keeps the variety of digits;
the hinge loss with spectral normalisation, as of `conditional_mnist.py`, learns where
pictures differ little, as radiographs do. All classes are drawn equally often, however
few examples one has, and DiffAugment (Zhao et al. 2020, arXiv 2006.10738) keeps the
discriminator from knowing those by heart.
"""

import dataclasses
from typing import Literal

import numpy as np
import optax

from jaxgan import data, recipes
from jaxgan.augment.diffaugment import diffaugment, translation
from jaxgan.games.latent import LatentGame, as_data
from jaxgan.models import dcgan
from jaxgan.run import launch
from jaxgan.run.experiment import Experiment
from jaxgan.run.options import Options


@dataclasses.dataclass(frozen=True)
class Config:
    """What identifies a run. Pairs are values at first and at last."""

    path: str = "training.npz"
    """A file of `values` [n, size, size, C], bytes, `labels` [n] and `classes`."""
    recipe: Literal["r3gan", "hinge"] = "r3gan"
    """Relativistic with R1 and R2, or hinge with spectral normalisation."""
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
    gamma: tuple[float, float] = (10.0, 1.0)
    """Of R1 and R2, which the hinge loss does without."""
    learning_rate: tuple[float, float] = (1e-3, 1e-4)
    """Adam's; with the hinge loss that of the discriminator is twice as much."""
    half_life: tuple[float, float] = (0.0, 5_000.0)
    """Of the generator's running average, in images."""
    burn_in: int = 64_000
    """Images until all of these have their last values."""


VARIANTS = {"default": Config()}
OPTIONS = Options(steps=2_000)


def build(config: Config) -> Experiment:
    """Builds the experiment that a config describes."""
    source = data.of_file(config.path, read)
    schedules = recipes.r3gan(
        config.gamma,
        config.learning_rate,
        half_life=config.half_life,
        burn_in_images=config.burn_in,
        batch_size=config.batch_size,
    )
    hinge = config.recipe == "hinge"
    recipe = hinged(config)._replace(ema_decay=schedules.ema_decay)
    shared = {"classes": len(source.classes), "hidden": (config.hidden,)}
    return Experiment(
        game=LatentGame(
            dcgan.Generator(source.shape, config.width, modulated=True, **shared),
            dcgan.Discriminator(
                config.width,
                normalise=False,
                spectral=hinge,
                projection=True,
                **shared,
            ),
            config.latent_size,
            as_data,
        ),
        recipe=recipe if hinge else schedules,
        augment=diffaugment((translation,)),
        data=data.batches(source, config.batch_size, config.seed),
    )


def hinged(config: Config) -> recipes.Recipe:
    """The hinge loss, with the same schedule of the learning rates."""
    first, last = config.learning_rate
    steps = max(1, config.burn_in // config.batch_size)
    rates = (
        optax.cosine_decay_schedule(times * first, steps, last / first)
        for times in (1, 2)
    )
    return recipes.hinge(*rates, b1=0.5, b2=0.99, critic_steps=1)


def read(path: str) -> data.Source:
    """The images of a file, those of smaller classes as often as of the largest."""
    with np.load(path) as file:
        labels = file["labels"]
        source = data.arrays(file["values"], labels, tuple(map(str, file["classes"])))
    return data.subset(source, balanced(labels))


def balanced(labels: np.ndarray) -> np.ndarray:
    """Indices of examples, of every class that there is as many as of the largest."""
    members = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    most = max(map(len, members))
    return np.concatenate([np.resize(rows, most) for rows in members])


if __name__ == "__main__":
    launch.main(__file__)
