"""GAT on ImageNet at 256×256, with the published constants, on pixels.

Hyun et al. 2025 (arXiv 2509.24935): GAT-B, and by --variant S, L and XL: batch 512,
learning rates 2e-4 · 768 / width, R1 and R2 of weight 0.1 by finite differences, all of
DiffAugment, averages of 0.999 per step, 60 epochs.

The paper's networks see latents of 32×32×4 of a VAE in patches of 2, and are aligned
with DINOv2. Neither network is part of this experiment: it has pixels in patches of 16,
so as many tokens, and no alignment, without which the paper reports a clear drop.

    jaxgan forecast gat_imagenet256 --variant XL --target v5e:4x4
    python experiments/transformers/gat_imagenet256.py --path ~/imagenet/train

Published, in latents: FID 2.18 by XL/2 after 60 epochs; 40 took 12 days of eight A6000.
Not run here.

ImageNet must be prepared by TensorFlow Datasets, for which its archives are downloaded
by hand. With `--path` sub-folders are classes.
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
    dataset: str = "imagenet2012"
    """Name in TensorFlow Datasets."""
    held_out: str = "validation"
    """Split of `dataset` that is never trained on."""
    only: tuple[str, ...] = ()
    """Names of the classes to train on; none: all."""
    size: int = 256
    """Pixels per side."""
    seed: int = 0
    """Of everything that is drawn."""
    batch_size: int = 512
    """Images per step."""
    patch: Count = 16
    """Pixels per side of a token."""
    depth: Count = 12
    """Blocks of either player, a multiple of the levels."""
    width: int = 768
    """Features of a token."""
    heads: Count = 12
    """Of the attention."""
    levels: Count = 4
    """Pictures that the generator makes of one."""
    condition_size: Count = 2048
    """Of what the discriminator compares with the class."""
    latent_size: int = 64
    """Numbers per latent, and of a class's row."""
    learning_rate: float = 2e-4
    """Adam's, of both players, at a width of 768: wider networks learn more slowly."""
    gamma: float = 0.1
    """Of R1 and R2."""
    half_life: float = 355_000.0
    """Of the generator's running average, in images."""
    bfloat16: bool = True
    """Compute blocks in bfloat16, but norms, tokens between them and logits."""
    rematerialize: bool = True
    """Compute blocks once more for the gradient, rather than keep what they did."""


VARIANTS = {
    "B": Config(),
    "S": Config(width=384, heads=6),
    "L": Config(depth=24, width=1024, heads=16),
    "XL": Config(depth=28, width=1152, heads=16),
}
OPTIONS = Options(steps=150_000)


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
