"""R3GAN, with weights of the official PyTorch code.

Huang et al. 2024 (arXiv 2501.05441). All of the configuration is read off the shapes
and filters.
Networks compute in float32, where the official code has bfloat16 in large stages.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from jaxgan.core.types import Variables
from jaxgan.games.latent import LatentGame, unconditional, uniform_labels
from jaxgan.models.r3gan import BASE, Discriminator, Generator
from jaxgan.models.r3gan import weights as r3gan_weights
from jaxgan.run.experiment import Experiment
from jaxgan.run.importable.attributes import MODULES, Facts, Layer, Rule, exactly, known
from jaxgan.run.importable.named_arrays import Named, Seen, only
from jaxgan.run.no_data import NoDiscriminator, without_data

GENERATOR = ("AggregationLayer.Layer.weight", "MainLayers.0.Layers.0.Basis")
DISCRIMINATOR = ("ExtractionLayer.Layer.weight",)
PASSING = ("Resampler.Kernel",)
SETTINGS = {}


def _padding(layer: Layer, value: Any) -> Any:
    """Of the last map, whose kernel covers it, there is none."""
    if layer.name == "Basis":
        return (0, 0)
    return MODULES["padding"](layer, value)


ATTRIBUTES: dict[str, Rule] = {
    **MODULES,
    **known("z_dim", "c_dim", "img_resolution"),
    "padding": _padding,
    "FilterRadius": exactly(1),
}
"""What their pickles keep beside weights, and what it must be."""


@dataclasses.dataclass(frozen=True)
class Stages:
    """The stages of a network, in order of computation."""

    widths: tuple[int, ...] = (768,) * 4
    """Channels."""
    groups: tuple[int, ...] = (96,) * 4
    """Of the convolutions."""
    blocks: tuple[int, ...] = (2,) * 4
    """Residual blocks."""
    expansion: int = 2
    """Hidden features per channel within a block."""
    embedding: int = 64
    """Length of the labels' vectors."""
    kernel_size: int = 3
    """Of the grouped convolutions."""
    resampling_filter: tuple[float, ...] = (1.0, 2.0, 1.0)
    """Between stages."""


@dataclasses.dataclass(frozen=True)
class Config:
    """The networks."""

    channels: int = 3
    """Of the image."""
    classes: int = 0
    """Of the labels; 0 without."""
    latent_size: int = 64
    """Numbers of a latent."""
    generator: Stages = Stages()
    """From 4×4 on."""
    discriminator: Stages | None = None
    """To 4×4, if there is one."""
    current: bool = True
    """Whether there is a current generator beside the average."""


VARIANTS = {"imported": Config()}


def build(config: Config) -> Experiment:
    """Builds the game, without data."""
    size = BASE * 2 ** (len(config.generator.widths) - 1)
    shape = (size, size, config.channels)
    stages = dataclasses.asdict(config.generator)
    generator = Generator(**stages, classes=config.classes, shape=shape)
    discriminator = NoDiscriminator()
    if config.discriminator is not None:
        stages = dataclasses.asdict(config.discriminator)
        discriminator = Discriminator(**stages, classes=config.classes)
    condition = uniform_labels(config.classes) if config.classes else unconditional
    game = LatentGame(generator, discriminator, config.latent_size, condition)
    return without_data(game, shape, config.classes, config.current)


def configure(seen: Seen) -> Config:
    """Finds the config whose networks have arrays of these names and shapes.

    Raises:
      ValueError: if there is none.
    """
    generator, discriminator, _, current = seen
    stages = _stages(generator)
    labels = "EmbeddingLayer.weight"
    classes = generator.size(labels, 1) if labels in generator else 0
    joined = generator.size("MainLayers.0.Layers.0.LinearLayer.weight", 1)
    return Config(
        channels=generator.size("AggregationLayer.Layer.weight", 0),
        classes=classes,
        latent_size=joined - (stages.embedding if classes else 0),
        generator=stages,
        discriminator=None if discriminator is None else _stages(discriminator),
        current=current,
    )


def _stages(arrays: Named) -> Stages:
    widths, groups, blocks, expansions, sizes = [], [], [], set(), set()
    for stage in range(arrays.count(r"MainLayers\.(\d+)\.")):
        layers = f"MainLayers.{stage}.Layers."
        places = arrays.numbers(
            layers.replace(".", r"\.") + r"(\d+)\.LinearLayer1\.Layer\.weight"
        )
        if not places:
            raise ValueError(f"{layers}*.LinearLayer1.Layer.weight: saw no such array")
        block = f"{layers}{places[0]}"
        widths.append(arrays.size(f"{block}.LinearLayer1.Layer.weight", 1))
        hidden = arrays.size(f"{block}.LinearLayer2.Layer.weight", 0)
        groups.append(hidden // arrays.size(f"{block}.LinearLayer2.Layer.weight", 1))
        blocks.append(len(places))
        sizes |= set(arrays[f"{block}.LinearLayer2.Layer.weight"].shape[2:])
        expansions.add(hidden // widths[-1])
    labels = "EmbeddingLayer.weight"
    return Stages(
        tuple(widths),
        tuple(groups),
        tuple(blocks),
        only(expansions, "hidden features per channel"),
        arrays.size(labels, 0) if labels in arrays else 64,
        only(sizes, "size of grouped kernels"),
        r3gan_weights.filter_of_state(arrays),
    )


def settings(facts: Mapping[str, Facts]) -> dict[str, Any]:
    """Reads nothing: shapes tell everything."""
    del facts
    return {}


def import_torch(arrays: Mapping[str, np.ndarray], config: Config) -> Variables:
    """Makes our variables of their arrays."""
    stages = config.generator if GENERATOR[0] in arrays else config.discriminator
    assert stages is not None
    return r3gan_weights.import_torch(arrays, stages.resampling_filter)


def export_torch(variables: Variables, config: Config) -> dict[str, np.ndarray]:
    """Makes their arrays of our variables."""
    del config
    return r3gan_weights.export_torch(variables)
