"""BigGAN on ImageNet at 128×128: the published networks, or yours on your own folder.

Brock et al. 2019 (arXiv 1809.11096), section 3, with StudioGAN's constants (arXiv
2206.09479, configs/ImageNet/BigGAN-2048.yaml), which are the paper's: 96 channels,
latents of 6 × 20 numbers, attention at 64×64, hinge loss, Adam 5e-5 and 2e-4 with betas
(0, 0.999), two discriminator updates per generator update, batch 2048, 200,000
generator updates, their average (0.9999) from the 20,000th. `regularised` adds the
paper's orthogonal regularisation, for truncation.

    python experiments/images/biggan_imagenet128.py
    python experiments/images/biggan_imagenet128.py --path ~/pictures --batch-size 256
    python experiments/images/biggan_imagenet128.py --variant small --minutes 10
    jaxgan sample runs/biggan_imagenet128 --label goldfish --truncation 0.5

Published: FID 8.7 and Inception score 98.8 in the paper, on 128 cores of a TPU v3 Pod
in 24 to 48 hours; FID 8.35 by StudioGAN. Not run here.

ImageNet must be prepared by TensorFlow Datasets, for which its archives are downloaded
by hand; decoded, it takes 63 GB of the cache. With `--path` sub-folders are classes.

`small` is for a laptop: narrow networks on MNIST, with orthogonal regularisation. After
3,000 steps, 17 minutes' worth of one core of an AMD EPYC, digits look handwritten, each
of its class.
"""

import dataclasses

from jaxgan import data, recipes
from jaxgan.games.latent import LatentGame, uniform_labels
from jaxgan.models import biggan
from jaxgan.run import launch
from jaxgan.run.experiment import Experiment
from jaxgan.run.options import Options


@dataclasses.dataclass(frozen=True)
class Config:
    """What identifies a run."""

    path: str = ""
    """A folder or zip of images, sub-folders as classes; '': `dataset` instead."""
    dataset: str = "imagenet2012"
    """Name in TensorFlow Datasets."""
    held_out: str = "validation"
    """Split of `dataset` that is never trained on."""
    only: tuple[str, ...] = ()
    """Names of the classes to train on; none, as `--only` alone says: all."""
    size: int = 128
    """Pixels per side."""
    flip: bool = True
    """Mirror images left to right at random."""
    seed: int = 0
    """Of everything that is drawn."""
    batch_size: int = 2048
    """Images per step: one discriminator update each."""
    latent_size: int = 120
    """Numbers per latent: a multiple of one more than the generator's blocks."""
    shared: int = 128
    """Length of the class embedding that all blocks share."""
    generator_widths: tuple[int, ...] = (1536, 1536, 768, 384, 192, 96)
    """Channels of the base map and after every block, which doubles the size."""
    generator_attention: tuple[int, ...] = (3,)
    """The generator's blocks, counted from 0, that attention follows."""
    discriminator_widths: tuple[int, ...] = (96, 192, 384, 768, 1536, 1536)
    """Channels after every block."""
    discriminator_attention: tuple[int, ...] = (0,)
    """The discriminator's blocks, counted from 0, that attention follows."""
    halvings: int = 5
    """So many of the discriminator's first blocks halve the size."""
    generator_rate: float = 5e-5
    """Adam's learning rate, of the generator."""
    discriminator_rate: float = 2e-4
    """Adam's learning rate, of the discriminator."""
    b1: float = 0.0
    """Adam's first beta; the second is 0.999."""
    critic_steps: int = 2
    """Discriminator updates per generator update."""
    average_decay: float = 0.9999
    """Weight that the average keeps at an update of the generator."""
    average_from: int = 40_000
    """The step at which averaging begins."""
    orthogonality: float = 0.0
    """Weight of orthogonal regularisation of the generator; the paper's is 1e-4."""


VARIANTS = {
    "default": Config(),
    "regularised": Config(orthogonality=1e-4),
    "small": Config(
        dataset="mnist",
        held_out="test",
        size=32,
        flip=False,
        batch_size=32,
        latent_size=64,
        shared=32,
        generator_widths=(64, 64, 32, 16),
        generator_attention=(1,),
        discriminator_widths=(16, 32, 64),
        discriminator_attention=(0,),
        halvings=2,
        generator_rate=5e-4,
        discriminator_rate=5e-4,
        b1=0.5,
        critic_steps=1,
        average_decay=0.998,
        average_from=500,
        orthogonality=1e-4,
    ),
}
OPTIONS = Options(steps=400_000)


def build(config: Config) -> Experiment:
    """Builds the experiment that a config describes."""
    source, held_out = images(config), None
    if not config.path:
        held_out = data.batches(images(config, config.held_out), config.batch_size)
    classes = len(source.classes)
    recipe = recipes.biggan(
        config.generator_rate,
        config.discriminator_rate,
        config.critic_steps,
        config.orthogonality,
        config.average_from,
        b1=config.b1,
        decay=config.average_decay,
    )
    return Experiment(
        game=LatentGame(
            biggan.Generator(
                source.shape,
                config.generator_widths,
                classes,
                config.generator_attention,
                config.shared,
            ),
            biggan.Discriminator(
                config.discriminator_widths,
                config.halvings,
                classes,
                config.discriminator_attention,
            ),
            config.latent_size,
            uniform_labels(classes),
        ),
        recipe=recipe,
        data=data.batches(source, config.batch_size, config.seed, flip=config.flip),
        held_out=held_out,
    )


def images(config: Config, split: str = "train") -> data.Source:
    """The user's own, or a split of the data set."""
    if config.path:
        whole = data.folder(config.path, config.size)
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
        shared=2,
        generator_widths=(8, 8),
        generator_attention=(0,),
        discriminator_widths=(8,),
        halvings=1,
    )


if __name__ == "__main__":
    launch.main(__file__)
