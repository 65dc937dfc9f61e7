"""Images of 16 × 16 pixels, by perceptrons that grow from 4 × 4."""

import dataclasses
import math

import numpy as np
from flax import linen as nn

from jaxgan import data, recipes
from jaxgan.core.growth import Growing
from jaxgan.games.latent import LatentGame
from jaxgan.nn.growth import as_grown, at_stage, faded
from jaxgan.nn.resample import average_pool, repeat
from jaxgan.run import launch
from jaxgan.run.experiment import Experiment


@dataclasses.dataclass(frozen=True)
class Config:
    """Three levels, the second from step 3 on, the third from step 12 to 22."""

    seed: int = 0
    """Of the run."""
    batch_sizes: tuple[int, ...] = (16, 8, 4)
    """Images per step, by the level."""
    count: int = 50
    """Images that there are."""


VARIANTS = {"default": Config()}
OPTIONS = launch.Options(
    steps=30, log_every=10, sample_every=30, save_every=10, diagnose_every=1000
)


class Generator(nn.Module):
    """One layer for every level."""

    growing: Growing

    def setup(self):
        for level in range(3):
            setattr(self, f"level{level}", nn.Dense((4 << level) ** 2))

    def __call__(self, value, given, context):
        del given

        def branch(level):
            def at(module, share):
                def image(level):
                    flat = nn.tanh(getattr(module, f"level{level}")(value))
                    square = flat.reshape(-1, 4 << level, 4 << level, 1)
                    return repeat(square, 4 >> level) if level < 2 else square

                return faded(image(level), lambda: image(max(level - 1, 0)), share)

            return at

        return at_stage(self, self.growing, context.step, list(map(branch, range(3))))


class Discriminator(nn.Module):
    """Likewise."""

    growing: Growing

    def setup(self):
        for level in range(3):
            setattr(self, f"level{level}", nn.Dense(4))
        self.out = nn.Dense(1)

    def __call__(self, value, given, context):
        del given

        def branch(level):
            def at(module, share):
                image, features = value, []
                for side in (2, 1, 0):
                    if side <= level and side >= level - 1:
                        flat = image.reshape(-1, math.prod(image.shape[1:]))
                        features.append(getattr(module, f"level{side}")(flat))
                    image = average_pool(image) if side else image
                return faded(features[0], lambda: features[-1], share)

            return at

        branches = list(map(branch, range(3)))
        hidden = at_stage(self, self.growing, context.step, branches)
        return self.out(nn.tanh(hidden))[:, 0]


def growing(config):
    """The stages."""
    return Growing(2, config.batch_sizes, 0, stable=32, fading=48)


def build(config):
    """Builds the experiment."""
    stages = growing(config)
    values = np.random.default_rng(0).integers(
        *(0, 256, (config.count, 16, 16, 1)), dtype=np.uint8
    )
    return Experiment(
        game=LatentGame(
            Generator(stages), Discriminator(stages), 4, shown=as_grown(stages)
        ),
        recipe=recipes.stylegan(stages),
        data=data.paced_batches(data.arrays(values), stages.pace, config.seed),
    )


def tiny(config):
    """It is."""
    return config


if __name__ == "__main__":
    launch.main(__file__)
