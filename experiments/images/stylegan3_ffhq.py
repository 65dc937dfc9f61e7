"""StyleGAN3 on FFHQ: faces whose details move with them, from a folder of yours.

Karras et al. 2021 (arXiv 2106.12423). The variants `t` and `r` are its configurations
T, whose images move as their input does, and R, whose images turn too, at 1024 pixels:
FID 2.79 and 3.07. `t-256` and `r-256` are those of its ablations, with half the
channels: of unaligned faces MMGeneration lists FID 4.62 and 4.50, EQ-T 63.0 and 66.7,
EQ-R 13.1 and 40.5 decibels. On eight V100 the code's authors give 28.7 and 34.1 seconds
per 1,000 images for `t` and `r`, 8 and 10 days in all, and 7.4 and 6.7 at 256 pixels.

    python experiments/images/stylegan3_ffhq.py --path ffhq.zip
    python experiments/images/stylegan3_ffhq.py --path ffhq.zip --variant r-256 \\
        --steps 390625
    python experiments/images/stylegan3_ffhq.py --variant small --minutes 10

Here all is float32, or bfloat16 with `--bfloat16`. The running means of squares move on
the generator's turns, in the official code on the discriminator's.

`small` is for a laptop: 32 × 32 pixels of the path, or MNIST without one, by networks
of some 19,000 numbers each. Of 3,882 grey radiographs of chests (PneumoniaMNIST's, with
`--channels 1`), 4,645 steps, which are 37,160 images and four minutes of one core of an
AMD EPYC, made lungs, hearts and the ribs between them, some pale (seed 0). `jaxgan
evaluate RUN --metrics equivariance --num 64` measured EQ-T 45.6, EQ-T_frac 46.6 and
EQ-R 20.7 decibels; on `jaxgan interpolate RUN --move 0.12 0` ribs move with them.

Of MNIST, five minutes of one core, 8,388 ± 494 steps, make digits with loose ends: FID
by a classifier is 66 ± 21 (three seeds), after ten 28 ± 6; EQ-T 50.0, EQ-T_frac 39.3
and EQ-R 8.9 after five (seed 0). Rates are four times and γ is three times what they
were at first, which made one shape of MNIST in that time: FID fell from 433 (γ 1, rates
0.0025 and 0.002) to 199 (0.01 and 0.005), 111 (γ 10, 0.01 both) and 90 (γ 3), each of
seed 0. With a margin of 2 pixels it is 65 instead of 90, and EQ-T 28.8. The radiographs
above were made with γ = 1 and the lower rates. The published sizes were not trained
here, and R not at all.
"""

import dataclasses
from typing import Annotated

import jax.numpy as jnp

from jaxgan import data, recipes
from jaxgan.augment.fading_blur import fading_blur
from jaxgan.core.types import Augment
from jaxgan.games.style import StyleGame
from jaxgan.models import stylegan3
from jaxgan.run import launch
from jaxgan.run.bounds import Bounds, Count
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
    """Pixels per side: a power of two."""
    channels: int = 3
    """Of a folder's images: 1 for grey, 3 for colour."""
    flip: bool = True
    """Mirror pictures left to right at random."""
    seed: int = 0
    """Of everything that is drawn."""
    batch_size: int = 32
    """Images per step."""
    turns: bool = False
    """Whether images turn with the input: configuration R."""
    latent_size: int = 512
    """Numbers per latent, and per style."""
    mapping_layers: int = 2
    """Dense layers from the latent to the style."""
    synthesis_layers: Count = 14
    """Layers of the synthesis, but that to colours."""
    margin: Annotated[int, Bounds(least=0)] = 10
    """Pixels around the image within the synthesis."""
    first_cutoff: Annotated[float, Bounds(above=0)] = 2.0
    """Of the input's waves, in cycles per side of the image."""
    channel_base: int = 32768
    """A map of n pixels per side has channel_base / n channels,"""
    channel_max: int = 512
    """or so many, if that is less; twice as many in the generator of R."""
    group: int = 4
    """Examples whose deviation the discriminator sees."""
    gamma: float = 32.8
    """Weight of R1."""
    generator_rate: float = 0.0025
    """Adam's."""
    discriminator_rate: float = 0.002
    """Adam's."""
    blur: Annotated[float, Bounds(least=0)] = 0.0
    """Deviation of the blur before the discriminator, in pixels, at the first step."""
    blur_steps: Count = 6250
    """After which it has faded out."""
    bfloat16: bool = False
    """Compute the layers in bfloat16."""


ABLATION = Config(
    size=256,
    batch_size=64,
    channel_base=16384,
    gamma=1.0,
    discriminator_rate=0.0025,
)
VARIANTS = {
    "t": Config(),
    "r": Config(turns=True, blur=10.0),
    "t-256": ABLATION,
    "r-256": dataclasses.replace(ABLATION, turns=True, blur=10.0),
    "small": Config(
        path="",
        size=32,
        flip=False,
        batch_size=8,
        latent_size=64,
        synthesis_layers=4,
        margin=4,
        channel_base=256,
        channel_max=16,
        gamma=3.0,
        generator_rate=0.01,
        discriminator_rate=0.01,
    ),
}
OPTIONS = Options(steps=781_250)


def build(config: Config) -> Experiment:
    """Builds the experiment that a config describes."""
    source = _source(config)
    dtype = jnp.bfloat16 if config.bfloat16 else jnp.float32
    wide = 2 if config.turns else 1
    generator = stylegan3.Generator(
        source.shape,
        style_size=config.latent_size,
        mapping_layers=config.mapping_layers,
        channel_base=wide * config.channel_base,
        channel_max=wide * config.channel_max,
        kernel_size=1 if config.turns else 3,
        radial=config.turns,
        synthesis_layers=config.synthesis_layers,
        margin=config.margin,
        first_cutoff=config.first_cutoff,
        magnitude_decay=0.5 ** (config.batch_size / 20_000),
        dtype=dtype,
    )
    discriminator = stylegan3.Discriminator(
        channel_base=config.channel_base,
        channel_max=config.channel_max,
        group=config.group,
        clamp=256.0,
        dtype=dtype,
    )
    return Experiment(
        game=StyleGame(generator, discriminator, config.latent_size, mixing=0.0),
        recipe=recipes.stylegan3(
            config.gamma,
            config.generator_rate,
            config.discriminator_rate,
            half_life=config.batch_size * 10_000 / 32,
        ),
        data=data.batches(source, config.batch_size, config.seed, flip=config.flip),
        augment=_augment(config),
    )


def _augment(config: Config) -> Augment:
    return fading_blur(config.blur, config.blur_steps) if config.blur else Augment()


def _source(config: Config) -> data.Source:
    if config.path:
        return data.folder(config.path, config.size, config.channels, labels="none")
    return data.image_dataset(config.dataset, size=config.size)


def tiny(config: Config) -> Config:
    """The same, small enough for a test."""
    return dataclasses.replace(
        config,
        size=4,
        batch_size=8,
        latent_size=4,
        mapping_layers=1,
        synthesis_layers=3,
        margin=2,
        first_cutoff=1.0,
        channel_base=16,
        channel_max=4,
        blur_steps=4,
    )


if __name__ == "__main__":
    launch.main(__file__)
