"""R3GAN on FFHQ: faces at 64 or 256 pixels, from a folder of yours.

Huang et al. 2024 (arXiv 2501.05441), configuration E, with the constants of the
official presets: residual networks without normalisation, the relativistic loss with R1
and R2 on every step, batches of 256; γ from 2 to 0.2 at 64 pixels and from 150 to 15 at
256, learning rates from 2e-4 to 5e-5, Adam's second beta from 0.9 to 0.99, averaging
from none to a half-life of 500,000 images, and augmentation from p = 0 to 0.3, all
along half a cosine over the first 20 million images; bfloat16 in the four stages with
the largest maps.

    python experiments/images/r3gan_ffhq.py --path ffhq.zip
    python experiments/images/r3gan_ffhq.py --path ffhq.zip --variant 256
    python experiments/images/r3gan_ffhq.py --variant small --minutes 10

Published, of 50,000 fakes against all 70,000 images (fid50k_full): FID 1.95 at 64
pixels, and 2.75 at 256, where StyleGAN2 has 3.78 in the same table. Not run here. The
official code trains on eight GPUs until it is stopped; the steps here, 100 million
images, are ours.

`small` is for a laptop: MNIST at 32 pixels, or with --path your own images. Five
minutes of one core of an AMD EPYC, 4,560 ± 179 steps, make digits of four in five
samples, by eye (seed 0); FID by a classifier is 53 ± 17 (three seeds), and after ten 20
± 6. Twice as wide, at half the rate and with γ from 20 to 2 it was 110, at a quarter of
that 188 (seed 0).
"""

import dataclasses
from typing import Annotated

import jax.numpy as jnp

from jaxgan import data, recipes
from jaxgan.augment.ada_strengths import R3GAN
from jaxgan.augment.scheduled import scheduled
from jaxgan.core import schedules
from jaxgan.core.types import Augment
from jaxgan.games.latent import LatentGame
from jaxgan.models import r3gan
from jaxgan.run import launch
from jaxgan.run.bounds import Bounds
from jaxgan.run.experiment import Experiment
from jaxgan.run.options import Options


@dataclasses.dataclass(frozen=True)
class Config:
    """What identifies a run. Pairs are values at first and at last."""

    path: str = "ffhq"
    """The folder or zip of FFHQ's images; '': `dataset` instead."""
    dataset: str = "mnist"
    """Name in TensorFlow Datasets."""
    size: int = 64
    """Pixels per side: 4, doubled between the widths."""
    flip: bool = True
    """Mirror images left to right at random."""
    seed: int = 0
    """Of everything that is drawn."""
    batch_size: int = 256
    """Images per step."""
    latent_size: int = 64
    """Numbers per latent."""
    widths: tuple[int, ...] = (768, 768, 768, 768, 384)
    """Channels of every stage, from 4×4 on; the discriminator's are reversed."""
    groups: tuple[int, ...] = (96, 96, 96, 96, 48)
    """Of the 3×3 convolutions of every stage."""
    blocks: int = 2
    """Residual blocks of every stage."""
    bfloat16: bool = True
    """Compute the four stages with the largest maps in bfloat16."""
    gamma: tuple[float, float] = (2.0, 0.2)
    """Of R1 and R2."""
    learning_rate: tuple[float, float] = (2e-4, 5e-5)
    """Adam's, for both players."""
    half_life: tuple[float, float] = (0.0, 5e5)
    """Of the generator's running average, in images."""
    augment: float = 0.3
    """Probability of every augmentation at last; at first there is none."""
    burn_in: int = 20_000_000
    """Images until all of these have their last values."""
    freeze: Annotated[int, Bounds(least=0)] = 0
    """Stages of the discriminator, from the images on, that stay as they are:
    for `--start-from`."""


VARIANTS = {
    "64": Config(),
    "256": Config(
        size=256,
        widths=(768, 768, 768, 768, 384, 192, 96),
        groups=(96, 96, 96, 96, 48, 24, 12),
        gamma=(150.0, 15.0),
    ),
    "small": Config(
        path="",
        size=32,
        flip=False,
        batch_size=16,
        widths=(64, 32, 16, 8),
        groups=(16, 8, 4, 2),
        blocks=1,
        bfloat16=False,
        gamma=(2.0, 0.5),
        learning_rate=(4e-3, 1e-3),
        half_life=(0.0, 5_000.0),
        augment=0.0,
        burn_in=160_000,
    ),
}
OPTIONS = Options(steps=100_000_000 // 256)


def build(config: Config) -> Experiment:
    """Builds the experiment that a config describes."""
    source = images(config)
    recipe = recipes.r3gan(
        config.gamma,
        config.learning_rate,
        half_life=config.half_life,
        burn_in_images=config.burn_in,
        batch_size=config.batch_size,
    )
    shared = {
        "blocks": config.blocks,
        "dtype": jnp.bfloat16 if config.bfloat16 else jnp.float32,
        "exact": max(1, len(config.widths) - 4),
    }
    steps = max(1, config.burn_in // config.batch_size)
    judge = r3gan.Discriminator(config.widths[::-1], config.groups[::-1], **shared)
    return Experiment(
        game=LatentGame(
            r3gan.Generator(config.widths, config.groups, shape=source.shape, **shared),
            judge,
            config.latent_size,
        ),
        recipe=recipe.moving("discriminator", judge.parts_after(config.freeze)),
        augment=scheduled(R3GAN, schedules.cosine(0.0, config.augment, steps))
        if config.augment
        else Augment(),
        data=data.batches(source, config.batch_size, config.seed, flip=config.flip),
    )


def images(config: Config) -> data.Source:
    """The user's own, or a data set."""
    if config.path:
        return data.folder(config.path, config.size, labels="none")
    return data.image_dataset(config.dataset, size=config.size)


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
        augment=0.0,
    )


if __name__ == "__main__":
    launch.main(__file__)
