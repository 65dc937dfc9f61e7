"""StyleGAN on FFHQ: faces at 1024 pixels, from a folder of yours.

Karras et al. 2019 (arXiv 1812.04948), configuration F, with the constants of the
official code for eight GPUs: styles, noise and style mixing; the non-saturating loss
and R1 with γ = 10; networks that grow from 8 × 8 on, 600,000 images of every level and
600,000 more while the next one fades in, 25 million in all; batches of 256 at first,
then 128, 64 and, from 64 × 64 on, 32; Adam's rate 0.001 to 64 × 64, then 0.0015, 0.002,
0.003; mirrored images. For one GPU it has `--batch-sizes 128 128 128 64 32 16 8 4`.

    python experiments/images/stylegan_ffhq.py --path ffhq.zip
    python experiments/images/stylegan_ffhq.py --path ffhq.zip --variant 256
    python experiments/images/stylegan_ffhq.py --variant small --minutes 10

FID of 50,000 samples: 4.40 in the paper (table 1), 4.06 by MMGeneration, and at 256
pixels 6.09 there. The official README expects 6 days 14 hours on eight V100 GPUs.

One command trains all levels, see `progan_folder`. Images are decoded once and kept in
the cache folder: 70,000 of 1024 × 1024 are 220 GB; at that size the first batches are
3 GB each.

`small` is for a laptop: 32 × 32 pixels of the path, or MNIST without one; its last
level has faded in after 40,000 images, 2,187 steps. After five minutes of one core of
an AMD EPYC most samples can be read as digits: FID by a classifier is 25 ± 1 (three
seeds). Twice as wide it was 44, at the published rate of 0.001 all samples were one
shape by then (523; seed 0).
"""

import dataclasses
from typing import Annotated

import jax.numpy as jnp

from jaxgan import data, recipes
from jaxgan.core.growth import Growing, levels_of
from jaxgan.games.style import StyleGame
from jaxgan.models import stylegan
from jaxgan.nn.growth import as_grown
from jaxgan.run import launch
from jaxgan.run.bounds import Bounds
from jaxgan.run.experiment import Experiment
from jaxgan.run.options import Options


@dataclasses.dataclass(frozen=True)
class Config:
    """What identifies a run."""

    path: str = "ffhq"
    """The folder or zip of FFHQ's images; '': `dataset` instead."""
    dataset: str = "mnist"
    """Name in TensorFlow Datasets."""
    size: int = 1024
    """Pixels per side at last: a power of two."""
    first_size: int = 8
    """Pixels per side at first."""
    flip: bool = True
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
    """Numbers per latent, and per style."""
    mapping_layers: int = 8
    """Dense layers from the latent to the style."""
    channel_base: int = 16384
    """A map of n pixels per side has channel_base / n channels,"""
    channel_max: int = 512
    """or so many, if that is less."""
    group: int = 4
    """Examples whose deviation the discriminator sees."""
    gamma: float = 10.0
    """Weight of R1."""
    mixing: float = 0.9
    """Share of examples with two styles."""
    learning_rate: float | None = None
    """Adam's, for both players; None: the published one of each level."""
    half_life: float = 10_000.0
    """Of the generator's running average, in images."""
    ramp_up: Annotated[float | None, Bounds(above=0)] = None
    """That is at most this share of the images since layers were new."""
    bfloat16: bool = False
    """Compute the blocks in bfloat16."""


VARIANTS = {
    "1024": Config(),
    "256": Config(size=256),
    "small": Config(
        path="",
        size=32,
        flip=False,
        batch_sizes=(32, 32, 16),
        stable=10_000,
        fading=10_000,
        latent_size=64,
        mapping_layers=2,
        channel_base=256,
        channel_max=64,
        learning_rate=0.01,
        ramp_up=0.05,
    ),
}


def growing(config: Config) -> Growing:
    """The stage of every step, and its batch."""
    first, last = levels_of(config.first_size, config.size)
    return Growing(last, config.batch_sizes, first, config.stable, config.fading)


OPTIONS = Options(steps=growing(VARIANTS["1024"]).pace.steps(25_000_000))


def build(config: Config) -> Experiment:
    """Builds the experiment that a config describes."""
    stages, source = growing(config), images(config)
    sizes = {
        "channel_base": config.channel_base,
        "channel_max": config.channel_max,
        "growing": stages,
        "dtype": jnp.bfloat16 if config.bfloat16 else jnp.float32,
    }
    average = config.half_life, config.ramp_up
    return Experiment(
        game=StyleGame(
            stylegan.Generator(
                source.shape,
                style_size=config.latent_size,
                mapping_layers=config.mapping_layers,
                **sizes,
            ),
            stylegan.Discriminator(config.size, group=config.group, **sizes),
            config.latent_size,
            mixing=config.mixing,
            shown=as_grown(stages),
        ),
        recipe=recipes.stylegan(stages, config.learning_rate, config.gamma, *average),
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
        first_size=4,
        batch_sizes=(8, 4),
        stable=8,
        fading=24,
        latent_size=4,
        mapping_layers=1,
        channel_base=32,
        channel_max=4,
    )


if __name__ == "__main__":
    launch.main(__file__)
