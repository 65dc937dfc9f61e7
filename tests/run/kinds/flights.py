"""Digits that fly, made of noise or predicted, by next to no networks."""

import dataclasses

import jax
import jax.numpy as jnp
import optax
from flax import linen as nn

from jaxgan import data, losses, recipes
from jaxgan.core import Players, Sample, Turn, Verdict, schedules
from jaxgan.core.recipe import Recipe
from jaxgan.games.latent import LatentGame
from jaxgan.models import mlp
from jaxgan.run import launch
from jaxgan.run.experiment import Experiment
from jaxgan.run.kinds import DigitVideos, Predictions
from jaxgan.terms import adversarial


@dataclasses.dataclass(frozen=True)
class Config:
    """Next to nothing."""

    given: int = 0
    """Frames that are given; 0 makes clips of noise."""
    seed: int = 0
    """Of the run."""
    batch_size: int = 8
    """Clips per step."""


VARIANTS = {"clips": Config(), "predictions": Config(given=2)}
OPTIONS = launch.Options(
    steps=4, log_every=2, sample_every=2, save_every=2, diagnose_every=4
)


class Frames(nn.Module):
    """Makes every frame the last one given, brighter or darker."""

    frames: int

    @nn.compact
    def __call__(self, given):
        last = jnp.repeat(given[:, -1:], self.frames, axis=1)
        return last * self.param(
            "shade", nn.initializers.ones, (1, self.frames, 1, 1, 1)
        )


class Critic(nn.Module):
    """Judges how bright clips are."""

    @nn.compact
    def __call__(self, value):
        return nn.Dense(1)(value.mean(axis=(2, 3))[..., 0])[:, 0]


@dataclasses.dataclass(frozen=True)
class PredictionGame:
    """What follows frames that are given."""

    frames: int

    def init(self, key, batch):
        one, other = jax.random.split(key)
        maker, critic = Frames(self.frames), Critic()
        return Players(
            maker.init(one, batch.given[:1]), critic.init(other, batch.value[:1])
        )

    def latent(self, variables, context):
        return context.batch.given, variables

    def real(self, variables, latent, context):
        return context.batch, variables

    def generate(self, variables, latent, context):
        return self.apply(variables, latent, context), variables

    def discriminate(self, variables, sample, context):
        return Verdict(Critic().apply(variables, sample.value)), variables

    def apply(self, variables, given, context):
        return Sample(Frames(self.frames).apply(variables, given), given)


def source(split, clips):
    return data.moving_mnist(
        6, 24, 1, dataset="digits", split=split, digit_size=16, clips=clips
    )


def build(config):
    """Builds the experiment."""
    train, test = source("train", 64), source("test", 16)
    if not config.given:
        return Experiment(
            game=LatentGame(
                mlp.Generator(train.shape, (8,)), mlp.Discriminator((8,)), 4
            ),
            recipe=recipes.nonsaturating()._replace(
                ema_decay=schedules.half_life(100.0)
            ),
            data=data.clip_batches(train, config.batch_size, config.seed),
            kind=DigitVideos(digits=source("train", 4).pictures, count=1, speed=0.8),
        )
    train, test = (data.prediction(x, config.given) for x in (train, test))
    judge = adversarial(losses.least_squares)
    return Experiment(
        game=PredictionGame(train.shape[0]),
        recipe=Recipe(
            (Turn("discriminator", (judge,)), Turn("generator", (judge,))),
            Players(optax.adam(1e-2), optax.adam(1e-2)),
            schedules.half_life(4.0),
        ),
        data=data.clip_batches(train, config.batch_size, config.seed, flip=True),
        held_out=data.clip_batches(test, config.batch_size, crop=False),
        kind=Predictions(thresholds=(0.0,), rate=5.0),
    )


def tiny(config):
    """It is."""
    return config


if __name__ == "__main__":
    launch.main(__file__)
