"""Points on a ring, by networks of two units."""

import dataclasses

import flax.linen as nn
import numpy as np
import optax

from jaxgan import data, losses
from jaxgan.core import Players, Turn, schedules
from jaxgan.core.recipe import Recipe
from jaxgan.games.latent import LatentGame
from jaxgan.run import launch
from jaxgan.run.experiment import Experiment
from jaxgan.run.kinds import Points
from jaxgan.run.options import Options
from jaxgan.terms import adversarial, r1


@dataclasses.dataclass(frozen=True)
class Config:
    """What identifies a run."""

    seed: int = 0
    """Of everything that is drawn."""
    units: tuple[int, ...] = (2,)
    """Of the hidden layers."""
    learning_rate: float = 0.02
    """Of both players' Adam."""
    penalty: float = 0.1
    """Weight of R1, on every second step."""


VARIANTS = {"default": Config(), "slow": Config(learning_rate=0.002)}
OPTIONS = Options(
    steps=20, log_every=10, sample_every=20, save_every=20, diagnose_every=10, keep=1
)


class Network(nn.Module):
    """A perceptron."""

    outputs: int
    units: tuple[int, ...]

    @nn.compact
    def __call__(self, value, given, context):
        del given, context
        for units in self.units:
            value = nn.tanh(nn.Dense(units)(value))
        outputs = nn.Dense(self.outputs)(value)
        return outputs if self.outputs > 1 else outputs[:, 0]


def build(config: Config) -> Experiment:
    """The experiment that a config describes."""
    angles = np.arange(64) * (np.pi / 32)
    points = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    source = data.arrays(points)
    play = adversarial(losses.nonsaturating)
    return Experiment(
        game=LatentGame(
            Network(2, config.units), Network(1, config.units), latent_size=2
        ),
        recipe=Recipe(
            turns=(
                Turn("discriminator", (play,)),
                Turn("discriminator", (r1(config.penalty),), every=2),
                Turn("generator", (play,)),
            ),
            optimizers=Players(*[optax.adam(config.learning_rate, b1=0.5)] * 2),
            ema_decay=schedules.half_life(100.0),
        ),
        data=data.batches(source, 16, config.seed),
        kind=Points(real=points, pixels=80),
    )


def tiny(config: Config) -> Config:
    """It is."""
    return config


if __name__ == "__main__":
    launch.main(__file__)
