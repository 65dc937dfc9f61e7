"""BigGAN-deep, with weights of the authors' PyTorch code.

Brock et al. 2019 (arXiv 1809.11096), appendix B. Shapes do not tell the number of
blocks per size (`depth`, of both networks): 2, as in the paper, unless it is given; nor
what they do not tell of BigGAN.
"""

import dataclasses
from collections.abc import Mapping

import numpy as np

from jaxgan.core.types import Variables
from jaxgan.games.latent import LatentGame, uniform_labels
from jaxgan.models.biggan import weights as biggan_weights
from jaxgan.models.biggan.deep import Discriminator, Generator
from jaxgan.run.experiment import Experiment
from jaxgan.run.importable.biggan import (
    ATTRIBUTES,
    EPSILONS,
    PASSING,
    attention,
    power,
    settings,
    vectors,
)
from jaxgan.run.importable.named_arrays import Named, Seen
from jaxgan.run.no_data import NoDiscriminator, without_data

__all__ = ["ATTRIBUTES", "PASSING", "settings"]

GENERATOR = ("blocks.0.0.bn4.gain.weight", "output_layer.2.weight", "shared.weight")
DISCRIMINATOR = ("blocks.0.0.conv4.weight", "embed.weight", "input_conv.weight")
SETTINGS = {"depth": int, **EPSILONS}


@dataclasses.dataclass(frozen=True)
class Judge:
    """The discriminator."""

    widths: tuple[int, ...] = (128, 256, 512, 1024, 2048, 2048)
    """Channels after the first convolution and every halving."""
    attention: tuple[int, ...] = (0,)
    """Halvings that attention follows."""
    vectors: int = 1
    """Singular vectors of every kernel."""


@dataclasses.dataclass(frozen=True)
class Config:
    """The networks."""

    size: int = 128
    """Pixels along a side."""
    channels: int = 3
    """Of the image."""
    classes: int = 1000
    """Of the labels."""
    latent_size: int = 128
    """Numbers of a latent."""
    widths: tuple[int, ...] = (2048, 2048, 1024, 512, 256, 128)
    """Channels of the base map and after every doubling."""
    depth: int = 2
    """Blocks per size."""
    attention: tuple[int, ...] = (3,)
    """Doublings that attention follows."""
    shared: int = 128
    """Length of the class embedding."""
    discriminator: Judge | None = None
    """If there is one."""
    current: bool = True
    """Whether there is a current generator beside the average."""
    vectors: int = 1
    """Singular vectors of every kernel of the generator."""
    norm_epsilon: float = 1e-5
    """Added to the variances in its blocks."""
    spectral_epsilon: float = 1e-12
    """The least length of singular vectors."""
    iterations: int = 1
    """Power iterations per training pass."""


VARIANTS = {"imported": Config()}


def build(config: Config) -> Experiment:
    """Builds the game, without data."""
    shape = (config.size, config.size, config.channels)
    generator = Generator(
        shape,
        config.widths,
        config.depth,
        config.classes,
        config.attention,
        config.shared,
        spectral=power(config, config.vectors),
        norm_epsilon=config.norm_epsilon,
    )
    discriminator = NoDiscriminator()
    if config.discriminator is not None:
        judge = dataclasses.asdict(config.discriminator)
        spectral = power(config, judge.pop("vectors"))
        discriminator = Discriminator(
            **judge, depth=config.depth, classes=config.classes, spectral=spectral
        )
    condition = uniform_labels(config.classes)
    game = LatentGame(generator, discriminator, config.latent_size, condition)
    return without_data(game, shape, config.classes, config.current)


def configure(seen: Seen) -> Config:
    """Finds the config whose networks have arrays of these names and shapes.

    Raises:
      ValueError: if there is none.
    """
    generator, discriminator, settings, current = seen
    settings = dict(settings)
    depth = settings.pop("depth", 2)
    first = generator.size("blocks.0.0.conv1.weight", 1)
    widths = (first, *_widths(generator, depth))
    side = round((generator.size("linear.weight", 0) / first) ** 0.5)
    classes, shared = generator["shared.weight"].shape
    judge = None
    if discriminator is not None:
        stem = discriminator.size("input_conv.weight", 0)
        judge = Judge(
            (stem, *_widths(discriminator, depth)),
            attention(discriminator, depth),
            vectors(discriminator),
        )
    return Config(
        size=side * 2 ** (len(widths) - 1),
        channels=generator.size("output_layer.2.weight", 0),
        classes=classes,
        latent_size=generator.size("linear.weight", 1) - shared,
        widths=widths,
        depth=depth,
        attention=attention(generator, depth),
        shared=shared,
        discriminator=judge,
        current=current,
        vectors=vectors(generator),
        **settings,
    )


def _widths(arrays: Named, depth: int) -> tuple[int, ...]:
    """Reads the channels after the last block of every size."""
    count = arrays.count(r"blocks\.(\d+)\.0\.")
    if depth < 1 or count % depth:
        raise ValueError(f"depth: saw {depth}, wanted a divisor of the {count} blocks")
    places = range(depth - 1, count, depth)
    return tuple(arrays.size(f"blocks.{n}.0.conv4.weight", 0) for n in places)


def import_torch(arrays: Mapping[str, np.ndarray], config: Config) -> Variables:
    """Makes our variables of their arrays."""
    return biggan_weights.import_torch(arrays, config.depth)


def export_torch(variables: Variables, config: Config) -> dict[str, np.ndarray]:
    """Makes their arrays of our variables."""
    return biggan_weights.export_torch(variables, config.depth)
