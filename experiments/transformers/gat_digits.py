"""GAT on the handwritten digits that ship with scikit-learn, 8×8 as they are.

Hyun et al. 2025 (arXiv 2509.24935): a generator and a discriminator that are plain
transformers, here of 16 patches. The generator makes four pictures, each finer than the
one before; the discriminator judges them together, under noise that hides the more the
coarser they are.

    python experiments/transformers/gat_digits.py
    jaxgan sample runs/gat_digits --label 7

Slow at this size, as its authors' code is: after 1,000 steps, which took under four
minutes of one core of an AMD EPYC, compiling apart, the average of the generator (with
no ramp-up then) drew shapes that differ by class, few of them readable, under the grid
of its patches. It was not trained further. In that time `digits`, a DCGAN, is done.
"""

import dataclasses
from typing import Annotated, Any

import numpy as np

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
    batch_size: int = 32
    """Images per step."""
    patch: Count = 2
    """Pixels per side of a token."""
    depth: Count = 4
    """Blocks of either player, a multiple of the levels."""
    width: int = 48
    """Features of a token."""
    heads: Count = 3
    """Of the attention."""
    levels: Count = 4
    """Pictures that the generator makes of one."""
    latent_size: int = 16
    """Numbers per latent, and of a class's row."""
    learning_rate: float = 1e-4
    """Adam's, of both players, at a width of 768: wider networks learn more slowly."""
    gamma: float = 0.1
    """Of R1 and R2."""
    half_life: float = 20_000.0
    """Of the generator's running average, in images."""


VARIANTS = {"default": Config()}
OPTIONS = Options(steps=3_000, log_every=100, sample_every=500, diagnose_every=1_000)


def build(config: Config) -> Experiment:
    """Builds the experiment that a config describes."""
    source = data.digits(8)
    # Every sixth image is held out, to tell what the discriminator knows by heart.
    held_out = np.arange(source.size) % 6 == 5
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
        # Mirrored digits are none, and holes of half a side hide what they are.
        augment=level_noise(config.levels, {"translation": TRANSFORMS["translation"]}),
        data=data.batches(
            data.subset(source, np.flatnonzero(~held_out)),
            config.batch_size,
            config.seed,
        ),
        held_out=data.batches(
            data.subset(source, np.flatnonzero(held_out)), config.batch_size
        ),
    )


def tiny(config: Config) -> Config:
    """Makes the config small enough for a test."""
    return dataclasses.replace(
        config,
        batch_size=8,
        patch=4,
        depth=2,
        width=8,
        heads=2,
        levels=2,
        latent_size=4,
    )


if __name__ == "__main__":
    launch.main(__file__)
