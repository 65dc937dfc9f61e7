"""Horizontal and vertical bars of 8×8 pixels, by class, by a DCGAN of width one."""

import dataclasses

import numpy as np

from jaxgan import data, recipes
from jaxgan.augment.diffaugment import diffaugment, translation
from jaxgan.core import schedules
from jaxgan.games.latent import LatentGame, as_data
from jaxgan.models import dcgan
from jaxgan.run import launch
from jaxgan.run.experiment import Experiment
from jaxgan.run.options import Options


@dataclasses.dataclass(frozen=True)
class Config:
    """What identifies a run."""

    seed: int = 0
    """Of everything that is drawn."""
    width: int = 1
    """Channels next to the image."""


VARIANTS = {"default": Config()}
OPTIONS = Options(
    steps=20, log_every=10, sample_every=20, save_every=20, diagnose_every=10, keep=1
)
CLASSES = ("horizontal", "vertical")


def bars(rows: range) -> data.Source:
    """One bright bar per image, at a place of these."""
    images = np.zeros((2, len(rows), 8, 8, 1), np.uint8)
    for number, row in enumerate(rows):
        images[0, number, row % 8] = images[1, number, :, row % 8] = 200 + row
    labels = np.repeat(np.arange(2), len(rows))
    return data.arrays(images.reshape(-1, 8, 8, 1), labels, CLASSES)


def build(config: Config) -> Experiment:
    """The experiment that a config describes."""
    recipe = recipes.nonsaturating(0.02)
    return Experiment(
        game=LatentGame(
            dcgan.Generator((8, 8, 1), config.width, classes=2, modulated=True),
            dcgan.Discriminator(
                config.width, spectral=True, classes=2, projection=True
            ),
            latent_size=2,
            conditioning=as_data,
        ),
        recipe=recipe._replace(ema_decay=schedules.half_life(50.0)),
        data=data.batches(bars(range(16)), 8, config.seed),
        augment=diffaugment((translation,)),
        held_out=data.batches(bars(range(16, 32)), 8),
        measure=lambda state: {"step/of_state": float(state.step)},
    )


def tiny(config: Config) -> Config:
    """It is."""
    return config


if __name__ == "__main__":
    launch.main(__file__)
