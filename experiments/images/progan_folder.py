"""ProGAN on your own images: networks that grow from 4 × 4 to 1024 × 1024 pixels.

    python experiments/images/progan_folder.py --path ~/pictures/cats --size 256

Karras et al. 2018 (arXiv 1710.10196), with the constants of the official code for eight
GPUs: WGAN-GP with λ = 10 and 10⁻³ D(x)²; 600,000 images of every level, 600,000 more
while the next one fades in, 12 million in all; batches of 512, 256, 128, 64 and, from
64 × 64 on, 32; Adam's rate 0.001 to 64 × 64, then 0.0015, 0.002, 0.003. For one GPU it
has `--batch-sizes 128 128 128 64 32 16 8 4 --learning-rate 0.001`, with a rate of
0.0015 at 1024 × 1024.

One command trains all levels: every level is a program of its own, with its size of
the batch, compiled when it is reached. A run can be stopped anywhere, within a fade
too, and goes on as if it had not been. Pictures always have their final size, and are
prepared in it, so that at 1024 × 1024 the first batches are 6 GB each, of which a host
holds several.

Pictures are turned upright, put over white, cut to their central square and resized
(Lanczos). Sub-folders are classes; this experiment ignores them.

`small` is for a laptop: MNIST at 32 × 32 pixels, or with --path your own images. Its
last level has faded in after 60,000 images, 3,437 steps. After five minutes of one core
of an AMD EPYC blots of 4 × 4 pixels have become strokes and these digits, most of which
can be read: FID by a classifier is 19 ± 4 (three seeds). At twice the rate it was 14
and 17 (seeds 0 and 1), but seed 2 lost what it had learned after 7,000 steps (473).
"""

import dataclasses
from typing import Annotated

import jax.numpy as jnp

from jaxgan import data, recipes
from jaxgan.core.growth import Growing, levels_of
from jaxgan.games.latent import LatentGame
from jaxgan.models import progan
from jaxgan.nn.growth import as_grown
from jaxgan.run import launch
from jaxgan.run.bounds import Bounds
from jaxgan.run.experiment import Experiment
from jaxgan.run.options import Options


@dataclasses.dataclass(frozen=True)
class Config:
    """What identifies a run."""

    path: str = "images"
    """The folder or zip of images; '': `dataset` instead."""
    dataset: str = "mnist"
    """Name in TensorFlow Datasets."""
    size: int = 1024
    """Pixels per side at last: a power of two."""
    first_size: int = 4
    """Pixels per side at first."""
    flip: bool = False
    """Mirror pictures left to right at random."""
    seed: int = 0
    """Of everything that is drawn."""
    batch_sizes: tuple[int, ...] = (512, 256, 128, 64, 32)
    """Images per step of each level from 4×4 on; the last for all that follow."""
    stable: int = 600_000
    """Images that a level is trained on before the next one begins."""
    fading: int = 600_000
    """Images that the next one fades in over."""
    latent_size: int = 512
    """Numbers per latent."""
    channel_base: int = 16384
    """A map of n pixels per side has channel_base / n channels,"""
    channel_max: int = 512
    """or so many, if that is less."""
    group: int = 4
    """Examples whose deviation the discriminator sees."""
    penalty: float = 10.0
    """Weight of the gradient penalty."""
    learning_rate: float | None = None
    """Adam's, for both players; None: the published one of each level."""
    average_decay: float = 0.999
    """Of the generator's running average, per step."""
    ramp_up: Annotated[float | None, Bounds(above=0)] = None
    """Its half-life is at most this share of the images since layers were new."""
    bfloat16: bool = False
    """Compute the blocks in bfloat16."""


VARIANTS = {
    "1024": Config(),
    "256": Config(size=256),
    "small": Config(
        path="",
        size=32,
        batch_sizes=(32, 16),
        stable=10_000,
        fading=10_000,
        latent_size=64,
        channel_base=256,
        channel_max=64,
        learning_rate=0.005,
        average_decay=0.999,
        ramp_up=0.05,
    ),
}


def growing(config: Config) -> Growing:
    """The stage of every step, and its batch."""
    first, last = levels_of(config.first_size, config.size)
    return Growing(last, config.batch_sizes, first, config.stable, config.fading)


OPTIONS = Options(steps=growing(VARIANTS["1024"]).pace.steps(12_000_000))


def build(config: Config) -> Experiment:
    """Builds the experiment that a config describes."""
    stages, source = growing(config), images(config)
    sizes = {
        "channel_base": config.channel_base,
        "channel_max": config.channel_max,
        "growing": stages,
        "dtype": jnp.bfloat16 if config.bfloat16 else jnp.float32,
    }
    return Experiment(
        game=LatentGame(
            progan.Generator(source.shape, **sizes),
            progan.Discriminator(config.size, group=config.group, **sizes),
            config.latent_size,
            shown=as_grown(stages),
        ),
        recipe=recipes.progan(
            stages,
            config.learning_rate,
            config.penalty,
            decay=config.average_decay,
            ramp_up=config.ramp_up,
        ),
        data=data.paced_batches(source, stages.pace, config.seed, flip=config.flip),
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
        batch_sizes=(8, 4),
        stable=8,
        fading=24,
        latent_size=4,
        channel_base=32,
        channel_max=4,
    )


if __name__ == "__main__":
    launch.main(__file__)
