"""R3GAN on CIFAR-10.

Huang et al. 2024 (arXiv 2501.05441), configuration E, with the constants of the
official preset: residual networks without normalisation, 768 channels, conditioned on
classes; the relativistic loss with R1 and R2 on every step; batches of 512; γ from 0.05
to 0.005, learning rates from 2e-4 to 5e-5, Adam's second beta from 0.9 to 0.99,
averaging from none to a half-life of 5 million images, and augmentation from p = 0 to
0.55, all along half a cosine over the first 20 million images; bfloat16 but for the 4×4
maps.

    python experiments/images/r3gan_cifar10.py
    python experiments/images/r3gan_cifar10.py --path cifar10.zip
    python experiments/images/r3gan_cifar10.py --variant small --minutes 10

Published: FID 1.96 of 50,000 fakes against the 50,000 training images (fid50k_full),
after 250 million images, 4 days on eight NVIDIA L40 (appendix D). Not run here.

`small` is for a laptop: narrow networks on MNIST, classes as columns. In ten minutes on
two busy cores of an AMD EPYC it did 1,009 steps, and most digits look legible and of
their class; no classifier judged them.
"""

import dataclasses
from typing import Annotated

import jax.numpy as jnp

from jaxgan import data, recipes
from jaxgan.augment.ada_strengths import R3GAN
from jaxgan.augment.scheduled import scheduled
from jaxgan.core import schedules
from jaxgan.core.types import Augment
from jaxgan.games.latent import LatentGame, as_data, unconditional
from jaxgan.models import r3gan
from jaxgan.run import launch
from jaxgan.run.bounds import Bounds
from jaxgan.run.experiment import Experiment
from jaxgan.run.options import Options


@dataclasses.dataclass(frozen=True)
class Config:
    """What identifies a run. Pairs are values at first and at last."""

    path: str = ""
    """A folder or zip of images, sub-folders as classes; '': `dataset` instead."""
    dataset: str = "cifar10"
    """Name in TensorFlow Datasets."""
    only: tuple[str, ...] = ()
    """Names of the classes to train on; none: all."""
    size: int = 32
    """Pixels per side: 4, doubled between the widths."""
    flip: bool = True
    """Mirror images left to right at random."""
    conditional: bool = True
    """Whether both players see labels."""
    seed: int = 0
    """Of everything that is drawn."""
    batch_size: int = 512
    """Images per step."""
    latent_size: int = 64
    """Numbers per latent."""
    widths: tuple[int, ...] = (768, 768, 768, 768)
    """Channels of every stage, from 4×4 on; the discriminator's are reversed."""
    groups: tuple[int, ...] = (96, 96, 96, 96)
    """Of the 3×3 convolutions of every stage."""
    blocks: int = 2
    """Residual blocks of every stage."""
    bfloat16: bool = True
    """Compute all stages but that of the 4×4 maps in bfloat16."""
    gamma: tuple[float, float] = (0.05, 0.005)
    """Of R1 and R2."""
    learning_rate: tuple[float, float] = (2e-4, 5e-5)
    """Adam's, for both players."""
    half_life: tuple[float, float] = (0.0, 5e6)
    """Of the generator's running average, in images."""
    augment: float = 0.55
    """Probability of every augmentation at last; at first there is none."""
    burn_in: int = 20_000_000
    """Images until all of these have their last values."""
    freeze: Annotated[int, Bounds(least=0)] = 0
    """Stages of the discriminator, from the images on, that stay as they are:
    for `--start-from`."""


VARIANTS = {
    "default": Config(),
    "small": Config(
        dataset="mnist",
        size=16,
        flip=False,
        batch_size=32,
        widths=(64, 32, 16),
        groups=(16, 8, 4),
        blocks=1,
        bfloat16=False,
        gamma=(20.0, 2.0),
        learning_rate=(1e-3, 1e-4),
        half_life=(0.0, 20_000.0),
        augment=0.0,
        burn_in=150_000,
    ),
}
OPTIONS = Options(steps=488_281)


def build(config: Config) -> Experiment:
    """Builds the experiment that a config describes."""
    source, held_out = images(config), None
    if not config.path:
        held_out = data.batches(images(config, "test"), config.batch_size)
    classes = len(source.classes) if config.conditional else 0
    if config.conditional and classes < 2:
        raise data.DataError(
            f"classes: saw {classes}, wanted at least 2, or --no-conditional"
        )
    recipe = recipes.r3gan(
        config.gamma,
        config.learning_rate,
        half_life=config.half_life,
        burn_in_images=config.burn_in,
        batch_size=config.batch_size,
    )
    shared = {
        "blocks": config.blocks,
        "classes": classes,
        "dtype": jnp.bfloat16 if config.bfloat16 else jnp.float32,
        "exact": 1,
    }
    steps = max(1, config.burn_in // config.batch_size)
    judge = r3gan.Discriminator(config.widths[::-1], config.groups[::-1], **shared)
    return Experiment(
        game=LatentGame(
            r3gan.Generator(config.widths, config.groups, shape=source.shape, **shared),
            judge,
            config.latent_size,
            as_data if config.conditional else unconditional,
        ),
        recipe=recipe.moving("discriminator", judge.parts_after(config.freeze)),
        augment=scheduled(R3GAN, schedules.cosine(0.0, config.augment, steps))
        if config.augment
        else Augment(),
        data=data.batches(source, config.batch_size, config.seed, flip=config.flip),
        held_out=held_out,
    )


def images(config: Config, split: str = "train") -> data.Source:
    """The user's own, or a split of the data set."""
    if config.path:
        labels = "auto" if config.conditional or config.only else "optional"
        whole = data.folder(config.path, config.size, labels=labels)
    else:
        whole = data.image_dataset(config.dataset, split, size=config.size)
    return data.of_classes(whole, config.only)


def tiny(config: Config) -> Config:
    """The same, small enough for a test."""
    return dataclasses.replace(
        config,
        size=8,
        batch_size=8,
        latent_size=4,
        widths=(4, 4),
        groups=(2, 2),
        blocks=1,
    )


if __name__ == "__main__":
    launch.main(__file__)
