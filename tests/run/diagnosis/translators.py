"""Translators of small pictures, healthy or made to fail: an experiment.

Sources are random colours, enlarged from 4×4 pixels; targets are the same, recoloured.
"""

import dataclasses
from typing import Any

import jax
import numpy as np
import optax
from flax import linen as nn

from jaxgan import data, losses
from jaxgan import nn as layers
from jaxgan.core import Players, Sample, Turn
from jaxgan.core.recipe import Recipe
from jaxgan.games.paired import PairedGame
from jaxgan.games.unpaired import UnpairedGame
from jaxgan.run import launch
from jaxgan.run.experiment import Experiment
from jaxgan.run.kinds import domains, pairs
from jaxgan.terms import adversarial, cycle, pixel

SIDE = 16


@dataclasses.dataclass(frozen=True)
class Config:
    """Next to nothing."""

    seed: int = 0
    """Of the run."""
    batch_size: int = 8
    """Pictures per step."""
    unpaired: bool = False
    """Whether sources and targets are domains."""
    shuffled: bool = False
    """Whether sources have others' targets."""
    residual: bool = False
    """Whether a generator adds to its source, and so begins with it."""
    learning_rate: float = 1e-2
    """Of the generator."""


VARIANTS = {
    "healthy": Config(),
    "shuffled": Config(shuffled=True),
    "untrained": Config(residual=True, learning_rate=1e-6),
    "unmoved": Config(unpaired=True),
}
OPTIONS = launch.Options(
    steps=120, log_every=10, sample_every=120, save_every=120, diagnose_every=12
)


def drawings(count, seed=0, side=SIDE, channels=3):
    """Random colours [count, side, side, channels], smooth, of any brightness."""
    rng = np.random.default_rng(seed)
    small = rng.uniform(-0.5, 0.5, (count, 4, 4, channels))
    small = small + rng.uniform(-0.3, 0.3, (count, 1, 1, 1))
    large = jax.image.resize(small, (count, side, side, channels), "cubic")
    return np.clip(np.asarray(large, np.float32), -1, 1)


def recoloured(pictures):
    """Red and blue swapped, everything inverted and brighter: what is to be learnt."""
    return np.clip(0.2 - 0.8 * pictures[..., ::-1], -1, 1)


@dataclasses.dataclass(frozen=True, eq=False)
class Memory:
    """A source of examples in memory.

    Attributes:
      sample: all of them.
      aligned: whether targets are those of their sources.
    """

    sample: Sample
    aligned: bool = True
    classes: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        return len(jax.tree.leaves(self.sample)[0])

    @property
    def shape(self) -> tuple[int, ...]:
        return jax.tree.leaves(self.sample.value)[0].shape[1:]

    def examples(self, indices: Any) -> Sample:
        return jax.tree.map(lambda x: x[np.asarray(indices)], self.sample)


class Two(nn.Module):
    """Two convolutions, and perhaps a way around them."""

    residual: bool

    @nn.compact
    def __call__(self, value, given, context):
        x = nn.relu(layers.Conv(16, size=3)(value))
        x = layers.Conv(3, size=3)(x)
        return value + x if self.residual else x


class Patches(nn.Module):
    """Judges patches of 10 pixels, by themselves."""

    @nn.compact
    def __call__(self, value, given, context):
        x = nn.leaky_relu(layers.Conv(8, size=4, stride=2)(value), 0.2)
        return layers.Conv(1, size=4, stride=2)(x)[..., 0]


def build(config):
    """Builds the experiment."""
    source = drawings(64)
    target = recoloured(source)
    if config.shuffled:
        target = np.roll(target, 1, axis=0)
    play = adversarial(losses.least_squares)
    turns = [Turn("discriminator", (play,))]
    if config.unpaired:
        sample = Sample({"x": source, "y": target[::-1]})
        translator = Two(residual=True)
        game = UnpairedGame(translator, translator, Patches(), Patches())
        further = [cycle(10.0)]
    else:
        sample = Sample(target, source)
        game = PairedGame(Two(config.residual), Patches())
        further = [pixel(10.0)]
    turns.append(Turn("generator", (play, *further)))
    optimizers: Players[optax.GradientTransformation] = Players(
        optax.adam(config.learning_rate), optax.adam(1e-3)
    )
    memory = Memory(sample, aligned=not config.unpaired)
    return Experiment(
        game=game,
        recipe=Recipe(tuple(turns), optimizers),
        data=data.batches(memory, config.batch_size, config.seed),
        kind=domains if config.unpaired else pairs,
    )


def tiny(config):
    """It is."""
    return config


if __name__ == "__main__":
    launch.main(__file__)
