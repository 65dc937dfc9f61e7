"""BigGAN, with weights of the authors' PyTorch code.

Brock et al. 2019 (arXiv 1809.11096). All of the configuration is read off the shapes.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from jaxgan.core.types import Variables
from jaxgan.games.latent import LatentGame, uniform_labels
from jaxgan.models.biggan import Discriminator, Generator
from jaxgan.models.biggan import weights as biggan_weights
from jaxgan.run.experiment import Experiment
from jaxgan.run.importable.attributes import (
    MODULES,
    Facts,
    Layer,
    Rule,
    at_most,
    exactly,
    known,
)
from jaxgan.run.importable.named_arrays import Named, Seen
from jaxgan.run.no_data import NoDiscriminator, without_data

GENERATOR = ("blocks.0.0.bn1.gain.weight", "output_layer.2.weight", "linear.weight")
DISCRIMINATOR = ("blocks.0.0.conv1.weight", "embed.weight", "linear.weight")
PASSING = ("sv0", "accumulation_counter")
SETTINGS = {}
EPSILON = 1e-5
"""That batch normalisations add to variances."""
GUARD = 1e-4
"""The largest epsilon of a spectral norm that only guards a division by 0."""


def _epsilon(layer: Layer, value: Any) -> Any:
    normalises = layer.name.startswith("bn") or layer.name == "0"
    return EPSILON if normalises else at_most(GUARD)(layer, value)


ATTRIBUTES: dict[str, Rule] = {
    **MODULES,
    # What shapes tell.
    **known("ch", "dim_z", "bottom_width", "resolution", "attention", "n_classes"),
    **known("G_shared", "shared_dim", "hier", "num_slots", "z_chunk_size", "G_depth"),
    **known("D_depth", "D_wide", "arch", "output_dim", "output_size", "input_size"),
    **known("hidden_channels", "learnable_sc", "channel_multiplier", "upsample"),
    **known("downsample", "num_features", "affine", "preactivation"),
    # What changes nothing but training.
    **known("init", "lr", "B1", "B2", "adam_eps", "momentum", "fp16", "mybn"),
    **known("cross_replica", "track_running_stats", "accumulate_standing"),
    "num_svs": exactly(1),
    "num_itrs": exactly(1),
    "G_param": exactly("SN"),
    "D_param": exactly("SN"),
    "norm_style": exactly("bn"),
    "BN_eps": exactly(EPSILON),
    "eps": _epsilon,
    "SN_eps": at_most(GUARD),
}
"""What pickled modules keep beside weights, and what it must be."""


@dataclasses.dataclass(frozen=True)
class Judge:
    """The discriminator."""

    widths: tuple[int, ...] = (96, 192, 384, 768, 1536, 1536)
    """Channels after every block."""
    halvings: int = 5
    """So many of the first blocks halve the size."""
    attention: tuple[int, ...] = (0,)
    """Blocks that attention follows."""


@dataclasses.dataclass(frozen=True)
class Config:
    """The networks."""

    size: int = 128
    """Pixels along a side."""
    channels: int = 3
    """Of the image."""
    classes: int = 1000
    """Of the labels."""
    latent_size: int = 120
    """Numbers of a latent."""
    widths: tuple[int, ...] = (1536, 1536, 768, 384, 192, 96)
    """Channels of the base map and after every block."""
    attention: tuple[int, ...] = (3,)
    """Blocks that attention follows."""
    shared: int = 128
    """Length of the class embedding; 0 for tables in every normalisation."""
    hierarchical: bool = True
    """Whether the latent is split."""
    discriminator: Judge | None = None
    """If there is one."""
    current: bool = True
    """Whether there is a current generator beside the average."""


VARIANTS = {"imported": Config()}


def build(config: Config) -> Experiment:
    """Builds the game, without data."""
    shape = (config.size, config.size, config.channels)
    generator = Generator(
        shape,
        config.widths,
        config.classes,
        config.attention,
        config.shared,
        config.hierarchical,
    )
    discriminator = NoDiscriminator()
    if config.discriminator is not None:
        judge = dataclasses.asdict(config.discriminator)
        discriminator = Discriminator(**judge, classes=config.classes)
    condition = uniform_labels(config.classes)
    game = LatentGame(generator, discriminator, config.latent_size, condition)
    return without_data(game, shape, config.classes, config.current)


def configure(seen: Seen) -> Config:
    """Finds the config whose networks have arrays of these names and shapes.

    Raises:
      ValueError: if there is none.
    """
    generator, discriminator, _, current = seen
    places = range(generator.count(r"blocks\.(\d+)\.0\."))
    base = generator.size("blocks.0.0.conv1.weight", 1)
    widths = (base, *(generator.size(f"blocks.{n}.0.conv2.weight", 0) for n in places))
    side = round((generator.size("linear.weight", 0) / base) ** 0.5)
    modulation = "blocks.0.0.bn1.gain.weight"
    latent = generator.size("linear.weight", 1)
    if "shared.weight" in generator:
        classes, shared = generator["shared.weight"].shape
        hierarchical = generator.size(modulation, 1) > shared
    else:
        classes, shared, hierarchical = generator.size(modulation, 0), 0, False
    return Config(
        size=side * 2 ** len(places),
        channels=generator.size("output_layer.2.weight", 0),
        classes=classes,
        latent_size=latent * (len(places) + 1 if hierarchical else 1),
        widths=widths,
        attention=attention(generator),
        shared=shared,
        hierarchical=hierarchical,
        discriminator=None if discriminator is None else _judge(discriminator),
        current=current,
    )


def _judge(arrays: Named) -> Judge:
    places = range(arrays.count(r"blocks\.(\d+)\.0\."))
    # Blocks that do not halve keep the number of channels, and have no convolution
    # around them.
    halvings = len(arrays.numbers(r"blocks\.(\d+)\.0\.conv_sc\."))
    widths = tuple(arrays.size(f"blocks.{n}.0.conv2.weight", 0) for n in places)
    return Judge(widths, halvings, attention(arrays))


def attention(arrays: Named, depth: int = 1) -> tuple[int, ...]:
    """Finds the blocks that attention follows, of so many per size."""
    seen = arrays.numbers(r"blocks\.(\d+)\.\d+\.theta\.")
    return tuple(place // depth for place in seen)


def settings(facts: Mapping[str, Facts]) -> dict[str, Any]:
    """Reads nothing: shapes tell everything."""
    del facts
    return {}


def import_torch(arrays: Mapping[str, np.ndarray], config: Config) -> Variables:
    """Makes our variables of their arrays."""
    del config
    return biggan_weights.import_torch(arrays)


def export_torch(variables: Variables, config: Config) -> dict[str, np.ndarray]:
    """Makes their arrays of our variables."""
    del config
    return biggan_weights.export_torch(variables)
