"""R3GAN on StackedMNIST: does a generator find all of a thousand modes?"""

import dataclasses
from typing import Literal

from flax import linen as nn

from jaxgan import data, recipes
from jaxgan.games.latent import LatentGame
from jaxgan.models import dcgan, r3gan
from jaxgan.run import launch
from jaxgan.run.experiment import Experiment
from jaxgan.run.options import Options


@dataclasses.dataclass(frozen=True)
class Config:
    """What identifies a run."""

    recipe: Literal["r3gan", "nonsaturating"] = "r3gan"
    """The loss: relativistic with R1 and R2, or DCGAN's without a penalty."""
    networks: Literal["r3gan", "dcgan"] = "r3gan"
    """R3GAN's residual networks, or DCGAN's."""
    size: int = 32
    """Pixels per side: for R3GAN's networks a power of two, for DCGAN's 28 too."""
    stacks: int = 128_000
    """Stacks of three digits in the training set."""
    seed: int = 0
    """Of everything that is drawn."""
    batch_size: int = 512
    """Images per step."""
    latent_size: int = 64
    """Numbers per latent."""
    widths: tuple[int, ...] = (768, 768, 768, 768)
    """Channels of R3GAN's stages from 4×4 on."""
    groups: tuple[int, ...] = (96, 96, 96, 96)
    """Groups of their convolutions."""
    blocks: int = 2
    """Residual blocks of every stage of theirs."""
    width: int = 16
    """Channels of DCGAN's largest hidden map; they double towards the base."""
    hidden: int = 256
    """Features of DCGAN's dense layer between base map and latent, or logit."""
    normalise: bool = False
    """Batch normalisation in DCGAN's discriminator, which R1 and R2 forbid."""
    gamma: tuple[float, float] = (0.05, 0.005)
    """Of R1 and R2, at first and at last."""
    learning_rate: tuple[float, float] = (2e-4, 5e-5)
    """Adam's for both players, at first and at last; DCGAN's loss keeps the first."""
    half_life: tuple[float, float] = (0.0, 5e6)
    """Of the generator's running average, in images, at first and at last."""
    burn_in: int = 20_000_000
    """Images until schedules are at their last values."""


SMALL = Config(
    networks="dcgan",
    size=28,
    batch_size=64,
    gamma=(100.0, 10.0),
    learning_rate=(1e-3, 1e-4),
    half_life=(0.0, 20_000.0),
    burn_in=640_000,
)
DCGAN = dataclasses.replace(SMALL, recipe="nonsaturating", learning_rate=(2e-4, 2e-4))
VARIANTS = {
    "default": Config(),
    "small": SMALL,
    "dcgan": DCGAN,
    "dcgan_normalised": dataclasses.replace(DCGAN, normalise=True),
}
OPTIONS = Options(steps=500_000)


def build(config: Config) -> Experiment:
    """The experiment that a config describes."""
    if config.normalise and config.recipe == "r3gan":
        raise ValueError("normalise: saw True, wanted False with R1 and R2")
    source = data.stacked(
        data.tfds_images("mnist", size=config.size), config.stacks, config.seed
    )
    held_out = data.stacked(
        data.tfds_images("mnist", "test", size=config.size), config.stacks, config.seed
    )
    schedules = recipes.r3gan(
        config.gamma,
        config.learning_rate,
        half_life=config.half_life,
        burn_in_images=config.burn_in,
        batch_size=config.batch_size,
    )
    recipe = schedules
    if config.recipe == "nonsaturating":
        recipe = recipes.nonsaturating(config.learning_rate[0])
    return Experiment(
        game=LatentGame(*players(config, source.shape), config.latent_size),
        turns=recipe.turns,
        optimizers=recipe.optimizers,
        ema_decay=schedules.ema_decay,
        data=data.batches(source, config.batch_size, config.seed),
        held_out=data.batches(held_out, config.batch_size),
    )


def players(config: Config, shape: tuple[int, ...]) -> tuple[nn.Module, nn.Module]:
    """Generator and discriminator."""
    if config.networks == "dcgan":
        hidden = (config.hidden,)
        return (
            dcgan.Generator(shape, config.width, hidden=hidden),
            dcgan.Discriminator(config.width, config.normalise, hidden=hidden),
        )
    return (
        r3gan.Generator(config.widths, config.groups, config.blocks, shape=shape),
        r3gan.Discriminator(config.widths[::-1], config.groups[::-1], config.blocks),
    )


def tiny(config: Config) -> Config:
    """The same, small enough for a test."""
    return dataclasses.replace(
        config,
        size=8,
        stacks=20,
        batch_size=8,
        latent_size=4,
        widths=(4, 4),
        groups=(2, 2),
        blocks=1,
        width=4,
        hidden=8,
    )


if __name__ == "__main__":
    launch.main(__file__)
