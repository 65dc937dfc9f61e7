"""Points on a ring, by two tiny networks.

The experiment that the tests of `jaxgan.run` train.
"""

import dataclasses
import time

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import linen as nn

from jaxgan import data, losses
from jaxgan.core import Players, Sample, Term, Turn
from jaxgan.core.recipe import Recipe
from jaxgan.games.latent import LatentGame, as_data, unconditional
from jaxgan.run import launch
from jaxgan.run.experiment import Experiment
from jaxgan.run.kinds import Points
from jaxgan.terms import adversarial


@dataclasses.dataclass(frozen=True)
class Config:
    """Eight points on a circle."""

    seed: int = 0
    """Of the run."""
    batch_size: int = 16
    """Examples per step."""
    learning_rate: float = 1e-3
    """Of both players' Adam."""
    widths: tuple[int, ...] = (8,)
    """Of the hidden layers."""
    labelled: bool = False
    """Tell both players the point's number."""
    poison_at: int = -1
    """The step whose data are not finite."""
    pause: float = 0.0
    """Seconds that a batch takes."""
    addressed: bool = False
    """Take the points from a set that the devices can hold."""


VARIANTS = {
    "ring": Config(),
    "labelled": dataclasses.replace(Config(), labelled=True),
}
OPTIONS = launch.Options(steps=40, log_every=10, sample_every=20, save_every=10)


class Network(nn.Module):
    """A small perceptron."""

    out: int
    widths: tuple[int, ...]

    @nn.compact
    def __call__(self, value, given, context):
        del context
        for width in self.widths:
            hidden = nn.Dense(width)(value)
            if not isinstance(given, tuple):
                hidden = hidden + nn.Embed(8, width)(given)
            value = nn.tanh(hidden)
        out = nn.Dense(self.out)(value)
        return out[:, 0] if self.out == 1 else out


@dataclasses.dataclass(frozen=True)
class Ring:
    """The source."""

    size: int = 8
    shape: tuple[int, ...] = (2,)
    classes: tuple[str, ...] = tuple(f"point {n}" for n in range(8))


@dataclasses.dataclass(frozen=True)
class Data:
    """The batch of every step."""

    source: Ring
    batch_size: int
    seed: int
    poison_at: int
    pause: float

    def __call__(self, step):
        time.sleep(self.pause)
        labels = np.random.default_rng([self.seed, step]).integers(
            8, size=self.batch_size
        )
        angles = labels * (np.pi / 4)
        value = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
        if step == self.poison_at:
            value[0] = np.inf
        return Sample(value, labels.astype(np.int32))


def draws():
    """Measures what is drawn: whole numbers, so that any sum of them is exact."""

    def apply(state, play):
        keys = play.context.draw("measured")
        bits = jax.vmap(lambda key: jax.random.bits(key, (), jnp.uint16))(keys)
        return bits.astype(jnp.float32), state

    return Term("draws", apply, weight=0.0)


def build(config):
    """Builds the experiment."""
    if config.batch_size < 2:
        raise ValueError(f"batch_size: saw {config.batch_size}, wanted at least 2")
    loss = losses.nonsaturating
    batches = Data(
        Ring(), config.batch_size, config.seed, config.poison_at, config.pause
    )
    if config.addressed:
        points = Data(Ring(), 50, 0, -1, 0.0)(0)
        source = data.arrays(points.value, points.given, Ring.classes)
        batches = data.batches(source, config.batch_size, config.seed)
    return Experiment(
        game=LatentGame(
            Network(2, config.widths),
            Network(1, config.widths),
            latent_size=4,
            conditioning=as_data if config.labelled else unconditional,
        ),
        recipe=Recipe(
            turns=(
                Turn("discriminator", (adversarial(loss), draws())),
                Turn("generator", (adversarial(loss),), every=2),
            ),
            optimizers=Players(*[optax.adam(config.learning_rate, b1=0.5)] * 2),
            ema_decay=lambda step, images: np.float32(0.9),
        ),
        data=batches,
        kind=Points(real=3 * np.eye(2, dtype=np.float32) - 1, pixels=100),
    )


def tiny(config):
    """It is."""
    return config


if __name__ == "__main__":
    launch.main(__file__)
