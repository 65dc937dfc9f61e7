"""SNGAN, and the conditional GAN with a projection discriminator, on CIFAR-10.

Miyato et al. 2018 (arXiv 1802.05957), table 4: residual networks, spectral
normalisation in the discriminator, hinge loss, Adam 2e-4 with betas (0, 0.9), five
discriminator updates per generator update, batch 64, learning rates falling linearly to
0 over 100,000 generator updates. `projection` adds labels: conditional normalisation
and a projection discriminator (Miyato and Koyama 2018, arXiv 1802.05637).

    python experiments/images/sngan_cifar10.py
    python experiments/images/sngan_cifar10.py --variant small --minutes 10
    python experiments/images/sngan_cifar10.py --path ~/pictures/cats --size 32

Published, of these constants, by mimicry (arXiv 2005.02494), after the last step: FID
16.77 ± 0.04, Inception score 7.97 (50,000 fakes against the 50,000 training images);
with `projection` 10.84 ± 0.03 and 8.25. The paper has FID 21.7 ± 0.21 (5,000 fakes
against 10,000 images). Not run here.

`small` is for a laptop: narrow networks on one class. From 3,000 steps on most samples
are car-like, with wheels, windows, road and paint of many colours; after 6,000 they are
clearer but smeared still, by eye. One core of an AMD EPYC made 225 images/s, which is
seven minutes; the run itself shared it, and took longer.
"""

import dataclasses

import optax

from jaxgan import data, recipes
from jaxgan.core import schedules
from jaxgan.games.latent import LatentGame, unconditional, uniform_labels
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
    dataset_only: tuple[str, ...] = ()
    """The same, of `dataset`, unless `only` names some."""
    size: int = 32
    """Pixels per side."""
    flip: bool = False
    """Mirror images left to right at random."""
    conditional: bool = False
    """Whether both players see labels."""
    seed: int = 0
    """Of everything that is drawn."""
    batch_size: int = 64
    """Images per step: one discriminator update each."""
    latent_size: int = 128
    """Numbers per latent."""
    generator_widths: tuple[int, ...] = (256, 256, 256, 256)
    """Channels of the base map and after every block, which doubles the size."""
    discriminator_widths: tuple[int, ...] = (128, 128, 128, 128)
    """Channels after every block."""
    halvings: int = 2
    """So many of the discriminator's first blocks halve the size."""
    generator_rate: float = 2e-4
    """Adam's learning rate at first, of the generator."""
    discriminator_rate: float = 2e-4
    """Adam's learning rate at first, of the discriminator."""
    b2: float = 0.9
    """Adam's second beta; the first is 0."""
    critic_steps: int = 5
    """Discriminator updates per generator update."""
    decay_steps: int = 500_000
    """Steps after which the learning rates have fallen to 0, linearly."""
    half_life: float = 0.0
    """Of the generator's running average, in images; 0: none, as published."""


VARIANTS = {
    "default": Config(),
    "projection": Config(conditional=True),
    "small": Config(
        dataset_only=("automobile",),
        flip=True,
        batch_size=16,
        latent_size=64,
        generator_widths=(128, 64, 32, 16),
        discriminator_widths=(16, 32, 64),
        halvings=3,
        generator_rate=4e-4,
        discriminator_rate=1e-3,
        b2=0.99,
        critic_steps=1,
        decay_steps=15_000,
        half_life=10_000.0,
    ),
}
OPTIONS = Options(steps=500_000)


def build(config: Config) -> Experiment:
    """Builds the experiment that a config describes."""
    source, held_out = images(config), None
    if not config.path:
        held_out = data.batches(images(config, "test"), config.batch_size)
    classes = len(source.classes) if config.conditional else 0
    steps, every = config.decay_steps, config.critic_steps
    recipe = recipes.hinge(
        optax.linear_schedule(config.generator_rate, 0.0, steps // every),
        optax.linear_schedule(config.discriminator_rate, 0.0, steps),
        b2=config.b2,
        critic_steps=every,
    )
    return Experiment(
        game=LatentGame(
            resnet.Generator(source.shape, config.generator_widths, classes),
            resnet.Discriminator(
                config.discriminator_widths,
                config.halvings,
                spectral=True,
                classes=classes,
            ),
            config.latent_size,
            uniform_labels(classes) if config.conditional else unconditional,
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
        labels = "auto" if config.conditional or config.only else "optional"
        whole = data.folder(config.path, config.size, labels=labels)
        return data.of_classes(whole, config.only)
    whole = data.image_dataset(config.dataset, split, size=config.size)
    return data.of_classes(whole, config.only or config.dataset_only)


def tiny(config: Config) -> Config:
    """The same, small enough for a test."""
    return dataclasses.replace(
        config,
        size=8,
        batch_size=8,
        latent_size=4,
        generator_widths=(4, 4),
        discriminator_widths=(4,),
        halvings=1,
    )


if __name__ == "__main__":
    launch.main(__file__)
