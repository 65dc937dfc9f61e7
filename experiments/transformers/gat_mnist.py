"""GAT on MNIST: transformers of 49 patches, with levels that are judged together.

Hyun et al. 2025 (arXiv 2509.24935), whose smallest network has width 384 and sees
ImageNet; here one of width 64, by the paper's rule for the learning rate, a quarter of
its rate, and twenty times its γ, which is of latents. Digits are moved by up to an
eighth before they are judged, but neither mirrored nor cut.

    python experiments/transformers/gat_mnist.py

After 2,555 steps, six minutes of one core of an AMD EPYC (seed 0), there are strokes of
a few shapes, the same for all classes, and no digits: FID by a classifier 433. At the
paper's γ and half its rate the discriminator had won after 500 steps (losses of 0.00001
and 13). Not trained longer: by its pace 20,000 steps are 50 minutes.

MNIST is downloaded, unless TensorFlow Datasets has prepared it (`data.image_dataset`).
"""

import dataclasses
from typing import Annotated, Any

from jaxgan import data, recipes
from jaxgan.augment.level_noise import TRANSFORMS, level_noise
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

    seed: int = 0
    """Of everything that is drawn."""
    batch_size: int = 16
    """Images per step."""
    patch: Count = 4
    """Pixels per side of a token."""
    depth: Count = 4
    """Blocks of either player, a multiple of the levels."""
    width: int = 64
    """Features of a token."""
    heads: Count = 2
    """Of the attention."""
    levels: Count = 4
    """Pictures that the generator makes of one."""
    latent_size: int = 64
    """Numbers per latent, and of a class's row."""
    learning_rate: float = 5e-5
    """Adam's, of both players, at a width of 768: wider networks learn more slowly."""
    gamma: float = 2.0
    """Of R1 and R2."""
    half_life: float = 50_000.0
    """Of the generator's running average, in images."""


VARIANTS = {"default": Config()}
OPTIONS = Options(steps=20_000)


def build(config: Config) -> Experiment:
    """Builds the experiment that a config describes."""
    source = data.image_dataset("mnist")
    shared: dict[str, Any] = {
        "classes": len(source.classes),
        "patch": config.patch,
        "depth": config.depth,
        "width": config.width,
        "heads": config.heads,
        "levels": config.levels,
    }
    recipe = recipes.gat(
        config.learning_rate,
        (config.width, config.width),
        config.gamma,
        half_life=config.half_life,
        ramp_up=0.05,
    )
    return Experiment(
        game=LevelGame(
            gat.Generator(source.shape, embedding=config.latent_size, **shared),
            gat.Discriminator(condition_size=4 * config.width, **shared),
            config.latent_size,
            as_data,
            mixing=0.0,
        ),
        recipe=recipe,
        augment=level_noise(config.levels, {"translation": TRANSFORMS["translation"]}),
        data=data.batches(source, config.batch_size, config.seed),
        held_out=data.batches(data.image_dataset("mnist", "test"), config.batch_size),
    )


def tiny(config: Config) -> Config:
    """Makes the config small enough for a test."""
    return dataclasses.replace(
        config,
        batch_size=8,
        patch=14,
        depth=2,
        width=8,
        heads=2,
        levels=2,
        latent_size=4,
    )


if __name__ == "__main__":
    launch.main(__file__)
