"""DCGAN on your own images: a folder, or a zip, of pictures of any kind and size.

    python experiments/images/dcgan_folder.py --path ~/pictures/cats --size 64

Pictures are turned upright, put over white, cut to their central square and resized
(Lanczos). Sub-folders are classes; this experiment ignores them. The networks are those
of Radford et al. 2016 (arXiv 1511.06434), with a spectrally normalised discriminator
(Miyato et al. 2018, arXiv 1802.05957), which holds out longer on small sets, and
pictures mirrored at random.

Maps grow by repeated pixels and a 3 × 3 convolution. As published (`--no-repeats`) they
grow by transposed convolutions, whose steps take half as long, but each of the four
pixels that one makes of one has kernels of its own, and flat colours show
checkerboards. Of 1,647 emoji at 32 pixels, batches of 16, the pattern of period 2 is 9
levels of 255 after 50 steps and 7 after 200; where the four kernels begin alike, 7 and
8; with repeated pixels 1 and 1 (`diagnosis/spectrum.py`; one seed). At a rate of 0.001
five minutes of one core make better emoji and digits of them, too
(`benchmarks/own_images`; at the default rate both were not compared).

Of 5,000 photographs of horses (CIFAR-10's, `--size 32`), four minutes on two cores of
an AMD EPYC, 1,700 steps as published, make meadows, skies and dark bodies, and no horse
yet: colour photographs want an accelerator, or a night.
"""

import dataclasses

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

    path: str = "images"
    """The folder or zip of images."""
    size: int = 64
    """Pixels per side: a power of two from 8, or 28."""
    channels: int = 3
    """1 for grey, 3 for colour."""
    flip: bool = True
    """Mirror pictures left to right at random."""
    seed: int = 0
    """Of everything that is drawn."""
    batch_size: int = 64
    """Images per step."""
    latent_size: int = 128
    """Numbers per latent."""
    width: int = 32
    """Channels of the largest hidden map; they double towards the base."""
    learning_rate: float = 2e-4
    """Adam's, for both players."""
    half_life: float = 20_000.0
    """Of the generator's running average, in images."""
    repeats: bool = True
    """Grow maps by repeated pixels: without checkerboards on flat colours."""


VARIANTS = {"default": Config()}
OPTIONS = Options(steps=50_000)


def build(config: Config) -> Experiment:
    """Builds the experiment that a config describes."""
    dcgan.sizes(config.size)
    source = data.folder(config.path, config.size, config.channels, labels="optional")
    recipe = recipes.nonsaturating(config.learning_rate)
    return Experiment(
        game=LatentGame(
            dcgan.Generator(source.shape, config.width, repeats=config.repeats),
            dcgan.Discriminator(config.width, spectral=True),
            config.latent_size,
        ),
        recipe=recipe._replace(
            ema_decay=schedules.half_life(config.half_life, ramp_up=0.05)
        ),
        data=data.batches(source, config.batch_size, config.seed, flip=config.flip),
    )


def tiny(config: Config) -> Config:
    """The same, small enough for a test."""
    return dataclasses.replace(config, size=8, batch_size=8, latent_size=4, width=4)


if __name__ == "__main__":
    launch.main(__file__)
