"""GAT on CIFAR-10: transformers of 64 patches.

Hyun et al. 2025 (arXiv 2509.24935) train on ImageNet only: this is their recipe at a
width of 256, with its rule for the learning rate and all of its augmentation. `fine`
has patches of 2, and four times as many tokens.

    python experiments/transformers/gat_cifar10.py
    python experiments/transformers/gat_cifar10.py --path cifar10.zip

Not trained yet, and no published number is to be compared with.
"""

import dataclasses
from typing import Annotated, Any

import jax.numpy as jnp

from jaxgan import data, recipes
from jaxgan.augment.level_noise import level_noise
from jaxgan.games.latent import as_data
from jaxgan.games.levels import LevelGame
from jaxgan.models import gat
from jaxgan.run import launch
from jaxgan.run.bounds import Bounds
from jaxgan.run.experiment import Experiment
from jaxgan.run.options import Options

Count = Annotated[int, Bounds(least=1)]


@dataclasses.dataclass(frozen=True)
class Config:
    """What identifies a run."""

    path: str = ""
    """A folder or zip of images, sub-folders as classes; '': `dataset` instead."""
    dataset: str = "cifar10"
    """Name in TensorFlow Datasets."""
    held_out: str = "test"
    """Split of `dataset` that is never trained on."""
    only: tuple[str, ...] = ()
    """Names of the classes to train on; none: all."""
    size: int = 32
    """Pixels per side."""
    seed: int = 0
    """Of everything that is drawn."""
    batch_size: int = 256
    """Images per step."""
    patch: Count = 4
    """Pixels per side of a token."""
    depth: Count = 8
    """Blocks of either player, a multiple of the levels."""
    width: int = 256
    """Features of a token."""
    heads: Count = 4
    """Of the attention."""
    levels: Count = 4
    """Pictures that the generator makes of one."""
    condition_size: Count = 1024
    """Of what the discriminator compares with the class."""
    latent_size: int = 64
    """Numbers per latent, and of a class's row."""
    learning_rate: float = 2e-4
    """Adam's, of both players, at a width of 768: wider networks learn more slowly."""
    gamma: float = 0.1
    """Of R1 and R2."""
    half_life: float = 100_000.0
    """Of the generator's running average, in images."""
    bfloat16: bool = False
    """Compute blocks in bfloat16, but norms, tokens between them and logits."""
    rematerialize: bool = False
    """Compute blocks once more for the gradient, rather than keep what they did."""


VARIANTS = {"default": Config(), "fine": Config(patch=2)}
OPTIONS = Options(steps=50_000)


def build(config: Config) -> Experiment:
    """Builds the experiment that a config describes."""
    source, held_out = images(config), None
    if not config.path:
        held_out = data.batches(images(config, config.held_out), config.batch_size)
    classes = len(source.classes)
    if classes < 2:
        raise data.DataError(f"classes: saw {classes}, wanted at least 2")
    shared: dict[str, Any] = {
        "classes": classes,
        "patch": config.patch,
        "depth": config.depth,
        "width": config.width,
        "heads": config.heads,
        "levels": config.levels,
        "rematerialize": config.rematerialize,
        "dtype": jnp.bfloat16 if config.bfloat16 else jnp.float32,
    }
    return Experiment(
        game=LevelGame(
            gat.Generator(source.shape, embedding=config.latent_size, **shared),
            gat.Discriminator(condition_size=config.condition_size, **shared),
            config.latent_size,
            as_data,
            mixing=0.0,
        ),
        recipe=recipes.gat(
            config.learning_rate,
            (config.width, config.width),
            config.gamma,
            half_life=config.half_life,
            ramp_up=0.05,
        ),
        augment=level_noise(config.levels),
        data=data.batches(source, config.batch_size, config.seed),
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
    """Makes the config small enough for a test."""
    return dataclasses.replace(
        config,
        size=8,
        batch_size=8,
        patch=4,
        depth=2,
        width=8,
        heads=2,
        levels=2,
        condition_size=4,
        latent_size=4,
    )


if __name__ == "__main__":
    launch.main(__file__)
