"""StyleGAN2 on FFHQ: faces at 256, 512 or 1024 pixels, from a folder of yours.

Karras et al. 2020 (arXiv 1912.04958). The variant `1024` is their configuration F: R1
with γ = 10, path lengths, style mixing, mirrored images, 25 million images. FID of
50,000 samples: 2.84 ± 0.03 in their repository's README, 2.82 by MMGeneration; typical
training times there are 9 days 18 hours on eight V100 GPUs, and 69 days 23 hours on
one. `256` and `512` are the configurations `paper256` and `paper512` of the official
PyTorch code of arXiv 2006.06676; for 256 pixels, tables of others have 3.78 (R3GAN's)
and 3.99 (MMGeneration's), with half the channels here. The official code computes the
four largest sizes in float16; here all are float32, or bfloat16 with `--bfloat16`.

    python experiments/images/stylegan2_ffhq.py --path ffhq.zip
    python experiments/images/stylegan2_ffhq.py --path ffhq.zip --variant 1024 \\
        --steps 781250
    python experiments/images/stylegan2_ffhq.py --variant small --minutes 10

Images are decoded once and kept in the cache folder: 70,000 of 1024 × 1024 are 220 GB.
`small` is for a laptop: 32 × 32 pixels of the path, or MNIST without one, by narrow
networks, and without path lengths. After five minutes of one core of an AMD EPYC nearly
all samples are digits: FID by a classifier is 17 ± 3 (three seeds), and after ten 12 ±
1. With γ = 10 it was 24 ± 5, and after ten minutes 24 ± 9: the discriminator could
hardly tell any more. Twice as wide, too, 94; with path lengths, too, 161 (seed 0); at
the published rate of 0.0025, in batches of 32, 380.
"""

import dataclasses

import jax.numpy as jnp

from jaxgan import data, recipes
from jaxgan.games.style import StyleGame
from jaxgan.models import stylegan2
from jaxgan.run import launch
from jaxgan.run.experiment import Experiment
from jaxgan.run.options import Options


@dataclasses.dataclass(frozen=True)
class Config:
    """What identifies a run."""

    path: str = "ffhq"
    """The folder or zip of FFHQ's images; '': `dataset` instead."""
    dataset: str = "mnist"
    """Name in TensorFlow Datasets."""
    size: int = 256
    """Pixels per side: a power of two."""
    flip: bool = True
    """Mirror pictures left to right at random."""
    seed: int = 0
    """Of everything that is drawn."""
    batch_size: int = 64
    """Images per step."""
    latent_size: int = 512
    """Numbers per latent, and per style."""
    mapping_layers: int = 8
    """Dense layers from the latent to the style."""
    channel_base: int = 16384
    """A map of n pixels per side has channel_base / n channels,"""
    channel_max: int = 512
    """or so many, if that is less."""
    group: int = 8
    """Examples whose deviation the discriminator sees."""
    gamma: float = 1.0
    """Weight of R1."""
    path_weight: float = 2.0
    """Weight of path length regularisation."""
    mixing: float = 0.9
    """Share of examples with two styles."""
    learning_rate: float = 0.0025
    """Adam's, for both players."""
    half_life: float = 20_000.0
    """Of the generator's running average, in images."""
    bfloat16: bool = False
    """Compute the blocks in bfloat16."""


VARIANTS = {
    "256": Config(),
    "512": Config(size=512, channel_base=32768, gamma=0.5),
    "1024": Config(
        size=1024,
        batch_size=32,
        channel_base=32768,
        group=4,
        gamma=10.0,
        learning_rate=0.002,
        half_life=10_000.0,
    ),
    "small": Config(
        path="",
        size=32,
        flip=False,
        batch_size=16,
        latent_size=64,
        mapping_layers=2,
        channel_base=256,
        channel_max=64,
        group=4,
        gamma=1.0,
        path_weight=0.0,
        learning_rate=0.01,
        half_life=5_000.0,
    ),
}
OPTIONS = Options(steps=390_625)


def build(config: Config) -> Experiment:
    """Builds the experiment that a config describes."""
    source = _source(config)
    sizes = {
        "channel_base": config.channel_base,
        "channel_max": config.channel_max,
        "clamp": 256.0,
        "dtype": jnp.bfloat16 if config.bfloat16 else jnp.float32,
    }
    recipe = recipes.stylegan2(
        config.gamma, config.path_weight, config.learning_rate, config.half_life
    )
    return Experiment(
        game=StyleGame(
            stylegan2.Generator(
                source.shape,
                style_size=config.latent_size,
                mapping_layers=config.mapping_layers,
                **sizes,
            ),
            stylegan2.Discriminator(group=config.group, **sizes),
            config.latent_size,
            mixing=config.mixing,
        ),
        recipe=recipe,
        data=data.batches(source, config.batch_size, config.seed, flip=config.flip),
    )


def _source(config: Config) -> data.Source:
    if config.path:
        return data.folder(config.path, config.size, labels="none")
    return data.image_dataset(config.dataset, size=config.size)


def tiny(config: Config) -> Config:
    """The same, small enough for a test."""
    return dataclasses.replace(
        config,
        size=4,
        batch_size=8,
        latent_size=4,
        mapping_layers=1,
        channel_base=32,
        channel_max=4,
        group=4,
    )


if __name__ == "__main__":
    launch.main(__file__)
