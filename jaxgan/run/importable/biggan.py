"""BigGAN, with weights of the authors' PyTorch code.

Brock et al. 2019 (arXiv 1809.11096). Names and shapes tell all but numbers of their
configuration that are no shapes: `norm_epsilon`, which is `BN_eps`, `spectral_epsilon`
(`SN_eps`), and `iterations` (`num_G_SV_itrs` and `num_D_SV_itrs`).
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from jaxgan.core.types import Variables
from jaxgan.games.latent import LatentGame, uniform_labels
from jaxgan.models.biggan import Discriminator, Generator
from jaxgan.models.biggan import weights as biggan_weights
from jaxgan.nn import PowerIteration
from jaxgan.run.experiment import Experiment
from jaxgan.run.importable.attributes import (
    MODULES,
    Facts,
    Layer,
    Rule,
    exactly,
    known,
    only_number,
)
from jaxgan.run.importable.named_arrays import Named, Seen
from jaxgan.run.no_data import NoDiscriminator, without_data

GENERATOR = ("blocks.0.0.bn1.gain.weight", "output_layer.2.weight", "linear.weight")
DISCRIMINATOR = ("blocks.0.0.conv1.weight", "embed.weight", "linear.weight")
PASSING = ("accumulation_counter", *(f".sv{place}" for place in range(100)))
EPSILONS = {"norm_epsilon": float, "spectral_epsilon": float, "iterations": int}
SETTINGS = EPSILONS
EPSILON = 1e-5
"""That the normalisation before the image always adds to variances."""


def _epsilon(layer: Layer, value: Any) -> Any:
    return EPSILON if layer.name == "0" else value


ATTRIBUTES: dict[str, Rule] = {
    **MODULES,
    # What shapes tell.
    **known("ch", "dim_z", "bottom_width", "resolution", "attention", "n_classes"),
    **known("G_shared", "shared_dim", "hier", "num_slots", "z_chunk_size", "G_depth"),
    **known("D_depth", "D_wide", "arch", "output_dim", "output_size", "input_size"),
    **known("hidden_channels", "learnable_sc", "channel_multiplier", "upsample"),
    **known("downsample", "num_features", "affine", "preactivation", "num_svs"),
    # What changes nothing but training.
    **known("init", "lr", "B1", "B2", "adam_eps", "momentum", "fp16", "mybn"),
    **known("cross_replica", "track_running_stats", "accumulate_standing"),
    # What `settings` reads.
    **known("BN_eps", "SN_eps", "num_itrs"),
    "eps": _epsilon,
    "G_param": exactly("SN"),
    "D_param": exactly("SN"),
    "norm_style": exactly("bn"),
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
    wide: bool = True
    """Whether features between convolutions are as many as a block's output."""
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
        config.classes,
        config.attention,
        config.shared,
        config.hierarchical,
        spectral=power(config, config.vectors),
        norm_epsilon=config.norm_epsilon,
    )
    discriminator = NoDiscriminator()
    if config.discriminator is not None:
        judge = dataclasses.asdict(config.discriminator)
        spectral = power(config, judge.pop("vectors"))
        discriminator = Discriminator(
            **judge, classes=config.classes, spectral=spectral
        )
    condition = uniform_labels(config.classes)
    game = LatentGame(generator, discriminator, config.latent_size, condition)
    return without_data(game, shape, config.classes, config.current)


def power(config: Any, vectors: int) -> PowerIteration:
    """Tells how singular values are estimated."""
    return PowerIteration(config.iterations, vectors, config.spectral_epsilon)


def configure(seen: Seen) -> Config:
    """Finds the config whose networks have arrays of these names and shapes.

    Raises:
      ValueError: if there is none.
    """
    generator, discriminator, settings, current = seen
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
        vectors=vectors(generator),
        **settings,
    )


def vectors(arrays: Named) -> int:
    """Counts the singular vectors of every kernel."""
    return arrays.count(r"linear\.u(\d+)")


def _judge(arrays: Named) -> Judge:
    places = range(arrays.count(r"blocks\.(\d+)\.0\."))
    # Blocks that do not halve keep the number of channels, and have no convolution
    # around them.
    halvings = len(arrays.numbers(r"blocks\.(\d+)\.0\.conv_sc\."))
    widths = tuple(arrays.size(f"blocks.{n}.0.conv2.weight", 0) for n in places)
    inside = tuple(arrays.size(f"blocks.{n}.0.conv1.weight", 0) for n in places)
    wide = inside == widths
    return Judge(widths, halvings, attention(arrays), wide, vectors(arrays))


def attention(arrays: Named, depth: int = 1) -> tuple[int, ...]:
    """Finds the blocks that attention follows, of so many per size."""
    seen = arrays.numbers(r"blocks\.(\d+)\.\d+\.theta\.")
    return tuple(place // depth for place in seen)


def settings(facts: Mapping[str, Facts]) -> dict[str, Any]:
    """Reads what attributes say that shapes do not: files of this code have none.

    Raises:
      ValueError: if layers differ, or a number cannot be meant.
    """
    found: dict[str, set[Any]] = {name: set() for name in EPSILONS}
    for network in facts.values():
        for fact, value in network.items():
            path, _, attribute = fact.rpartition(".")
            layer = path.rpartition(".")[2]
            epsilon = "norm_epsilon" if layer.startswith("bn") else "spectral_epsilon"
            name = {
                "BN_eps": "norm_epsilon",
                "SN_eps": "spectral_epsilon",
                "num_itrs": "iterations",
                "eps": None if layer == "0" else epsilon,
            }.get(attribute)
            if name:
                found[name].add(value)
    return {
        name: EPSILONS[name](only_number(name, values))
        for name, values in found.items()
        if values
    }


def import_torch(arrays: Mapping[str, np.ndarray], config: Config) -> Variables:
    """Makes our variables of their arrays."""
    del config
    return biggan_weights.import_torch(arrays)


def export_torch(variables: Variables, config: Config) -> dict[str, np.ndarray]:
    """Makes their arrays of our variables."""
    del config
    return biggan_weights.export_torch(variables)
