"""The Dirac-GAN with some noise, which circles unless it is penalised.

Mescheder et al. 2018 (arXiv 1801.04406), section 2. For the tests of `jaxgan diagnose`.
"""

import dataclasses

import flax.linen as nn
import numpy as np
import optax

from jaxgan import data, losses
from jaxgan.core import Players, Turn
from jaxgan.core.recipe import Recipe
from jaxgan.games.latent import LatentGame
from jaxgan.nn import Dense
from jaxgan.run import launch
from jaxgan.run.experiment import Experiment
from jaxgan.run.kinds import Points
from jaxgan.terms import adversarial, r1


@dataclasses.dataclass(frozen=True)
class Config:
    """A cloud that looks for another."""

    seed: int = 0
    """Of the run."""
    penalty: float = 0.0
    """Weight of R1."""
    learning_rate: float = 0.05
    """Of both players' gradient descent."""


VARIANTS = {"circling": Config(), "damped": Config(penalty=2.0)}
OPTIONS = launch.Options(
    steps=600, log_every=30, diagnose_every=30, sample_every=600, save_every=600
)


class Cloud(nn.Module):
    """Noise about a place that is learnt."""

    @nn.compact
    def __call__(self, value, given, context):
        place = self.param("place", nn.initializers.ones, (1, 2))
        return 0.1 * value + place


class Plane(nn.Module):
    """A discriminator with one slope."""

    @nn.compact
    def __call__(self, value, given, context):
        return Dense(1, use_bias=False)(value)[:, 0]


def build(config):
    """Builds the experiment."""
    values = 0.1 * np.random.default_rng(0).standard_normal((2, 1000, 2))
    train, held_out = (data.arrays(part.astype(np.float32)) for part in values)
    play = adversarial(losses.wasserstein)
    return Experiment(
        game=LatentGame(Cloud(), Plane(), latent_size=2),
        recipe=Recipe(
            turns=(
                Turn("discriminator", (play, r1(config.penalty))),
                Turn("generator", (play,)),
            ),
            optimizers=Players(*[optax.sgd(config.learning_rate)] * 2),
        ),
        data=data.batches(train, 32, config.seed),
        held_out=data.batches(held_out, 32, config.seed),
        kind=Points(pixels=20),
    )


def tiny(config):
    """It is."""
    return config


if __name__ == "__main__":
    launch.main(__file__)
