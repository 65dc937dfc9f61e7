"""SAGAN on CIFAR-10: attention, spectral normalisation in both players, labels.

Zhang et al. 2018 (arXiv 1805.08318) with the constants of StudioGAN (arXiv 2206.09479,
configs/CIFAR10/SAGAN.yaml): residual networks with conditional normalisation and a
projection discriminator, attention at 16×16, hinge loss, Adam 2e-4 with betas (0.5,
0.999), five discriminator updates per generator update, batch 64, 100,000 generator
updates, mirrored images.

    python experiments/images/sagan_cifar10.py
    python experiments/images/sagan_cifar10.py --variant small --minutes 10
    jaxgan sample runs/sagan_cifar10 --label horse

Published by StudioGAN, of the best checkpoint: FID 10.35 and Inception score 8.64
against the 50,000 training images. The log of an earlier run of theirs (14.01 against
the 10,000 test images) tells 9.3 hours, and no GPU. Not run here. There weights begin
orthogonal and Adam's ε is 1e-6; here they begin as mimicry's, and ε is 1e-8. The paper
trains on ImageNet only.

`small` is for a laptop: narrow networks on MNIST. After 3,000 steps, a quarter of an
hour's worth of one core of an AMD EPYC, digits look handwritten, each of its class. On
two classes of CIFAR-10 as much time gave little to recognise.
"""

import dataclasses

from jaxgan import data, recipes
from jaxgan.core import schedules
from jaxgan.games.latent import LatentGame, uniform_labels
from jaxgan.models import resnet
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
    latent_size: int = 128
    """Numbers per latent."""
    generator_widths: tuple[int, ...] = (256, 256, 256, 256)
    """Channels of the base map and after every block, which doubles the size."""
    generator_attention: tuple[int, ...] = (1,)
    """The generator's blocks, counted from 0, that attention follows."""
    discriminator_widths: tuple[int, ...] = (128, 128, 128, 128)
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
    half_life: float = 0.0
    """Of the generator's running average, in images; 0: none, as published."""


VARIANTS = {
    "default": Config(),
    "small": Config(
        dataset="mnist",
        size=28,
        flip=False,
        batch_size=32,
        latent_size=64,
        generator_widths=(64, 32, 16),
        generator_attention=(0,),
        discriminator_widths=(16, 32, 64),
        discriminator_attention=(0,),
        generator_rate=5e-4,
        discriminator_rate=5e-4,
        critic_steps=1,
        half_life=10_000.0,
    ),
}
OPTIONS = Options(steps=500_000)


def build(config: Config) -> Experiment:
    """Builds the experiment that a config describes."""
    source, held_out = images(config), None
    if not config.path:
        held_out = data.batches(images(config, "test"), config.batch_size)
    classes = len(source.classes)
    recipe = recipes.hinge(
        config.generator_rate,
        config.discriminator_rate,
        b1=config.b1,
        b2=0.999,
        critic_steps=config.critic_steps,
    )
    shared = {"classes": classes, "spectral": True}
    return Experiment(
        game=LatentGame(
            resnet.Generator(
                source.shape,
                config.generator_widths,
                attention=config.generator_attention,
                **shared,
            ),
            resnet.Discriminator(
                config.discriminator_widths,
                config.halvings,
                attention=config.discriminator_attention,
                **shared,
            ),
            config.latent_size,
            uniform_labels(classes),
        ),
        recipe=recipe._replace(
            ema_decay=schedules.half_life(config.half_life, ramp_up=0.05)
        ),
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
        generator_widths=(8, 8),
        generator_attention=(0,),
        discriminator_widths=(8,),
        halvings=1,
    )


if __name__ == "__main__":
    launch.main(__file__)
