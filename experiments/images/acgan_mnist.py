"""ACGAN on MNIST: a discriminator that also names the digit.

Odena et al. 2017 (arXiv 1610.09585): the generator is conditioned on labels, the
discriminator is not but classifies real and fake digits, and both players want it to be
right. The networks are those of `conditional_mnist.py`. The variant `rebooted` is
ReACGAN (Kang et al. 2021, arXiv 2111.01118): hinge loss, and embeddings that are near
to their class and far from those of other digits.

    python experiments/images/acgan_mnist.py --minutes 5
    python experiments/images/acgan_mnist.py --variant rebooted --minutes 5
    jaxgan sample runs/acgan_mnist --label 7

MNIST is downloaded, unless TensorFlow Datasets has prepared it (`data.image_dataset`).

On one core of an AMD EPYC 8,349 steps of `default` took eight minutes and 6,557 of
`rebooted` nine: digits of both are of their class, nearly all. Those of `rebooted` are
less varied: they count as 103 different ones, real digits as 243, and `jaxgan diagnose`
calls that mode collapse. With batch normalisation in ACGAN's discriminator, instead of
spectral, the generator collapsed to one scribble: differences between its samples that
no eye sees are enough for the classifier once a batch is normalised.
"""

import dataclasses

import optax

from jaxgan import data, recipes
from jaxgan.core import schedules
from jaxgan.games.latent import LatentGame, uniform_labels
from jaxgan.models import dcgan
from jaxgan.nn import ClassHead, Headed, ProxyHead
from jaxgan.run import launch
from jaxgan.run.experiment import Experiment
from jaxgan.run.options import Options


@dataclasses.dataclass(frozen=True)
class Config:
    """What identifies a run."""

    seed: int = 0
    """Of everything that is drawn."""
    batch_size: int = 32
    """Images per step."""
    latent_size: int = 32
    """Numbers per latent."""
    width: int = 16
    """Channels of the largest hidden map; they double towards the base."""
    hidden: int = 256
    """Features of the dense layer between base map and latent, or logit."""
    embedding: int = 0
    """Features of ReACGAN's embeddings; 0 is ACGAN's classifier instead."""
    generator_rate: float = 2e-4
    """Adam's learning rate at first, of the generator."""
    discriminator_rate: float = 4e-4
    """Adam's learning rate at first, of the discriminator."""
    decay_steps: int = 15_000
    """Steps of half a cosine down to a tenth of the learning rates."""
    half_life: float = 20_000.0
    """Of the generator's running average, in images."""


VARIANTS = {
    "default": Config(),
    "rebooted": Config(embedding=64),
}
OPTIONS = Options(steps=30_000)


def build(config: Config) -> Experiment:
    """Builds the experiment that a config describes."""
    source = data.image_dataset("mnist")
    classes = len(source.classes)
    generator_rate, discriminator_rate = (
        optax.cosine_decay_schedule(rate, config.decay_steps, 0.1)
        for rate in (config.generator_rate, config.discriminator_rate)
    )
    hidden, rebooted = (config.hidden,), bool(config.embedding)
    if rebooted:
        recipe = recipes.reacgan(generator_rate, discriminator_rate, critic_steps=1)
        heads = {"proxies": ProxyHead(classes, config.embedding)}
    else:
        recipe = recipes.acgan(generator_rate, discriminator_rate)
        heads = {"classes": ClassHead(classes)}
    return Experiment(
        game=LatentGame(
            dcgan.Generator(source.shape, config.width, classes, True, hidden=hidden),
            Headed(
                dcgan.Discriminator(config.width, spectral=True, hidden=hidden),
                heads,
            ),
            config.latent_size,
            uniform_labels(classes),
        ),
        recipe=recipe._replace(
            ema_decay=schedules.half_life(config.half_life, ramp_up=0.05)
        ),
        data=data.batches(source, config.batch_size, config.seed),
        held_out=data.batches(data.image_dataset("mnist", "test"), config.batch_size),
    )


def tiny(config: Config) -> Config:
    """The same, small enough for a test."""
    return dataclasses.replace(
        config,
        batch_size=8,
        latent_size=4,
        width=4,
        hidden=8,
        embedding=min(config.embedding, 4),
    )


if __name__ == "__main__":
    launch.main(__file__)
