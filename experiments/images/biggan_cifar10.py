"""BigGAN on CIFAR-10: class-conditional, with what scored best at this size.

Brock et al. 2019 (arXiv 1809.11096) with the constants of StudioGAN (arXiv 2206.09479,
configs/CIFAR10/BigGAN.yaml): 96 channels, latents of 4 × 20 numbers, attention at
16×16, hinge loss, Adam 2e-4 with betas (0.5, 0.999), five discriminator updates per
generator update, batch 64, 100,000 generator updates, their average (0.9999) from the
1,000th, mirrored images.

    python experiments/images/biggan_cifar10.py
    python experiments/images/biggan_cifar10.py --variant small --minutes 10
    jaxgan sample runs/biggan_cifar10 --label horse

Published by StudioGAN, of the best checkpoint: FID 4.16 and Inception score 9.96
against the 50,000 training images. The log of an earlier run of theirs (8.03 against
the 10,000 test images) tells 12.8 hours, and no GPU. The paper has 14.73 and 9.22. Not
run here.

`small` is for a laptop: narrow networks on MNIST. After 3,000 steps, 15 minutes on one
busy core of an AMD EPYC, digits look handwritten, each of its class.
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
    dataset: str = "cifar10"
    """Name in TensorFlow Datasets."""
    only: tuple[str, ...] = ()
    """Names of the classes to train on; none, as `--only` alone says: all."""
    size: int = 32
    """Pixels per side."""
    flip: bool = True
    """Mirror images left to right at random."""
    seed: int = 0
    """Of everything that is drawn."""
    batch_size: int = 64
    """Images per step: one discriminator update each."""
    latent_size: int = 80
    """Numbers per latent: a multiple of one more than the generator's blocks."""
    shared: int = 128
    """Length of the class embedding that all blocks share."""
    generator_widths: tuple[int, ...] = (384, 384, 384, 384)
    """Channels of the base map and after every block, which doubles the size."""
    generator_attention: tuple[int, ...] = (1,)
    """The generator's blocks, counted from 0, that attention follows."""
    discriminator_widths: tuple[int, ...] = (192, 192, 192, 192)
    """Channels after every block."""
    discriminator_attention: tuple[int, ...] = (0,)
    """The discriminator's blocks, counted from 0, that attention follows."""
    halvings: int = 2
    """So many of the discriminator's first blocks halve the size."""
    generator_rate: float = 2e-4
    """Adam's learning rate, of the generator."""
    discriminator_rate: float = 2e-4
    """Adam's learning rate, of the discriminator."""
    b1: float = 0.5
    """Adam's first beta; the second is 0.999."""
    critic_steps: int = 5
    """Discriminator updates per generator update."""
    average_decay: float = 0.9999
    """Weight that the average keeps at an update of the generator."""
    average_from: int = 5_000
    """The step at which averaging begins."""


VARIANTS = {
    "default": Config(),
    "small": Config(
        dataset="mnist",
        size=28,
        flip=False,
        batch_size=32,
        latent_size=48,
        shared=32,
        generator_widths=(64, 32, 16),
        generator_attention=(0,),
        discriminator_widths=(16, 32, 64),
        discriminator_attention=(0,),
        generator_rate=5e-4,
        discriminator_rate=5e-4,
        critic_steps=1,
        average_decay=0.998,
        average_from=500,
    ),
}
OPTIONS = Options(steps=500_000)


def build(config: Config) -> Experiment:
    """Builds the experiment that a config describes."""
    source, held_out = images(config), None
    if not config.path:
        held_out = data.batches(images(config, "test"), config.batch_size)
    classes = len(source.classes)
    recipe = recipes.biggan(
        config.generator_rate,
        config.discriminator_rate,
        config.critic_steps,
        average_from=config.average_from,
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
