"""StyleGAN3, T and R, with weights of NVIDIA's PyTorch code.

Karras et al. 2021 (arXiv 2106.12423). Sizes, widths, depths, classes, kernels and the
kind of filters are read off names and shapes; the discriminator is StyleGAN2's. Shapes
do not tell how many layers are critically sampled (`critical_layers`), the `margin`,
cutoffs and stopbands (`first_cutoff`, `first_stopband`, `last_stopband`), the rate of
activations (`oversampling`), the scale of images (`output_scale`), nor what StyleGAN2's
do not. Pickles tell; else the defaults of that code are meant. Stored filters must be
those of the design. Everything is computed in float32, where that code has float16 in
large layers.
"""

import dataclasses
import math
import re
from collections.abc import Mapping

import numpy as np

from jaxgan.core.types import Variables
from jaxgan.games.latent import unconditional, uniform_labels
from jaxgan.games.style import StyleGame
from jaxgan.models.stylegan2 import weights as stylegan2_weights
from jaxgan.models.stylegan3 import Generator, Stage, stages
from jaxgan.models.stylegan3 import weights as stylegan3_weights
from jaxgan.run.experiment import Experiment
from jaxgan.run.importable.named_arrays import Named, Seen
from jaxgan.run.importable.stylegan2 import (
    Judge,
    discriminator_of,
    judge_of,
    mapping_of,
)
from jaxgan.run.importable.stylegan3_attributes import (
    ATTRIBUTES,
    FACTS,
    SETTINGS,
    check_design,
    settings,
)
from jaxgan.run.no_data import EXAMPLES, NoDiscriminator, without_data

GENERATOR = ("synthesis.input.freqs", "mapping.fc0.weight")
DISCRIMINATOR = ("b4.fc.weight", "b4.out.weight")
PASSING = ("resample_filter", *stylegan3_weights.FILTERS)

__all__ = ["ATTRIBUTES", "SETTINGS", "Judge", "settings"]


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
    mapping_layers: int = 2
    """Layers from latents to styles."""
    synthesis_layers: int = 14
    """From the input on, but that to colours."""
    channel_base: int = 32768
    """A signal of cutoff f has so many channels over 2f,"""
    channel_max: int = 512
    """or so many, if that is less."""
    kernel_size: int = 3
    """Of the convolutions: 3 in T, 1 in R."""
    radial: bool = False
    """Whether filters are alike in all directions, as in R."""
    critical_layers: int = 2
    """So many of the last have the image's own cutoff."""
    first_cutoff: float = 2.0
    """Of the input, in cycles per side of the image."""
    first_stopband: float = 2**2.1
    """Likewise."""
    last_stopband: float = 2**0.3
    """Of the image, as a multiple of its cutoff."""
    margin: int = 10
    """Pixels around the image within the synthesis."""
    filter_size: int = 6
    """Taps per factor of the filters."""
    oversampling: int = 2
    """Of the activations."""
    clamp: float | None = 256.0
    """Bound of activations."""
    output_scale: float = 0.25
    """Of the image."""
    magnitude_decay: float = 0.999
    """Of the running means of squares, in training."""
    discriminator: Judge | None = None
    """If there is one."""
    current: bool = True
    """Whether there is a current generator beside the average."""
    learning_rate_multiplier: float = 0.01
    """Of the mapping."""


VARIANTS = {"imported": Config()}


def build(config: Config) -> Experiment:
    """Builds the game, without data."""
    discriminator, examples = NoDiscriminator(), EXAMPLES
    if config.discriminator is not None:
        discriminator, examples = discriminator_of(config.discriminator, config.classes)
    condition = uniform_labels(config.classes) if config.classes else unconditional
    generator = generator_of(config)
    game = StyleGame(generator, discriminator, config.latent_size, condition, 0.0)
    shape = (config.size, config.size, config.channels)
    return without_data(game, shape, config.classes, config.current, examples)


def generator_of(config: Config) -> Generator:
    """Makes the network of a config."""
    others = {"size", "channels", "latent_size", "discriminator", "current"}
    options = {
        field.name: getattr(config, field.name)
        for field in dataclasses.fields(config)
        if field.name not in others
    }
    return Generator((config.size, config.size, config.channels), **options)


def configure(seen: Seen) -> Config:
    """Finds the config whose networks have arrays of these names and shapes.

    Raises:
      ValueError: if there is none, or attributes are those of another design.
    """
    arrays, told = seen.generator, seen.settings
    layers = _layers(arrays)
    mapping = mapping_of(arrays)
    filters = _filters(arrays)
    design = {
        name: told[name]
        for name in (
            *("critical_layers", "first_cutoff", "first_stopband", "last_stopband"),
            *("margin", "oversampling", "output_scale", "magnitude_decay"),
            "learning_rate_multiplier",
        )
        if name in told
    }
    kernel_size = arrays.size(f"{layers[0]}.weight", 3)
    judge = None
    if seen.discriminator is not None:
        judge = judge_of(seen.discriminator, {"clamp": Config.clamp, **told})
    config = Config(
        size=int(layers[-1].split("_")[1]),
        channels=arrays.size(f"{layers[-1]}.weight", 0),
        classes=mapping.classes,
        latent_size=mapping.latent_size,
        style_size=mapping.features,
        mapping_layers=mapping.layers,
        synthesis_layers=len(layers) - 1,
        kernel_size=kernel_size,
        radial=any(x.ndim == 2 for x in filters) if filters else kernel_size == 1,
        clamp=told.get("clamp", Config.clamp),
        discriminator=judge,
        current=seen.current,
        **design,
    )
    first = f"{layers[0]}.up_filter"
    if first in arrays:
        size = arrays.size(first, 0) // config.oversampling
        config = dataclasses.replace(config, filter_size=size)
    widths = [arrays.size(f"{layer}.weight", 0) for layer in layers[:-1]]
    base, most = channel_rule(widths, _signals(config))
    config = dataclasses.replace(config, channel_base=base, channel_max=most)
    check_design(generator_of(config), told.get(FACTS, ()))
    return config


def _layers(arrays: Named) -> list[str]:
    """Names the layers of the synthesis, in order."""
    pattern = r"synthesis\.L(\d+)_\d+_\d+"
    arrays.count(pattern)  # none may be left out
    found = filter(None, (re.match(pattern, name) for name in arrays))
    named = {int(match[1]): match[0] for match in found}
    return [named[place] for place in sorted(named)]


def _filters(arrays: Named) -> list[np.ndarray]:
    return [x for name, x in arrays.items() if name.endswith(stylegan3_weights.FILTERS)]


def _signals(config: Config) -> list[Stage]:
    """The signals between the layers, but for their channels."""
    return stages(
        config.size,
        layers=config.synthesis_layers,
        critical=config.critical_layers,
        first_cutoff=config.first_cutoff,
        first_stopband=config.first_stopband,
        last_stopband=config.last_stopband,
        channel_base=max(config.size, config.channel_base),
    )[:-1]


def channel_rule(widths: list[int], signals: list[Stage]) -> tuple[int, int]:
    """Finds (base, most), so that a signal of cutoff f has base / 2f channels, or most.

    Of all such bases it is the one with the largest power of two in it.

    Raises:
      ValueError: if there is none.
    """
    most = max(widths)
    bounds = [
        (2 * (width - 0.5) * one.cutoff, 2 * (width + 0.5) * one.cutoff)
        for width, one in zip(widths, signals)
    ]
    low = max(least for least, _ in bounds)
    high = min(
        (largest for width, (_, largest) in zip(widths, bounds) if width < most),
        default=math.inf,
    )
    for power in reversed(range(math.ceil(math.log2(low)) + 1)):
        base = math.ceil(low / 2**power) * 2**power
        if base <= high:
            return base, most
    cutoffs = [round(one.cutoff, 2) for one in signals]
    raise ValueError(
        f"channels: saw {widths} of signals whose cutoffs are {cutoffs}, wanted one "
        "base divided by twice the cutoff; --set critical_layers=N or first_cutoff=F"
    )


def import_torch(arrays: Mapping[str, np.ndarray], config: Config) -> Variables:
    """Makes our variables of their arrays."""
    if GENERATOR[0] in arrays:
        return stylegan3_weights.import_torch(arrays, generator_of(config))
    assert config.discriminator is not None
    return stylegan2_weights.import_torch(arrays, config.discriminator.taps)


def export_torch(variables: Variables, config: Config) -> dict[str, np.ndarray]:
    """Makes their arrays of our variables."""
    del config
    weights = stylegan3_weights if "fourier" in variables else stylegan2_weights
    return weights.export_torch(variables)
