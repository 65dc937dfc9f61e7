"""StyleGAN2, with weights of NVIDIA's PyTorch code.

Karras et al. 2020 (arXiv 1912.04958 and 2006.06676). Sizes, widths, depths, classes and
architectures are read off the shapes, and filters are read. Shapes do not tell the
bound of activations (`clamp`; 256 in what the ADA code trained), the group of the
minibatch deviation (`group`) and by what the learning rate of the mapping
(`learning_rate_multiplier`) and of the discriminator's (`condition_multiplier`) is
multiplied: pickles do. Noise is constant in samples, as in that code's generate.py, and
everything is computed in float32, where that code has float16 in large layers.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from jaxgan.core.types import Variables
from jaxgan.games.latent import unconditional, uniform_labels
from jaxgan.games.style import StyleGame
from jaxgan.models.stylegan2 import Discriminator, Generator
from jaxgan.models.stylegan2 import weights as stylegan2_weights
from jaxgan.models.stylegan2.blocks import Architecture
from jaxgan.run.experiment import Experiment
from jaxgan.run.importable.named_arrays import Named, Seen
from jaxgan.run.importable.stylegan2_attributes import (
    ATTRIBUTES,
    CONDITION,
    MULTIPLIER,
    SETTINGS,
    settings,
)
from jaxgan.run.no_data import EXAMPLES, NoDiscriminator, without_data

GENERATOR = ("synthesis.b4.const", "mapping.fc0.weight")
DISCRIMINATOR = ("b4.fc.weight", "b4.out.weight")
PASSING = ("resample_filter",)

__all__ = ["ATTRIBUTES", "SETTINGS", "settings"]


@dataclasses.dataclass(frozen=True)
class Judge:
    """The discriminator."""

    mapping_layers: int = 8
    """Of the condition's mapping."""
    channel_base: int = 16384
    """A map of side n has so many channels over n,"""
    channel_max: int = 512
    """or so many, if that is less."""
    architecture: str = "RESIDUAL"
    """ORIGINAL, SKIP or RESIDUAL."""
    group: int = 4
    """Examples whose deviation is taken together; 0 is the batch."""
    deviations: int = 1
    """Maps of deviation."""
    clamp: float | None = None
    """Bound of activations."""
    condition_size: int | None = None
    """Of the mapped condition; None is as many as features at 4×4."""
    layer_features: int | None = None
    """Of the condition's mapping between; None is as many as of its result."""
    embed_features: int | None = None
    """Of the embedding of classes; None is as many."""
    learning_rate_multiplier: float = 0.01
    """Of the condition's mapping."""
    taps: tuple[float, ...] = (1.0, 3.0, 3.0, 1.0)
    """Filter for changes of size."""


@dataclasses.dataclass(frozen=True)
class Config:
    """The networks."""

    size: int = 256
    """Pixels along a side."""
    channels: int = 3
    """Of the image."""
    classes: int = 0
    """Of the labels; 0 without."""
    latent_size: int = 512
    """Numbers of a latent."""
    style_size: int = 512
    """Numbers of a style."""
    mapping_layers: int = 8
    """Layers from latents to styles."""
    channel_base: int = 16384
    """A map of side n has so many channels over n,"""
    channel_max: int = 512
    """or so many, if that is less."""
    architecture: str = "SKIP"
    """ORIGINAL, SKIP or RESIDUAL."""
    clamp: float | None = None
    """Bound of activations."""
    discriminator: Judge | None = None
    """If there is one."""
    current: bool = True
    """Whether there is a current generator beside the average."""
    layer_features: int | None = None
    """Of the mapping between; None is as many as numbers of a style."""
    embed_features: int | None = None
    """Of the embedding of classes; None is as many."""
    learning_rate_multiplier: float = 0.01
    """Of the mapping."""
    taps: tuple[float, ...] = (1.0, 3.0, 3.0, 1.0)
    """Filter for changes of size."""


VARIANTS = {"imported": Config()}


def build(config: Config) -> Experiment:
    """Builds the game, without data."""
    shape = (config.size, config.size, config.channels)
    generator = Generator(
        shape,
        config.classes,
        config.style_size,
        config.mapping_layers,
        config.channel_base,
        config.channel_max,
        Architecture[config.architecture],
        clamp=config.clamp,
        layer_features=config.layer_features,
        embed_features=config.embed_features,
        learning_rate_multiplier=config.learning_rate_multiplier,
        taps=config.taps,
    )
    discriminator, examples = NoDiscriminator(), EXAMPLES
    if config.discriminator is not None:
        discriminator, examples = discriminator_of(config.discriminator, config.classes)
    condition = uniform_labels(config.classes) if config.classes else unconditional
    game = StyleGame(generator, discriminator, config.latent_size, condition)
    return without_data(game, shape, config.classes, config.current, examples)


def discriminator_of(judge: Judge, classes: int) -> tuple[Discriminator, int]:
    """Makes the network, and says how many examples its deviation takes together."""
    options = dataclasses.asdict(judge)
    options["architecture"] = Architecture[options["architecture"]]
    examples = min(EXAMPLES, judge.group or EXAMPLES)
    return Discriminator(classes, **options), examples


def configure(seen: Seen) -> Config:
    """Finds the config whose networks have arrays of these names and shapes.

    Raises:
      ValueError: if there is none.
    """
    generator, discriminator, settings, current = seen
    sides = _sides(generator, r"synthesis\.b(\d+)\.")
    last = f"synthesis.b{sides[-1]}"
    mapping = mapping_of(generator)
    classes = mapping.classes
    widths = {
        side: generator.size(f"synthesis.b{side}.conv1.weight", 0) for side in sides
    }
    channel_base, channel_max = channel_rule(widths)
    architecture = "SKIP"
    if "synthesis.b4.torgb.weight" not in generator:
        architecture = "RESIDUAL" if f"{last}.skip.weight" in generator else "ORIGINAL"
    judge = None
    if discriminator is not None:
        judge = judge_of(discriminator, settings)
    return Config(
        size=sides[-1],
        channels=generator.size(f"{last}.torgb.weight", 0),
        classes=classes,
        latent_size=mapping.latent_size,
        style_size=mapping.features,
        mapping_layers=mapping.layers,
        channel_base=channel_base,
        channel_max=channel_max,
        architecture=architecture,
        clamp=settings.get("clamp"),
        discriminator=judge,
        current=current,
        layer_features=mapping.layer_features,
        embed_features=mapping.embed_features,
        learning_rate_multiplier=settings.get(MULTIPLIER, 0.01),
        taps=stylegan2_weights.taps_of_state(generator),
    )


class MappingShapes(NamedTuple):
    """Shapes of a mapping; None is as many as features."""

    layers: int
    features: int
    latent_size: int
    classes: int
    layer_features: int | None
    embed_features: int | None


def mapping_of(arrays: Named) -> MappingShapes:
    layers = arrays.count(r"mapping\.fc(\d+)\.weight")
    features = arrays.size(f"mapping.fc{layers - 1}.weight", 0)
    between = arrays.size("mapping.fc0.weight", 0)
    embed, classes, joined = "mapping.embed.weight", 0, 0
    if embed in arrays:
        joined, classes = arrays.size(embed, 0), arrays.size(embed, 1)
    return MappingShapes(
        layers,
        features,
        arrays.size("mapping.fc0.weight", 1) - joined,
        classes,
        None if between == features else between,
        None if joined in (0, features) else joined,
    )


def judge_of(arrays: Named, settings: Mapping[str, Any]) -> Judge:
    sides = _sides(arrays, r"b(\d+)\.")
    widths = {4: arrays.size("b4.fc.weight", 0)}
    widths |= {side: arrays.size(f"b{side}.conv0.weight", 0) for side in sides[1:]}
    channel_base, channel_max = channel_rule(widths)
    top = f"b{sides[-1]}"
    architecture = "RESIDUAL" if f"{top}.skip.weight" in arrays else "ORIGINAL"
    if "b4.fromrgb.weight" in arrays:
        architecture = "SKIP"
    mapped = "mapping.embed.weight" in arrays
    mapping = mapping_of(arrays) if mapped else None
    size = mapping.features if mapping else widths[4]
    return Judge(
        mapping_layers=mapping.layers if mapping else 8,
        channel_base=channel_base,
        channel_max=channel_max,
        architecture=architecture,
        group=settings.get("group", 4),
        deviations=arrays.size("b4.conv.weight", 1) - widths[4],
        clamp=settings.get("discriminator_clamp", settings.get("clamp")),
        condition_size=None if size == widths[4] else size,
        layer_features=mapping.layer_features if mapping else None,
        embed_features=mapping.embed_features if mapping else None,
        learning_rate_multiplier=settings.get(CONDITION, 0.01),
        taps=stylegan2_weights.taps_of_state(arrays),
    )


def _sides(arrays: Named, pattern: str) -> list[int]:
    """Reads the sides of the maps: 4, 8, ..., the image's."""
    seen = arrays.numbers(pattern)
    if seen != [4 * 2**place for place in range(len(seen))]:
        raise ValueError(f"blocks: saw those of sides {seen}, wanted 4, 8, 16, ...")
    return seen


def channel_rule(widths: Mapping[int, int]) -> tuple[int, int]:
    """Finds (base, most), so that a map of side n has min(base // n, most) channels."""
    most = max(widths.values())
    base = max(side * width for side, width in widths.items())
    if any(min(base // side, most) != width for side, width in widths.items()):
        raise ValueError(
            f"channels: saw {dict(widths)} by side, wanted one base divided by the side"
        )
    return base, most


def import_torch(arrays: Mapping[str, np.ndarray], config: Config) -> Variables:
    """Makes our variables of their arrays."""
    network = config if GENERATOR[0] in arrays else config.discriminator
    assert network is not None
    return stylegan2_weights.import_torch(arrays, network.taps)


def export_torch(variables: Variables, config: Config) -> dict[str, np.ndarray]:
    """Makes their arrays of our variables."""
    del config
    return stylegan2_weights.export_torch(variables)
