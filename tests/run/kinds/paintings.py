"""Pictures made of pictures by one linear map of their colours.

An experiment of pairs, or of two domains, whose games are written here.
"""

import dataclasses
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import linen as nn

from jaxgan import data, losses
from jaxgan.core import Players, Sample, Term, Turn, Verdict, schedules
from jaxgan.core.recipe import Recipe
from jaxgan.run import launch
from jaxgan.run.experiment import Experiment
from jaxgan.run.kinds import domains, pairs
from jaxgan.terms import adversarial


@dataclasses.dataclass(frozen=True)
class Config:
    """Next to nothing."""

    path: str = "pictures"
    """Folder with trainA, trainB, testA and testB."""
    unpaired: bool = False
    """Whether A and B are domains."""
    one_way: bool = False
    """Whether they are, and nothing leads back."""
    degraded: bool = False
    """Whether the game makes sources of targets."""
    seed: int = 0
    """Of the run."""
    batch_size: int = 4
    """Pictures per step."""


VARIANTS = {
    "pairs": Config(),
    "domains": Config(unpaired=True),
    "degraded": Config(degraded=True),
    "one_way": Config(unpaired=True, one_way=True),
}
OPTIONS = launch.Options(
    steps=4, log_every=2, sample_every=2, save_every=2, diagnose_every=100
)


class Colours(nn.Module):
    """Maps the colours of every pixel, and cannot know better."""

    channels: int = 3

    @nn.compact
    def __call__(self, value):
        return nn.Dense(self.channels)(value)


class Critic(nn.Module):
    """Judges the mean colour."""

    @nn.compact
    def __call__(self, value):
        return nn.Dense(1)(value.mean(axis=(1, 2)))[:, 0]


@dataclasses.dataclass(frozen=True)
class PairGame:
    """A source is given, or made, and what is made of it is judged beside it."""

    degraded: bool = False

    def _pair(self, batch):
        return batch._replace(given=-batch.value) if self.degraded else batch

    def init(self, key, batch):
        one, other = jax.random.split(key)
        batch = self._pair(batch)
        both = jnp.concatenate([batch.given, batch.value], axis=-1)
        return Players(Colours().init(one, batch.given), Critic().init(other, both[:1]))

    def latent(self, variables, context):
        return self._pair(context.batch).given, variables

    def real(self, variables, latent, context):
        return self._pair(context.batch), variables

    def generate(self, variables, latent, context):
        return self.apply(variables, latent, context), variables

    def discriminate(self, variables, sample, context):
        both = jnp.concatenate([sample.given, sample.value], axis=-1)
        return Verdict(Critic().apply(variables, both)), variables

    def apply(self, variables, given, context):
        return Sample(Colours().apply(variables, given), given)


WAYS = {"x_to_y": ("x", "y"), "y_to_x": ("y", "x")}


@dataclasses.dataclass(frozen=True)
class OneWayGame:
    """What is made of x is judged among y."""

    ways: tuple[str, ...] = ("x_to_y",)

    def init(self, key, batch):
        value = batch.value
        parts: Any = {
            name: (Colours().init(key, value[a]), Critic().init(key, value[b]))
            for name, (a, b) in self._known.items()
        }
        return Players(
            *(
                {"params": {n: x[at]["params"] for n, x in parts.items()}}
                for at in (0, 1)
            )
        )

    @property
    def _known(self):
        return {name: WAYS[name] for name in self.ways}

    def latent(self, variables, context):
        return context.batch.value, variables

    def real(self, variables, latent, context):
        value = context.batch.value
        return Sample({b: value[b] for _, b in self._known.values()}), variables

    def generate(self, variables, latent, context):
        made = {
            b: Colours().apply({"params": variables["params"][name]}, latent[a])
            for name, (a, b) in self._known.items()
        }
        return Sample(made), variables

    def discriminate(self, variables, sample, context):
        logits = {
            b: Critic().apply({"params": variables["params"][name]}, sample.value[b])
            for name, (_, b) in self._known.items()
        }
        return Verdict(logits), variables

    def apply(self, variables, given, context):
        return self._applied("x_to_y", variables, given)

    def _applied(self, name, variables, given):
        params = {"params": variables["params"][name]}
        return Sample(Colours().apply(params, given), given)


@dataclasses.dataclass(frozen=True)
class TwoWayGame(OneWayGame):
    """Both ways."""

    ways: tuple[str, ...] = ("x_to_y", "y_to_x")
    direction: str = "x_to_y"

    @property
    def directions(self):
        return self.ways

    def directed(self, direction):
        return dataclasses.replace(self, direction=direction)

    def apply(self, variables, given, context):
        return self._applied(self.direction, variables, given)


def nearness():
    """The squared distance of what is made to its target, if it has one."""

    def apply(state, play):
        fake, real = play.fake.value, play.real.value
        if isinstance(fake, dict):
            return jnp.zeros(len(jax.tree.leaves(fake)[0])), state
        return jnp.square(fake - real).mean(axis=(1, 2, 3)), state

    return Term("nearness", apply, weight=10.0)


def build(config):
    """Builds the experiment."""
    options = {"size": 12, "load_size": 14}
    if config.unpaired:
        train = data.unpaired(config.path, **options)
        test = data.unpaired(config.path, split="test", partners="aligned", **options)
        game = OneWayGame() if config.one_way else TwoWayGame()
    elif config.degraded:
        train = data.pictures(config.path, side="A", split="train", **options)
        test = data.pictures(config.path, side="A", split="test", **options)
        game = PairGame(degraded=True)
    else:
        train = data.pairs(config.path, **options)
        test = data.pairs(config.path, split="test", **options)
        game = PairGame()
    judge, make = adversarial(losses.least_squares), nearness()
    turns = Turn("discriminator", (judge,)), Turn("generator", (judge, make))
    optimizers = Players(optax.adam(1e-2), optax.adam(1e-2))
    return Experiment(
        game=game,
        recipe=Recipe(turns, optimizers, schedules.half_life(4.0)),
        data=data.crop_batches(train, config.batch_size, config.seed, flip=True),
        held_out=data.crop_batches(test, config.batch_size, crop=False),
        kind=domains if config.unpaired else pairs,
    )


def tiny(config):
    """It is."""
    return config


def draw(folder):
    """Saves pictures, and the same with red and blue swapped: 20 of each, 5 to test."""
    from PIL import Image

    rng = np.random.default_rng(0)
    for split, count in (("train", 20), ("test", 5)):
        for number in range(count):
            small = rng.integers(0, 256, (4, 4, 3)).astype(np.uint8)
            pixels = small.repeat(5, axis=0).repeat(5, axis=1)
            for side, image in (("A", pixels), ("B", pixels[..., ::-1])):
                path = folder / f"{split}{side}" / f"{number:02d}.png"
                path.parent.mkdir(parents=True, exist_ok=True)
                Image.fromarray(np.ascontiguousarray(image)).save(path)


if __name__ == "__main__":
    launch.main(__file__)
