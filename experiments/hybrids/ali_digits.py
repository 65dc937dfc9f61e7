"""ALI on the 8×8 handwritten digits: DCGAN's generator, and an encoder that inverts it.

Dumoulin et al. 2017 (arXiv 1606.00704); BiGAN (Donahue et al. 2017, arXiv 1605.09782)
with `--no-stochastic`. The discriminator sees pairs: an image with its code, a code
with the image that is made of it. Nothing asks for small errors: that reconstructions
look like what was encoded is what the game alone has made of it.

    python experiments/hybrids/ali_digits.py

Pictures during training have samples above, and below them held-out digits, each left
of its reconstruction. `reconstruction/error` is the mean squared error of held-out
digits' reconstructions, divided by that of reconstructions of other digits: 1 if the
code says nothing.
"""

import dataclasses
import functools

import jax
import numpy as np

from jaxgan import data, recipes
from jaxgan.core import Context, Sample, example_keys, schedules
from jaxgan.games.joint import JointGame
from jaxgan.models import ali, dcgan
from jaxgan.run import launch
from jaxgan.run.experiment import Experiment
from jaxgan.run.kinds.images import grid
from jaxgan.run.options import Options

TRAINED = 1_500
"""Digits to train on; the other 297 are held out."""
SHOWN = 32


@dataclasses.dataclass(frozen=True)
class Config:
    """What identifies a run."""

    seed: int = 0
    """Of everything that is drawn."""
    batch_size: int = 64
    """Images per step."""
    width: int = 32
    """Channels next to the image; they double towards the base."""
    latent_size: int = 16
    """Numbers per code."""
    code_width: int = 128
    """Features of the discriminator's dense layers."""
    stochastic: bool = True
    """Whether codes are drawn (ALI) or computed (BiGAN)."""
    learning_rate: float = 5e-4
    """Adam's, for the generator and the encoder."""
    discriminator_rate: float = 1e-4
    """Adam's, for the discriminator."""
    half_life: float = 10_000.0
    """Of the running average, in images."""


VARIANTS = {"default": Config(), "bigan": Config(stochastic=False)}
OPTIONS = Options(steps=20_000, log_every=500, sample_every=2_000)


def build(config: Config) -> Experiment:
    """Builds the experiment that a config describes."""
    digits = data.digits()
    source, held_out = (
        data.subset(digits, part)
        for part in np.split(np.arange(digits.size), [TRAINED])
    )
    recipe = recipes.ali(
        config.learning_rate, discriminator_rate=config.discriminator_rate
    )
    wide = (config.code_width,) * 2
    game = JointGame(
        dcgan.Generator(digits.shape, config.width),
        ali.Discriminator(config.width, wide, wide),
        config.latent_size,
        encoder=ali.Encoder(config.latent_size, config.width, config.stochastic),
    )
    given = held_out.examples(np.arange(held_out.size)).value
    return Experiment(
        game=game,
        recipe=recipe._replace(
            ema_decay=schedules.half_life(config.half_life, ramp_up=0.05)
        ),
        data=data.batches(source, config.batch_size, config.seed),
        held_out=data.batches(held_out, config.batch_size),
        progress=functools.partial(progress, game, given),
        measure=functools.partial(measure, game, given),
    )


def reconstructed(game: JointGame, state, given: np.ndarray) -> np.ndarray:
    """Shows what the averaged networks make of images."""
    context = Context(example_keys(jax.random.key(1), len(given)))
    reconstruct = jax.jit(game.reconstruct)
    return np.asarray(reconstruct(state.ema, given, context))


def progress(game: JointGame, given: np.ndarray, state, sample: Sample) -> np.ndarray:
    """Draws samples; below them images, each left of its reconstruction."""
    given = given[:SHOWN]
    pairs = np.stack([given, reconstructed(game, state, given)], axis=1)
    pairs = pairs.reshape(-1, *given.shape[1:])
    return grid(Sample(np.concatenate([sample.value, pairs])), columns=16)


def measure(game: JointGame, given: np.ndarray, state) -> dict[str, float]:
    """Measures the error of reconstructions, in that of other images'."""
    images = reconstructed(game, state, given)
    others = np.roll(images, len(images) // 2, axis=0)
    error, typical = (np.mean(np.square(x - given)) for x in (images, others))
    return {"reconstruction/error": float(error / typical)}


def tiny(config: Config) -> Config:
    """Makes the config small enough for a test."""
    return dataclasses.replace(
        config, batch_size=8, width=4, latent_size=4, code_width=8
    )


if __name__ == "__main__":
    launch.main(__file__)
